/** The engine's own sentences keep the rule that claims must keep: nothing is called well that was not measured. */
import { expect, it } from 'vitest';
import { labTelemetry } from '../../bench/lab-telemetry.ts';
import { calmWords } from '../../src/core/measured-claims.ts';
import { statusCard } from '../../src/flow/cards/status.ts';
import { statusView } from '../../src/flow/status-state.ts';
import { buildWorld } from '../../src/lab/build-world.ts';
import { faultNames } from '../../src/lab/fault-list.ts';
import { rank } from '../../src/rootcause/rank.ts';
import type { Ranking } from '../../src/rootcause/ranking.ts';
import type { Telemetry } from '../../src/rootcause/telemetry.ts';

const recentMs = 10 * 60_000;

/** What it states of the world; what would prove it wrong is a condition. */
const statementsOf = ({ because, causes }: Ranking): readonly string[] => [
  because,
  ...causes.flatMap(({ mechanism, reasons, against }) => [
    mechanism,
    ...reasons.map(({ says }) => says),
    ...against.map(({ says }) => says),
  ]),
];

const isMeasured = ({ series, alert, window }: Telemetry): boolean =>
  series.some(
    ({ service, metric, points }) =>
      service === alert?.service && metric === alert.metric && (points.at(-1)?.[0] ?? 0) >= window.toMs - recentMs,
  );

const without = (telemetry: Telemetry): Telemetry => ({
  ...telemetry,
  series: telemetry.series.filter(({ service }) => service !== telemetry.alert?.service),
});

it.each(faultNames)('with %s, with and without the alerting series', { timeout: 60_000 }, (fault) => {
  for (const seed of [1, 2, 3]) {
    const built = buildWorld({ fault, seed });
    const full = labTelemetry(built, built.startAtMs + 10_000);
    for (const telemetry of [full, without(full)]) {
      const ranking = rank(telemetry);
      const measured = isMeasured(telemetry);
      const calm = statementsOf(ranking).filter((each) => calmWords(each).length > 0);
      expect(ranking.outcome === 'nothing-wrong' && !measured, ranking.because).toBe(false);
      expect(measured ? [] : calm).toEqual([]);
    }
  }
});

it('the trend of a monitor without data is not called usual', () => {
  const ranking: Ranking = {
    outcome: 'nothing-wrong',
    because: 'No data.',
    onsetMs: null,
    before: null,
    after: null,
    causes: [],
    unusable: [],
  };
  const look = { gathered: [], waiting: new Set<string>(), gaps: [], ranking };
  const trendOf = (after: number | null): string => {
    const world = { tools: [], toolsOff: [], investigator: null, clock: { nowMs: () => 1 }, settings: { webUrl: 'x' } };
    const incident = { id: 'INC-1', symptom: null } as never;
    const view = statusView(world as never, {
      incident,
      look: { ...look, ranking: { ...ranking, after } },
      hypotheses: [],
    });
    return JSON.stringify(statusCard(view).facts?.find(({ label }) => label === 'Trend')?.value);
  };
  expect(trendOf(null)).toContain('Not measured');
  expect(trendOf(0.3)).toContain('usual range');
});
