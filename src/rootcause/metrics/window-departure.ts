import { floorOf, type MetricMeaning } from './metric-meaning.ts';
import { quantile } from './order-statistics.ts';
import { baselineOf, smooth } from './robust.ts';
import { minKnown, usualEdge } from './usual-edge.ts';

export type Departure = {
  /** Index of the first sample of the window beyond the edge, null when the window stays within it. */
  readonly at: number | null;
  readonly before: number;
  /** The worst sustained level of the window. */
  readonly worst: number;
  /** What sustained samples of the past seldom pass. */
  readonly edge: number;
};

/** Robust deviations and share of the level below which nothing is called a departure. */
const minDeviation = 3;
const minShare = 0.1;
/** One sustained sample in this many lies beyond the edge on ordinary days; past incidents are rarer than that. */
const oneIn = 50;

/**
 * Quick look at many series: true when more sustained samples of the past than one in `oneIn` are as far out as the worst
 * of the window, so that `departureIn` cannot find one. False says nothing.
 */
export function surelyStays(past: readonly number[], present: readonly number[], bad: 1 | -1): boolean {
  const known = past.length - present.length;
  if (known < minKnown) return false;
  const worst = Math.max(...present.map((value) => bad * value));
  let beyond = 0;
  for (let at = 1; at < known - 1; at += 1) {
    const left = bad * (past[at - 1] ?? 0);
    const value = bad * (past[at] ?? 0);
    const right = bad * (past[at + 1] ?? 0);
    const middle = Math.max(Math.min(left, right), Math.min(Math.max(left, right), value));
    if (middle >= worst) beyond += 1;
  }
  return beyond > known / oneIn + 1;
}

export type Watched = { readonly meaning: MetricMeaning; readonly bad: 1 | -1 };

/**
 * Whether a window whose past is known left what the past is like, at any time within it: an incident that ended before
 * the window did was one all the same. Judged on the middle of three samples.
 */
export function departureIn(past: readonly number[], present: readonly number[], { meaning, bad }: Watched): Departure {
  const reach = Math.max(0, ...past.map(Math.abs), ...present.map(Math.abs));
  const { centre, scale, low, high } = baselineOf(past, floorOf(meaning, past.length), reach);
  const tail = usualEdge(past, { bad, share: 1 / oneIn, skipped: present.length }) ?? (bad === 1 ? high : low);
  const least = Math.max(minDeviation * scale, minShare * Math.abs(centre));
  const away = Math.max(least, bad * (tail - centre));
  const edge = centre + bad * away;
  const sustained = smooth([...past.slice(-1), ...present]).slice(past.length > 0 ? 1 : 0);
  const worst = quantile(sustained, bad === 1 ? 1 : 0);
  if (!(bad * (worst - edge) > 0)) return { at: null, before: centre, worst, edge };
  const at = present.findIndex((value) => bad * (value - edge) > 0);
  return { at: at === -1 ? null : at, before: centre, worst, edge };
}
