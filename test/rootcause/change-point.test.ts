import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findSegments } from '../../src/rootcause/metrics/change-point.ts';
import { measureDeviation } from '../../src/rootcause/metrics/deviation.ts';
import { quantile } from '../../src/rootcause/metrics/order-statistics.ts';
import { baselineOf, cleanPoints, joinEvidence, smooth } from '../../src/rootcause/metrics/robust.ts';
import type { Point } from '../../src/rootcause/telemetry.ts';
import { seededStream } from './synthetic-incident.ts';

const noisy = (levels: readonly number[], seed: number): number[] => {
  const dice = seededStream(seed);
  return levels.map((level) => level + dice() + dice() + dice() - 1.5);
};
const flat = (length: number, level: number): number[] => Array.from({ length }, () => level);
const minuteMs = 60_000;
const seriesOf = (metric: string, values: readonly number[]) => ({
  service: 'ledger',
  metric,
  points: values.map((value, at): Point => [at * minuteMs, value]),
});

describe('segments', () => {
  it('cut a step within one sample of where it is, for twenty noises', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const cut = findSegments(noisy([...flat(50, 10), ...flat(10, 20)], seed)).at(-1)?.from ?? 0;

      expect(Math.abs(cut - 50)).toBeLessThanOrEqual(1);
    }
  });

  it('leave plain noise in one piece nearly always', () => {
    const cuts = Array.from({ length: 50 }, (_, seed) => findSegments(noisy(flat(120, 10), seed + 1)).length - 1);

    expect(cuts.filter((count) => count > 0).length).toBeLessThanOrEqual(5);
  });

  it('do not cut at a single spike', () => {
    expect(findSegments([...flat(30, 5), 500, ...flat(30, 5)])).toHaveLength(1);
  });

  it('cover every sample once, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 80 }),
        (values) => {
          const segments = findSegments(values);

          expect(segments[0]?.from).toBe(0);
          expect(segments.at(-1)?.to).toBe(values.length);
          expect(segments.every(({ from }, at) => at === 0 || from === segments[at - 1]?.to)).toBe(true);
        },
      ),
    );
  });
});

describe('deviation', () => {
  const boundary = { boundaryMs: 50 * minuteMs, guardMs: 0, toMs: 100 * minuteMs };

  it('is in robust standard deviations, positive when bad, for either direction of bad', () => {
    const rise = measureDeviation(seriesOf('latency', [...noisy(flat(50, 10), 1), ...flat(10, 30)]), boundary);
    const fall = measureDeviation(seriesOf('free_memory', [...noisy(flat(50, 90), 1), ...flat(10, 30)]), boundary);

    expect(rise?.deviation).toBeGreaterThan(20);
    expect(fall?.deviation).toBeGreaterThan(10);
    expect(rise?.startMs).toBe(50 * minuteMs);
  });

  it('survives a minute of the fault inside the baseline', () => {
    const late = { ...boundary, boundaryMs: 55 * minuteMs };
    const found = measureDeviation(seriesOf('latency', [...noisy(flat(50, 10), 2), ...flat(20, 30)]), late);

    expect(found?.deviation).toBeGreaterThan(15);
  });

  it('of a constant series does not depend on its unit', () => {
    const [small, large] = [1, 1e6].map((unit) =>
      measureDeviation(seriesOf('x', [...flat(50, 3 * unit), ...flat(10, 6 * unit)]), boundary),
    );

    expect(small?.deviation).toBeCloseTo(large?.deviation ?? 0, 6);
    expect(small?.severity).toBeGreaterThan(0.5);
  });

  it('finds where a ramp began, though nothing steps', () => {
    const ramp = Array.from({ length: 60 }, (_, at) => 0.4 + 0.01 * Math.max(0, at - 25));
    const found = measureDeviation(seriesOf('memory_ratio', ramp), boundary);

    expect(Math.abs((found?.startMs ?? 0) - 25 * minuteMs)).toBeLessThanOrEqual(6 * minuteMs);
  });

  it('is absent without a past', () => {
    expect(measureDeviation(seriesOf('latency', [1, 2]), boundary)).toBeNull();
  });
});

describe('robust numbers', () => {
  it('interpolate quantiles', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([], 0.5)).toBe(0);
  });

  it('floor the scale relatively', () => {
    expect(baselineOf([100, 100, 100], { relative: 0.05, absolute: 0 }, 100).scale).toBe(5);
    expect(baselineOf([0, 0, 0], { relative: 0.05, absolute: 0 }, 50).scale).toBe(1);
  });

  it('smooth away one spike and keep a step', () => {
    expect(smooth([1, 9, 1, 1, 5, 5, 5])).toEqual([1, 1, 1, 1, 5, 5, 5]);
  });

  it('join evidence without order and below certainty', () => {
    expect(joinEvidence([0.5, 0.5])).toBe(0.75);
    expect(joinEvidence([])).toBe(0);
  });

  it('clean points of gaps, disorder and repeats', () => {
    expect(
      cleanPoints([
        [3, 1],
        [1, Number.NaN],
        [2, 5],
        [2, 7],
      ]),
    ).toEqual([
      [2, 7],
      [3, 1],
    ]);
  });
});
