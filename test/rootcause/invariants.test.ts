import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rank } from '../../src/rootcause/rank.ts';
import type { Ranking } from '../../src/rootcause/ranking.ts';
import type { Point, Telemetry } from '../../src/rootcause/telemetry.ts';
import { faults } from './synthetic-faults.ts';
import { compose, nowMs, seededStream } from './synthetic-incident.ts';

const anyCase = fc
  .tuple(fc.constantFrom(...Object.values(faults)), fc.integer({ min: 1, max: 10_000 }))
  .map(([fault, seed]) => compose(seed, fault).telemetry);

const answerOf = (ranking: Ranking) => ({
  outcome: ranking.outcome,
  causes: ranking.causes.map(({ entity, kind, change, score }) => ({ entity, kind, change, score: score.toFixed(6) })),
});

const shuffled = <Item>(items: readonly Item[], seed: number): readonly Item[] => {
  const dice = seededStream(seed);
  return items
    .map((item) => ({ item, key: dice() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
};

describe('the ranking does not depend on what means nothing', () => {
  it('stays the same when the order of every list changes', () => {
    fc.assert(
      fc.property(anyCase, fc.integer(), (telemetry, seed) => {
        const mixed: Telemetry = {
          ...telemetry,
          services: shuffled(telemetry.services, seed),
          edges: shuffled(telemetry.edges, seed + 1),
          series: shuffled(telemetry.series, seed + 2).map((one) => ({ ...one, points: shuffled(one.points, seed) })),
          logs: shuffled(telemetry.logs, seed + 3),
          edgeStats: shuffled(telemetry.edgeStats, seed + 4),
          changes: shuffled(telemetry.changes, seed + 5),
        };

        expect(answerOf(rank(mixed))).toEqual(answerOf(rank(telemetry)));
      }),
      { numRuns: 25 },
    );
  });

  it('stays the same when services have other names', () => {
    const renamed = [
      ['edge', 'quay'],
      ['api', 'relay'],
      ['profile', 'persona'],
      ['ledger', 'tome'],
    ] as const;
    const rename = (text: string): string =>
      renamed.reduce((changed, [from, to]) => changed.replaceAll(new RegExp(`\\b${from}\\b`, 'gu'), to), text);
    fc.assert(
      fc.property(anyCase, (telemetry) => {
        const other = JSON.parse(rename(JSON.stringify(telemetry))) as Telemetry;
        const [here, there] = [answerOf(rank(telemetry)), answerOf(rank(other))];

        expect(there.causes[0]?.entity).toEqual(here.causes[0] && rename(here.causes[0].entity));
        expect(there.causes[0]?.score).toEqual(here.causes[0]?.score);
        expect(there.outcome).toEqual(here.outcome);
      }),
      { numRuns: 25 },
    );
  });

  const scaled = (telemetry: Telemetry, factor: number, isChosen: (service: string, metric: string) => boolean) => ({
    ...telemetry,
    series: telemetry.series.map((one) =>
      isChosen(one.service, one.metric)
        ? { ...one, points: one.points.map(([atMs, value]): Point => [atMs, value * factor]) }
        : one,
    ),
  });
  const factors = fc.constantFrom(1e-3, 1e3, 1e6);

  it('stays the same when one rate or one unknown metric is told in another unit', () => {
    fc.assert(
      fc.property(anyCase, factors, fc.constantFrom('ledger', 'edge', 'profile'), (plain, factor, service) => {
        const series = [
          ...plain.series,
          ...plain.series.filter((one) => one.metric === 'cpu_ratio').map((one) => ({ ...one, metric: 'goroutines' })),
        ];
        const telemetry = { ...plain, series };
        const other = scaled(
          telemetry,
          factor,
          (id, metric) => id === service && /^(?:request_rate|goroutines)$/u.test(metric),
        );

        expect(answerOf(rank(other))).toEqual(answerOf(rank(telemetry)));
      }),
      { numRuns: 25 },
    );
  });

  it('stays the same when latencies, which are compared with each other, are all told in another unit', () => {
    fc.assert(
      fc.property(anyCase, factors, (plain, factor) => {
        fc.pre(plain.alert?.metric !== 'latency_p95_ms');
        const telemetry = { ...plain, edgeStats: [] };
        const other = scaled(telemetry, factor, (_, metric) => metric === 'latency_p95_ms');

        expect(answerOf(rank(other))).toEqual(answerOf(rank(telemetry)));
      }),
      { numRuns: 25 },
    );
  });

  it('is the same twice', () => {
    fc.assert(
      fc.property(anyCase, (telemetry) => {
        expect(rank(telemetry)).toEqual(rank(telemetry));
      }),
      { numRuns: 5 },
    );
  });
});

describe('broken input is answered, never thrown at', () => {
  const oddValue = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 5e-324, 1.7e308));
  const oddPoints = fc.array(fc.tuple(fc.integer({ min: nowMs - 7_200_000, max: nowMs + 60_000 }), oddValue), {
    maxLength: 60,
  });
  const name = fc.constantFrom('edge', 'api', 'ledger', '', 'a(b', '__proto__');
  const metric = fc.constantFrom(
    'error_ratio',
    'latency_p95_ms',
    'memory_ratio',
    'restart_count',
    'certificate_days',
    'x',
  );
  const odd: fc.Arbitrary<Telemetry> = fc.record({
    alert: fc.option(
      fc.record({
        service: name,
        metric,
        comparator: fc.constantFrom('>' as const, '<' as const),
        threshold: oddValue,
        triggeredAtMs: fc.constantFrom(nowMs - 300_000, nowMs, nowMs + 1e9, 0),
      }),
      { nil: null },
    ),
    window: fc.constantFrom({ fromMs: nowMs - 3_600_000, toMs: nowMs }, { fromMs: nowMs, toMs: nowMs }),
    services: fc.array(fc.record({ id: name, external: fc.boolean() }), { maxLength: 4 }),
    edges: fc.array(fc.record({ from: name, to: name }), { maxLength: 6 }),
    series: fc.array(fc.record({ service: name, metric, points: oddPoints }), { maxLength: 6 }),
    logs: fc.array(
      fc.record({
        service: name,
        template: fc.string(),
        level: fc.constantFrom('error' as const, 'info' as const),
        count: fc.nat(1_000),
        baselineCount: fc.nat(1_000),
        firstSeenMs: oddValue,
        sample: fc.string(),
      }),
      { maxLength: 6 },
    ),
    edgeStats: fc.array(
      fc.record({
        from: name,
        to: name,
        latencyMs: oddValue,
        baselineLatencyMs: oddValue,
        errorRatio: oddValue,
        baselineErrorRatio: oddValue,
      }),
      { maxLength: 4 },
    ),
    changes: fc.array(
      fc.record({
        id: fc.string(),
        kind: fc.constantFrom('deploy' as const, 'pull-request' as const, 'flag' as const),
        service: fc.option(name, { nil: null }),
        atMs: oddValue,
        title: fc.string(),
        repository: fc.constant(null),
        sha: fc.option(fc.constantFrom('a', 'b'), { nil: null }),
        pullNumber: fc.constant(null),
        paths: fc.array(fc.string(), { maxLength: 3 }),
        diff: fc.oneof(fc.string(), fc.constant('--- a/x.ts\n+++ b/x.ts\n@@ -1 +1 @@\n-a 5\n+a 50')),
      }),
      { maxLength: 4 },
    ),
  });

  it('gaps, NaN, infinities, constants, one sample, cycles, nothing', () => {
    fc.assert(
      fc.property(odd, (telemetry) => {
        const ranking = rank(telemetry);

        expect(['ranked', 'nothing-wrong', 'cannot-tell']).toContain(ranking.outcome);
        expect(ranking.causes.every(({ score }) => Number.isFinite(score) && score >= 0 && score <= 1)).toBe(true);
        expect(JSON.stringify(ranking)).not.toMatch(/NaN|Infinity/u);
      }),
      { numRuns: 300 },
    );
  });
});
