/** How a quantity moves over the minutes of an incident. */
import type { Shape } from './sketch.ts';

/** Nothing before `from`, then `value`; `rise` minutes to get there, gone at `until`. */
export const after =
  (from: number, value: number, { rise = 1, until = 10_000 }: { rise?: number; until?: number } = {}): Shape =>
  (minute) => {
    if (minute < from || minute >= until) return 0;
    return value * Math.min(1, (minute - from + 1) / Math.max(1, rise));
  };

/** A straight climb from one moment's level to another's, and level after it. */
export const climb =
  (start: readonly [minute: number, value: number], end: readonly [minute: number, value: number]): Shape =>
  (minute) => {
    if (minute < start[0]) return 0;
    const part = Math.min(1, (minute - start[0]) / (end[0] - start[0]));
    return start[1] + (end[1] - start[1]) * part;
  };

/** Climbs again and again from `low` to `high`, falling back every `every` minutes: a leak that ends in restarts. */
export const saw =
  (from: number, every: number, [low, high]: readonly [low: number, high: number]): Shape =>
  (minute) => {
    if (minute < from) return 0;
    return low + ((high - low) * ((minute - from) % every)) / every;
  };

/** `value` in the named minutes only. */
export const only =
  (minutes: readonly number[], value: number): Shape =>
  (minute) =>
    minutes.includes(minute) ? value : 0;

/** Factor 1, and `factor` from a minute on. */
export const factor =
  (from: number, value: number, options: { rise?: number; until?: number } = {}): Shape =>
  (minute) =>
    1 + after(from, value - 1, options)(minute);
