import { quantile } from './order-statistics.ts';
import { median, medianDeviation, smooth } from './robust.ts';

/** A stretch of samples, `[from, to)`, with its middle value. */
export type Segment = { readonly from: number; readonly to: number; readonly level: number };

const minSamples = 2;
const maxSegments = 12;

type Split = { readonly at: number; readonly gain: number };
/** What one level, or one line, leaves unexplained of the samples `[from, to)`: a sum of squares. */
export type Cost = (from: number, to: number) => number;

/** Running sums, from 0; the cost of any stretch is then read off in constant time. */
export const runningSums = (values: readonly number[]): readonly number[] => {
  const sums = [0];
  for (const [at, value] of values.entries()) sums.push((sums[at] ?? 0) + value);
  return sums;
};

/** Squared distance of a stretch to its own mean. */
export function levelCost(values: readonly number[]): Cost {
  const plain = runningSums(values);
  const square = runningSums(values.map((value) => value * value));
  return (from, to) => {
    const sum = (plain[to] ?? 0) - (plain[from] ?? 0);
    const squares = (square[to] ?? 0) - (square[from] ?? 0);
    return Math.max(0, squares - (sum * sum) / (to - from));
  };
}

function bestSplit(cost: Cost, from: number, to: number): Split | null {
  const whole = cost(from, to);
  let best: Split | null = null;
  for (let at = from + minSamples; at <= to - minSamples; at += 1) {
    const gain = whole - cost(from, at) - cost(at, to);
    if (best === null || gain > best.gain) best = { at, gain };
  }
  return best;
}

/** Spread of the noise itself: differences of neighbours do not see the steps. */
function noiseOf(values: readonly number[]): number {
  const steps = values.slice(1).map((value, at) => value - (values[at] ?? value));
  const range = quantile(values, 1) - quantile(values, 0);
  return Math.max(medianDeviation(steps) / Math.SQRT2, 0.02 * Math.abs(median(values)), 0.01 * range);
}

/** Values pulled to within a range that keeps steps visible and stops one sample from owning the cost. */
function winsorise(values: readonly number[], noise: number): readonly number[] {
  const low = quantile(values, 0.05) - 12 * noise;
  const high = quantile(values, 0.95) + 12 * noise;
  return values.map((value) => Math.min(high, Math.max(low, value)));
}

/**
 * Level shifts by binary segmentation with a squared-error cost and a penalty of 6 times the noise variance times log n
 * (Scott and Knott 1974; default BINSEG is the best untuned method on the Turing change point data, van den Burg and
 * Williams 2020). The penalty is frozen: it was not tuned on any labelled series.
 */
export function findSegments(raw: readonly number[]): readonly Segment[] {
  if (raw.length === 0) return [];
  const noise = noiseOf(raw);
  const values = winsorise(smooth(raw), noise);
  const cost = levelCost(values);
  const penalty = 6 * noise * noise * Math.log(raw.length + 1);
  const cuts = cutWhileWorth(cost, values.length, penalty);
  const edges = [0, ...cuts.toSorted((a, b) => a - b), values.length];
  return edges.slice(0, -1).map((from, at) => {
    const to = edges[at + 1] ?? values.length;
    return { from, to, level: median(raw.slice(from, to)) };
  });
}

/** Binary segmentation: the best cut of all pieces, while it gains more than the penalty. In order of gain. */
export function cutWhileWorth(cost: Cost, length: number, penalty: number): readonly number[] {
  let parts = [{ from: 0, to: length, split: bestSplit(cost, 0, length) }];
  const cuts: number[] = [];
  while (cuts.length < maxSegments - 1) {
    const worth = parts.filter((part) => part.split !== null && part.split.gain > penalty);
    const best = worth.toSorted((a, b) => (b.split?.gain ?? 0) - (a.split?.gain ?? 0))[0];
    if (best?.split == null) return cuts;
    const { at } = best.split;
    cuts.push(at);
    parts = [
      ...parts.filter((part) => part !== best),
      { from: best.from, to: at, split: bestSplit(cost, best.from, at) },
      { from: at, to: best.to, split: bestSplit(cost, at, best.to) },
    ];
  }
  return cuts;
}
