import { describe, expect, it } from 'vitest';
import { readSymptom } from '../../src/rootcause/metrics/symptom.ts';
import { drawPicture } from '../../src/rootcause/picture.ts';
import { rank } from '../../src/rootcause/rank.ts';
import { suspectServices } from '../../src/rootcause/suspect-services.ts';
import type { ChangeEvent, Telemetry } from '../../src/rootcause/telemetry.ts';
import { faults } from './synthetic-faults.ts';
import { changeOf, compose, diffOf, minute, onsetMs } from './synthetic-incident.ts';

function telemetryOf(name: string, changes: readonly Partial<ChangeEvent>[] | null = null): Telemetry {
  const fault = faults[name];
  if (fault === undefined) throw new Error(`no fault ${name}`);
  return compose(8, changes === null ? fault : { ...fault, changes }).telemetry;
}

const suspectsOf = (telemetry: Telemetry) => suspectServices(drawPicture(telemetry, readSymptom(telemetry)));

describe('explaining away along the call graph', () => {
  it('takes the errors of callers from them and leaves those of the service at fault', () => {
    const suspects = suspectsOf(telemetryOf('bad deploy'));

    expect(suspects.get('api')?.explainedBy).toBe('ledger');
    expect(suspects.get('api')?.explained).toBeGreaterThan(0.7);
    expect(suspects.get('edge')?.explained).toBeGreaterThan(0.7);
    expect(suspects.get('ledger')?.explained).toBeLessThan(0.1);
  });

  it('does not excuse a caller by a callee that reports itself well', () => {
    const telemetry = telemetryOf('names do not resolve');

    expect(suspectsOf(telemetry).get('ledger')?.explainedBy).not.toBe('ledger-store');
  });

  it('works from series alone, where no calls were traced', () => {
    const suspects = suspectsOf({ ...telemetryOf('bad deploy'), edgeStats: [] });
    const scores = [...suspects.values()].toSorted((a, b) => b.score - a.score);

    expect(scores[0]?.service).toBe('ledger');
    expect(suspects.get('api')?.explained).toBeGreaterThan(0.7);
  });

  it('weighs an ill service that the alerting one does not reach least', () => {
    const telemetry = telemetryOf('bad deploy');
    const alert = telemetry.alert && { ...telemetry.alert, service: 'profile' };
    const edges = telemetry.edges.filter(({ to }) => to === 'profile');
    const apart = suspectsOf({ ...telemetry, alert, edges, edgeStats: [] });

    expect(apart.get('ledger')?.near).toBeLessThan(0.5);
    expect(apart.get('profile')?.near).toBe(1);
  });
});

const source = 'services/ledger/src/settle.ts';
const onLedger = (change: Partial<ChangeEvent>): ChangeEvent =>
  changeOf({ id: 'acme/core#8', service: 'ledger', paths: [source], ...change });

const causeOf = (telemetry: Telemetry, change = 'acme/core#8') =>
  rank(telemetry).causes.find((cause) => cause.change === change);

describe('what speaks against a change', () => {
  const unrelated = onLedger({ diff: diffOf(source, ["const title = 'A';"], ["const title = 'B';"]) });

  it('a cause from outside that its diff does not touch', () => {
    const surge = telemetryOf('traffic surge', [
      { ...unrelated, service: 'edge', paths: ['services/edge/src/page.ts'] },
    ]);
    const blind = { ...surge, series: surge.series.filter(({ metric }) => metric !== 'request_rate') };

    const seen = causeOf(surge);

    expect(seen?.score ?? 0).toBeLessThan(0.5 * (causeOf(blind)?.score ?? 0));
    expect(seen?.against.map(({ channel }) => channel)).toContain('rival');
  });

  it('trouble on the service that began before it', () => {
    const diff = diffOf(source, [], ['const remembered = new Map();']);
    const before = causeOf(telemetryOf('memory leak', [onLedger({ diff, atMs: onsetMs - 80 * minute })]));
    const during = causeOf(telemetryOf('memory leak', [onLedger({ diff, atMs: onsetMs - 20 * minute })]));

    expect(during?.score ?? 0).toBeLessThan(0.6 * (before?.score ?? 0));
    expect(during?.against.map(({ says }) => says).join(' ')).toMatch(/already in trouble \d+ min before it/u);
  });
});

describe('what speaks for a change', () => {
  const withLine = (line: string) =>
    causeOf(telemetryOf('bad deploy', [onLedger({ diff: diffOf(source, [], [line]) })]));

  it('an uncommon word that its diff shares with a new error', () => {
    const shared = withLine('const total = settledAmount;');
    const other = withLine('const total = paintedColour;');

    expect(shared?.score ?? 0).toBeGreaterThan(1.15 * (other?.score ?? 1));
    expect(shared?.reasons.map(({ says }) => says).join(' ')).toMatch(/shares \d+ uncommon words? with new log lines/u);
  });

  it('a number it turns by much', () => {
    const turned = (to: number) =>
      causeOf(telemetryOf('bad deploy', [onLedger({ diff: diffOf(source, ['  depth: 40'], [`  depth: ${to}`]) })]));

    expect(turned(4)?.score ?? 0).toBeGreaterThan(1.05 * (turned(38)?.score ?? 1));
  });
});
