/**
 * The Numenta Anomaly Benchmark's standard profile (Lavin and Ahmad 2015): the first detection in a window earns more
 * the earlier it is, a detection outside costs .11 or less, a missed window costs 1. Learning samples do not count.
 */
export type Window = { readonly from: number; readonly to: number };
export type Tally = {
  readonly score: number;
  readonly windows: number;
  readonly hits: number;
  readonly falseAlarms: number;
};

const falseCost = 0.11;

/** How many samples a detector may learn from before it is judged. */
export const learnOf = (length: number): number => Math.floor(Math.min(0.15 * length, 750));

/** 1 well before, 0 at, -1 well after the right edge; positions are in window widths. */
const sigmoid = (position: number): number => (position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1);

/** `detections` and windows are sample indices, both ends of a window included. */
export function scoreDetections(detections: readonly number[], windows: readonly Window[], learn: number): Tally {
  const judged = detections.filter((at) => at >= learn);
  const hits = windows.flatMap((window) => {
    const first = judged.find((at) => at >= window.from && at <= window.to);
    return first === undefined ? [] : [sigmoid(-(window.to - first + 1) / (window.to - window.from + 1)) / sigmoid(-1)];
  });
  const outside = judged.filter((at) => !windows.some(({ from, to }) => at >= from && at <= to));
  const costs = outside.map((at) => {
    const last = windows.findLast(({ to }) => to < at);
    const past = last === undefined ? 4 : (at - last.to) / Math.max(1, last.to - last.from);
    return falseCost * sigmoid(past);
  });
  const score = sum(hits) + sum(costs) - (windows.length - hits.length);
  return { score, windows: windows.length, hits: hits.length, falseAlarms: outside.length };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** 0 for never firing, 100 for firing once at the start of every window. */
export function normalise(tallies: readonly Tally[]): number {
  const windows = sum(tallies.map((one) => one.windows));
  return windows === 0 ? 0 : (100 * (sum(tallies.map(({ score }) => score)) + windows)) / (2 * windows);
}
