import { quantile } from './order-statistics.ts';
import { smooth } from './robust.ts';

/** Fewer samples than this say nothing about how rare a value is. */
export const minKnown = 40;

export type EdgeQuestion = {
  readonly bad: 1 | -1;
  /** Share of the past that lies beyond the edge. */
  readonly share: number;
  /** Samples right before the boundary to leave out, because a boundary drawn late leaves the fault in the past. */
  readonly skipped: number;
};

/**
 * The level that sustained samples (the middle of three) of the past seldom pass: a series that often jumps has to jump
 * further to mean anything. Calibrates on the series itself, without assuming a distribution (the conformal idea); null
 * when the past is too short to know.
 */
export function usualEdge(past: readonly number[], { bad, share, skipped }: EdgeQuestion): number | null {
  const known = past.slice(0, Math.max(0, past.length - skipped));
  if (known.length < minKnown) return null;
  return quantile(smooth(known), bad === 1 ? 1 - share : share);
}
