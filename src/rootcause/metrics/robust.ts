import type { Point } from '../telemetry.ts';
import { quantile, quantilesOf } from './order-statistics.ts';

/** Finite samples in time order; of several samples at one moment the largest stays. */
export function cleanPoints(points: readonly Point[]): readonly Point[] {
  if (isClean(points)) return points;
  const finite = points.filter(([atMs, value]) => Number.isFinite(atMs) && Number.isFinite(value));
  const ordered = finite.toSorted((a, b) => a[0] - b[0] || b[1] - a[1]);
  return ordered.filter((point, at) => at === 0 || point[0] !== ordered[at - 1]?.[0]);
}

function isClean(points: readonly Point[]): boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    if (!(point[0] > lastMs) || !Number.isFinite(point[0]) || !Number.isFinite(point[1])) return false;
    lastMs = point[0];
  }
  return true;
}

/** Values of clean points with `fromMs <= time < toMs`. */
export function valuesBetween(points: readonly Point[], fromMs: number, toMs: number): readonly number[] {
  const values: number[] = [];
  for (const point of points) if (point[0] >= fromMs && point[0] < toMs) values.push(point[1]);
  return values;
}

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
  const [low = 0, lower = 0, centre = 0, upper = 0, high = 0] = quantilesOf(values, [0.01, 0.25, 0.5, 0.75, 0.99]);
  const between = (upper - lower) / 1.349;
  const spread = Math.max(between, 1.4826 * median(values.map((value) => Math.abs(value - centre))));
  const floored = Math.max(spread, floor.relative * Math.abs(centre), floor.absolute);
  return {
    centre,
    scale: firstPositive(floored, 0.02 * reach, 1),
    high,
    low,
  };
}

const firstPositive = (...values: readonly number[]): number => values.find((value) => value > 0) ?? 1;

/** The middle of each sample and its neighbours: single spikes vanish, steps stay where they are. */
export function smooth(values: readonly number[]): readonly number[] {
  const middles = [...values];
  for (let at = 1; at < values.length - 1; at += 1) {
    const value = values[at] ?? 0;
    const left = values[at - 1] ?? value;
    const right = values[at + 1] ?? value;
    const low = Math.min(left, right);
    const high = Math.max(left, right);
    middles[at] = Math.max(low, Math.min(high, value));
  }
  return middles;
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
