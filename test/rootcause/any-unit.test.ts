import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rank } from '../../src/rootcause/rank.ts';
import type { Ranking } from '../../src/rootcause/ranking.ts';
import type { Point, Series, Telemetry } from '../../src/rootcause/telemetry.ts';
import { recordedServices, recordedWindow } from './recorded-window.ts';

const anyWindow = fc
  .record({
    seed: fc.integer({ min: 1, max: 10_000 }),
    service: fc.constantFrom(...recordedServices.filter((id) => id !== 'front')),
    metric: fc.constantFrom('latency', 'cpu'),
    withAlert: fc.boolean(),
  })
  .map(({ seed, service, metric, withAlert }) => {
    const shifts = [
      { service, metric, factors: [1, 3, 8, 8, 2] },
      { service: 'front', metric: 'latency', factors: [1, 1.4, 2, 2, 1.2] },
    ];
    return recordedWindow({ seed, shifts, withAlert });
  });

const orderOf = (ranking: Ranking) => ({
  outcome: ranking.outcome,
  causes: ranking.causes.map(({ entity, kind }) => `${entity} ${kind}`),
});

const withPoints = (telemetry: Telemetry, change: (series: Series, at: number) => readonly Point[]): Telemetry => ({
  ...telemetry,
  series: telemetry.series.map((one, at) => ({ ...one, points: change(one, at) })),
});

describe('the unit of a series, and its clock, do not decide', () => {
  it('keeps the ranking when any one series is a million times larger, and says so where it was compared', () => {
    fc.assert(
      fc.property(anyWindow, fc.nat(), (telemetry, pick) => {
        const chosen = pick % telemetry.series.length;
        const other = withPoints(telemetry, ({ points }, at) =>
          at === chosen ? points.map(([atMs, value]): Point => [atMs, value * 1e6]) : points,
        );
        const ranking = rank(other);

        expect(orderOf(ranking)).toEqual(orderOf(rank(telemetry)));
        const { metric = '', service = '' } = telemetry.series[chosen] ?? {};
        const isSaid = ranking.unusable.some((says) =>
          says.includes(`${metric} of ${service} was read in another unit`),
        );
        expect(isSaid).toBe(metric !== 'cpu');
      }),
      { numRuns: 40 },
    );
  });

  it('names the same service first when the clocks of services differ by seconds', () => {
    fc.assert(
      fc.property(
        anyWindow,
        fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 15, maxLength: 15 }),
        (telemetry, skews) => {
          const other = withPoints(telemetry, ({ points }, at) =>
            points.map(([atMs, value]): Point => [atMs + 1000 * (skews[at] ?? 0), value]),
          );

          expect(rank(other).causes[0]?.entity).toBe(rank(telemetry).causes[0]?.entity);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('survives gaps, NaN, constants and single samples next to a real fault', () => {
    const telemetry = recordedWindow({
      seed: 7,
      shifts: [
        { service: 'busy', metric: 'latency', factors: [1, 1, 8, 8, 8] },
        { service: 'front', metric: 'latency', factors: [1, 1, 3, 3, 3] },
      ],
      withAlert: true,
    });
    const flat = telemetry.series[0]?.points ?? [];
    const odd: readonly Series[] = [
      { service: 'aside', metric: 'gaps', points: flat.filter((_, at) => at % 7 === 0) },
      { service: 'aside', metric: 'nothing', points: flat.map(([atMs]): Point => [atMs, Number.NaN]) },
      { service: 'rare', metric: 'constant', points: flat.map(([atMs]): Point => [atMs, 3e9]) },
      { service: 'rare', metric: 'single', points: flat.slice(-1) },
      { service: 'store', metric: 'empty', points: [] },
    ];

    const ranking = rank({ ...telemetry, series: [...odd, ...telemetry.series] });

    expect(ranking.causes[0]?.entity).toBe('busy');
  });

  it('ranks 10,000 series within five seconds of processor time', () => {
    const telemetry = recordedWindow({
      seed: 8,
      shifts: [
        { service: 'busy', metric: 'latency', factors: [1, 1, 8, 8, 8] },
        { service: 'front', metric: 'latency', factors: [1, 1, 3, 3, 3] },
      ],
      withAlert: true,
    });
    const base = telemetry.series[0]?.points ?? [];
    const many = Array.from({ length: 10_000 - telemetry.series.length }, (_, at): Series => {
      const points = base
        .slice(-60)
        .map(([atMs, value], index): Point => [atMs, value * (1 + ((at * 31 + index * 17) % 11) / 200)]);
      return { service: `extra-${at % 500}`, metric: `gauge-${at % 20}`, points };
    });
    const before = process.cpuUsage();

    const ranking = rank({ ...telemetry, series: [...telemetry.series, ...many] });

    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5_000);
    expect(ranking.causes[0]?.entity).toBe('busy');
  });
});
