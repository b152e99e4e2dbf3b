import { describe, expect, it } from 'vitest';
import { rank } from '../../src/rootcause/rank.ts';
import type { FiredAlert, Telemetry } from '../../src/rootcause/telemetry.ts';
import { changeOf, compose, minute, nowMs, onsetMs } from './synthetic-incident.ts';
import { kindNamed, kinds, wellAgain } from './synthetic-kinds.ts';

const seeds = Array.from({ length: 12 }, (_, at) => at + 1);
const firstOf = (telemetry: Telemetry) => {
  const first = rank(telemetry).causes[0];
  return first && { entity: first.entity, kind: first.kind, change: first.change };
};

describe('the engine names causes that no diff shows, whatever the noise', () => {
  for (const [name, fault] of Object.entries(kinds)) {
    it(`${name}`, () => {
      const answers = seeds.map((seed) => firstOf(compose(seed, fault).telemetry));

      expect(answers).toEqual(seeds.map(() => fault.expected));
    });
  }
});

describe('a surge', () => {
  const { telemetry } = kindNamed('a switch that makes clients ask more');
  const flag = telemetry.changes.filter(({ id }) => id === 'event:8');

  it('stands by itself when the switch came long before it', () => {
    const early = flag.map((change) => ({ ...change, atMs: onsetMs - 40 * minute }));

    expect(firstOf({ ...telemetry, changes: early })?.kind).toBe('traffic-surge');
  });

  it('stands by itself beside a deployment that has nothing to do with how much is asked', () => {
    const deploy = changeOf({
      id: 'acme/core#9',
      service: 'edge',
      atMs: onsetMs - 2 * minute,
      paths: ['edge/page.ts'],
    });

    expect(firstOf({ ...telemetry, changes: [deploy] })?.kind).toBe('traffic-surge');
  });
});

it('an incident that is over is called nothing wrong, with the level it came back to', () => {
  const ranking = rank(wellAgain(kindNamed('a host that was replaced').telemetry));

  expect(ranking.outcome).toBe('nothing-wrong');
  expect(ranking.because).toContain('is back at');
});

describe('what is only felt', () => {
  const { telemetry } = kindNamed('a cache that is full');
  const { alert } = telemetry;
  const onlyAlerting = telemetry.series.filter(
    ({ service, metric }) => service === alert?.service && metric === alert.metric,
  );
  const blind: Telemetry = { ...telemetry, series: onlyAlerting, logs: [], edgeStats: [], changes: [] };

  it('is no cause: with the alerting series alone it cannot tell', () => {
    expect(rank(blind)).toMatchObject({ outcome: 'cannot-tell' });
  });

  it('is a place to look as soon as something else was measured', () => {
    const seen = rank({
      ...blind,
      series: [...onlyAlerting, ...telemetry.series.filter((one) => one.service === 'api')],
    });

    expect(seen.outcome).toBe('ranked');
  });

  it('is no cause of a victim: a trace of slowness beside failures that are explained', () => {
    const fault = kinds['a message that cannot be read'];
    if (fault === undefined) throw new Error('no such kind');
    const slower = {
      service: 'api',
      metric: 'latency_p95_ms',
      value: (quiet: number, since: number) => (since >= 0 ? 1.2 * quiet : quiet),
    } as const;
    const scores = seeds.flatMap((seed) => {
      const { causes } = rank(compose(seed, { ...fault, effects: [...fault.effects, slower] }).telemetry);
      return causes.filter(({ entity }) => entity === 'api').map(({ score }) => score);
    });

    expect(Math.max(0, ...scores)).toBeLessThan(0.25);
  });

  it('counts for what lies below: alerts of callers name no cause of their own', () => {
    const fire = (entity: string): FiredAlert => ({
      entity,
      modality: 'metric',
      name: `${entity} is failing`,
      direction: 'up',
      atMs: nowMs - 4 * minute,
    });
    const alerts = ['edge', 'api', 'ledger'].map(fire);
    const callers = rank({ ...telemetry, alerts }).causes.filter(({ entity }) => entity === 'edge' || entity === 'api');

    expect(Math.max(0, ...callers.map(({ score }) => score))).toBeLessThan(0.25);
  });
});
