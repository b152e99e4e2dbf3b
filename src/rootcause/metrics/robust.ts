import type { Point } from '../telemetry.ts';

/** Finite samples in time order; of several samples at one moment the largest stays. */
export function cleanPoints(points: readonly Point[]): readonly Point[] {
  const finite = points.filter(([atMs, value]) => Number.isFinite(atMs) && Number.isFinite(value));
  const rising = finite.every((point, at) => at === 0 || point[0] > (finite[at - 1]?.[0] ?? 0));
  if (rising) return finite;
  const ordered = finite.toSorted((a, b) => a[0] - b[0] || b[1] - a[1]);
  return ordered.filter((point, at) => at === 0 || point[0] !== ordered[at - 1]?.[0]);
}

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

/** Linear interpolation between order statistics of sorted values; 0 for none. */
function quantileOfSorted(values: Float64Array, share: number): number {
  if (values.length === 0) return 0;
  const position = (values.length - 1) * share;
  const low = values[Math.floor(position)] ?? 0;
  const high = values[Math.ceil(position)] ?? low;
  return low + (high - low) * (position - Math.floor(position));
}

/** `share` is 0 to 1; 0 for an empty list. */
export const quantile = (values: readonly number[], share: number): number => quantileOfSorted(sorted(values), share);

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Median of absolute deviations, scaled to a normal standard deviation. */
export function medianDeviation(values: readonly number[]): number {
  const centre = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - centre)));
}

export type ScaleFloor = { readonly relative: number; readonly absolute: number };

export type Baseline = { readonly centre: number; readonly scale: number; readonly high: number; readonly low: number };

/**
 * Centre and spread that survive a fault inside the baseline: median, and the larger of interquartile range and median
 * deviation (BARO, Pham et al. FSE 2024), never below a share of the level, so that a constant series does not make the
 * result depend on its unit. `reach` is the largest magnitude in sight, for a baseline of zeros.
 */
export function baselineOf(values: readonly number[], floor: ScaleFloor, reach: number): Baseline {
  const order = sorted(values);
  const centre = quantileOfSorted(order, 0.5);
  const between = (quantileOfSorted(order, 0.75) - quantileOfSorted(order, 0.25)) / 1.349;
  const spread = Math.max(between, 1.4826 * median(values.map((value) => Math.abs(value - centre))));
  const floored = Math.max(spread, floor.relative * Math.abs(centre), floor.absolute);
  return {
    centre,
    scale: firstPositive(floored, 0.02 * reach, 1),
    high: quantileOfSorted(order, 0.99),
    low: quantileOfSorted(order, 0.01),
  };
}

const firstPositive = (...values: readonly number[]): number => values.find((value) => value > 0) ?? 1;

/** The middle of each sample and its neighbours: single spikes vanish, steps stay where they are. */
export function smooth(values: readonly number[]): readonly number[] {
  return values.map((value, at) => {
    const left = values[at - 1];
    const right = values[at + 1];
    if (left === undefined || right === undefined) return value;
    return Math.max(Math.min(left, right), Math.min(Math.max(left, right), value));
  });
}

/** Robust deviations above `bar` as 0 to 1, strictly growing: half at `bar + half`. */
export const squash = (deviation: number, bar = 3, half = 6): number => {
  const above = Math.max(0, deviation - bar);
  return above / (above + half);
};

/** Independent evidence joined: 1 minus the product of the doubts (noisy or). */
export const joinEvidence = (severities: readonly number[]): number =>
  1 - severities.toSorted((a, b) => a - b).reduce((doubt, severity) => doubt * (1 - clampUnit(severity)), 1);

export const clampUnit = (value: number): number => Math.min(1, Math.max(0, value));
