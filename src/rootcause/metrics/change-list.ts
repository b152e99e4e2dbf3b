import { type Cost, cutWhileWorth, levelCost, runningSums } from './change-point.ts';
import { smooth } from './robust.ts';

/**
 * A cut must explain this many times log n / n of what one piece leaves. Between 2.5 and 4 the result on the labelled
 * series hardly moves.
 */
const strictness = 3;

/**
 * Every lasting change of a series, as indices of first samples, by the same binary segmentation that dates an onset.
 * The penalty is a share of what a single level, or a single line, leaves unexplained, so that trends and seasons,
 * whose neighbours follow each other closely, are not cut to pieces (Fryzlewicz 2014 on its scale; a line in place of a
 * level as in Bai and Perron 1998). Levels or lines: whichever describes the series better by an information criterion.
 */
export function findChanges(raw: readonly number[]): readonly number[] {
  if (raw.length < 4) return [];
  const values = smooth(raw);
  const level = { ...describe(values, levelCost(values)), parameters: (cuts: number) => 1 + 2 * cuts };
  const line = { ...describe(values, lineCost(values)), parameters: (cuts: number) => 2 + 3 * cuts };
  const criterion = ({ rest, cuts, parameters }: Description & { parameters: (cuts: number) => number }): number =>
    values.length * Math.log(Math.max(rest, Number.MIN_VALUE) / values.length) +
    strictness * Math.log(values.length) * parameters(cuts.length);
  const best = criterion(level) <= criterion(line) ? level : line;
  return best.cuts.toSorted((a, b) => a - b);
}

type Description = { readonly cuts: readonly number[]; readonly rest: number };

function describe(values: readonly number[], cost: Cost): Description {
  const whole = cost(0, values.length);
  if (whole <= 0) return { cuts: [], rest: 0 };
  const penalty = (strictness * Math.log(values.length) * whole) / values.length;
  const cuts = cutWhileWorth(cost, values.length, penalty);
  const edges = [0, ...cuts.toSorted((a, b) => a - b), values.length];
  const rest = edges.slice(1).reduce((sum, to, at) => sum + cost(edges[at] ?? 0, to), 0);
  return { cuts, rest };
}

/** Squared distance of a stretch to its own straight line. */
function lineCost(values: readonly number[]): Cost {
  const plain = runningSums(values);
  const timed = runningSums(values.map((value, at) => value * at));
  const level = levelCost(values);
  return (from, to) => {
    const length = to - from;
    if (length < 3) return level(from, to);
    const sum = (plain[to] ?? 0) - (plain[from] ?? 0);
    const along = (timed[to] ?? 0) - (timed[from] ?? 0) - ((from + to - 1) / 2) * sum;
    return Math.max(0, level(from, to) - (along * along) / ((length * (length * length - 1)) / 12));
  };
}
