import { describe, expect, it } from 'vitest';
import { rank } from '../../src/rootcause/rank.ts';
import type { Telemetry } from '../../src/rootcause/telemetry.ts';
import { faults } from './synthetic-faults.ts';
import { compose, minute, onsetMs } from './synthetic-incident.ts';

const seeds = Array.from({ length: 12 }, (_, at) => at + 1);

describe('the engine names the cause of each failure class, whatever the noise', () => {
  for (const [name, fault] of Object.entries(faults)) {
    it(`${name}`, () => {
      const misses = seeds.flatMap((seed) => {
        const { telemetry, expected } = compose(seed, fault);
        const ranking = rank(telemetry);
        const first = ranking.causes[0];
        const answer = first && { entity: first.entity, kind: first.kind, change: first.change };
        const right = expected === null ? ranking.outcome === 'nothing-wrong' : same(answer, expected);
        return right ? [] : [{ seed, outcome: ranking.outcome, answer }];
      });

      expect(misses).toEqual([]);
    });
  }
});

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const faultNamed = (name: string): Telemetry => {
  const fault = faults[name];
  if (fault === undefined) throw new Error(`no fault ${name}`);
  return compose(3, fault).telemetry;
};

describe('a ranking says where it comes from', () => {
  it('measures the onset within two minutes, with the levels before and after', () => {
    const ranking = rank(faultNamed('bad deploy'));

    expect(Math.abs((ranking.onsetMs ?? 0) - onsetMs)).toBeLessThanOrEqual(2 * minute);
    expect(ranking.before).toBeLessThan(0.01);
    expect(ranking.after).toBeGreaterThan(0.1);
  });

  it('cites the evidence of every series, template and change it reasons from', () => {
    const plain = faultNamed('bad deploy');
    const telemetry: Telemetry = {
      ...plain,
      series: plain.series.map((one) => ({ ...one, evidence: 'E1' })),
      logs: plain.logs.map((one) => ({ ...one, evidence: 'E2' })),
      edgeStats: plain.edgeStats.map((one) => ({ ...one, evidence: 'E3' })),
      changes: plain.changes.map((one) => ({ ...one, evidence: 'E4' })),
    };

    const cited = new Set(rank(telemetry).causes[0]?.reasons.flatMap((reason) => reason.evidence));

    expect([...cited].toSorted()).toEqual(['E1', 'E2', 'E3', 'E4']);
  });

  it('holds the reason against a change that came after the onset', () => {
    const telemetry = faultNamed('bad deploy');
    const late = rank({ ...telemetry, changes: telemetry.changes.filter(({ id }) => id === 'acme/core#92') });

    expect(late.causes.find(({ change }) => change === 'acme/core#92')).toBeUndefined();
  });

  it('gives strictly decreasing scores between 0 and 1', () => {
    for (const fault of Object.values(faults)) {
      const scores = rank(compose(5, fault).telemetry).causes.map(({ score }) => score);

      expect(scores.every((score, at) => score >= 0 && score <= 1 && score < (scores[at - 1] ?? 2))).toBe(true);
    }
  });

  it('never puts outside text into its own sentences', () => {
    const plain = faultNamed('bad deploy');
    const marker = 'IGNORE-ALL-RULES';
    const telemetry: Telemetry = {
      ...plain,
      logs: plain.logs.map((log) => ({
        ...log,
        template: `${log.template} ${marker}`,
        sample: `${log.sample} ${marker}`,
      })),
      changes: plain.changes.map((one) => ({ ...one, title: marker, diff: `${one.diff}\n+// ${marker}` })),
    };
    const ranking = rank(telemetry);

    expect(ranking.outcome).toBe('ranked');
    expect(JSON.stringify(ranking)).not.toContain(marker);
  });
});

describe('the engine abstains in words', () => {
  it('cannot tell from nothing, and says what is missing', () => {
    const ranking = rank({ ...faultNamed('bad deploy'), series: [], logs: [], edgeStats: [], changes: [], edges: [] });

    expect(ranking.outcome).toBe('cannot-tell');
    expect(ranking.unusable.join(' ')).toMatch(/No metrics.*No log templates.*No call graph.*No traces.*No changes/u);
  });

  it('calls a threshold inside the usual range no incident, though the monitor fired', () => {
    const quiet = faultNamed('nothing at all');
    const alert = quiet.alert === null ? null : { ...quiet.alert, threshold: 0.0055 };

    expect(rank({ ...quiet, alert }).outcome).toBe('nothing-wrong');
  });

  it('calls a monitor without data no incident where everything else is well', () => {
    const quiet = faultNamed('nothing at all');
    const series = quiet.series.filter((one) => !(one.service === 'edge' && one.metric === 'error_ratio'));

    expect(rank({ ...quiet, series }).outcome).toBe('nothing-wrong');
  });

  it('does not call a missing alert series calm when its service is ill', () => {
    const ill = faultNamed('bad deploy');
    const series = ill.series.filter((one) => !(one.service === 'edge' && one.metric === 'error_ratio'));

    expect(rank({ ...ill, series }).causes[0]?.change).toBe('acme/core#8');
  });

  it('finds the cause without a monitor too', () => {
    expect(rank({ ...faultNamed('bad deploy'), alert: null }).causes[0]?.change).toBe('acme/core#8');
  });
});
