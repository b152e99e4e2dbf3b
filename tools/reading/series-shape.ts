/**
 * How a series looks, for people and the model: the point that splits it best in two, the level on both sides, and at
 * most twenty points. Medians, so that one spike does not move a level. The engine measures its own onset.
 */
import type { Point } from '../../src/rootcause/telemetry.ts';

export type Shape = {
  readonly onsetMs: number | null;
  readonly before: number;
  readonly after: number;
  readonly last: number;
  readonly lowest: number;
  readonly highest: number;
};

const sideMin = 3;

/** Null for an empty series. `onsetMs` is null when the two sides hardly differ. */
export function shapeOf(points: readonly Point[]): Shape | null {
  const values = points.map(([, value]) => value);
  const last = values.at(-1);
  if (last === undefined) return null;
  const split = bestSplit(values);
  const before = median(values.slice(0, split ?? values.length));
  const after = split === null ? before : median(values.slice(split));
  const spread = median(values.slice(0, split ?? values.length).map((value) => Math.abs(value - before)));
  const differs = Math.abs(after - before) > Math.max(4 * spread, 0.02 * Math.abs(before), 1e-9);
  const onset = split === null || !differs ? undefined : points[split];
  const range = { lowest: Math.min(...values), highest: Math.max(...values) };
  return { onsetMs: onset === undefined ? null : onset[0], before, after: differs ? after : before, last, ...range };
}

/** The index that minimises squared error around two means, in one pass over prefix sums. */
function bestSplit(values: readonly number[]): number | null {
  const total = values.reduce((sum, value) => sum + value, 0);
  let left = 0;
  let best: number | null = null;
  let gainMax = 0;
  values.forEach((value, index) => {
    const count = index;
    if (count >= sideMin && values.length - count >= sideMin) {
      const gain = left ** 2 / count + (total - left) ** 2 / (values.length - count);
      if (best === null || gain > gainMax) {
        best = index;
        gainMax = gain;
      }
    }
    left += value;
  });
  return best;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}

/** Every n-th point and the last, at most `max`. */
export function thin(points: readonly Point[], max: number): readonly Point[] {
  if (points.length <= max) return points;
  const step = (points.length - 1) / (max - 1);
  return Array.from({ length: max }, (_, index) => points[Math.round(index * step)]).flatMap((point) =>
    point === undefined ? [] : [point],
  );
}

/** Four significant digits: enough for people, the same in sentence and result. */
export const round = (value: number): number => Number(value.toPrecision(4));
