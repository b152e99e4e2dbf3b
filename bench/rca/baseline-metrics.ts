/**
 * The published simple methods on metrics: N-sigma, and BARO's RobustScorer (Pham et al., FSE 2024). Both take the
 * largest signed distance of the abnormal samples from the middle of the normal ones, in units of their spread.
 */

export type Column = { readonly name: string; readonly before: readonly number[]; readonly after: readonly number[] };

type Measure = { readonly centre: number; readonly scale: number };

/** Column names, worst first: median and interquartile range; a range of 0 counts as 1, as published. */
export const rankByBaro = (columns: readonly Column[]): readonly string[] => rankColumns(columns, robustMeasure);

/** Column names, worst first: mean and standard deviation; a deviation of 0 counts as 1. */
export const rankByNSigma = (columns: readonly Column[]): readonly string[] => rankColumns(columns, plainMeasure);

function rankColumns(columns: readonly Column[], measure: (values: readonly number[]) => Measure): readonly string[] {
  return columns
    .map(fillGaps)
    .filter(({ before, after }) => isMoving(before) && isMoving(after))
    .map(({ name, before, after }) => ({ name, score: farthest(after, measure(before)) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ name }) => name);
}

/** The last value before a gap, else 0. */
function fillGaps({ name, before, after }: Column): Column {
  let last = 0;
  const fill = (value: number): number => {
    last = Number.isFinite(value) ? value : last;
    return last;
  };
  return { name, before: before.map(fill), after: after.map(fill) };
}

const isMoving = (values: readonly number[]): boolean => values.some((value) => value !== values[0]);

const farthest = (values: readonly number[], { centre, scale }: Measure): number =>
  Math.max(...values.map((value) => (value - centre) / scale));

function robustMeasure(values: readonly number[]): Measure {
  const ordered = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const position = (ordered.length - 1) * share;
    const low = ordered[Math.floor(position)] ?? 0;
    return low + ((ordered[Math.ceil(position)] ?? low) - low) * (position - Math.floor(position));
  };
  return { centre: at(0.5), scale: at(0.75) - at(0.25) || 1 };
}

function plainMeasure(values: readonly number[]): Measure {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { centre: mean, scale: Math.sqrt(variance) || 1 };
}
