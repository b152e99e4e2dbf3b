/** The strict scoring rules: pessimistic ties, no partial credit, a missing or empty ranking is a miss. */

export type Scored = { readonly ranking: readonly string[]; readonly scores: readonly number[] };

/**
 * Place of the truth, from 1; null when it is not in the ranking. With scores, everything that scores the same counts
 * as ahead of it; without, repeated names count once.
 */
export function placeOf(truth: string, { ranking, scores }: Scored): number | null {
  const at = ranking.indexOf(truth);
  if (at === -1) return null;
  const own = scores[at];
  if (scores.length === 0 || own === undefined) return new Set(ranking.slice(0, at)).size + 1;
  const ahead = scores.filter((score, other) => score > own || (score === own && ranking[other] !== truth));
  return ahead.length + 1;
}

export type Accuracy = {
  readonly cases: number;
  readonly atOne: number;
  readonly atThree: number;
  readonly atFive: number;
  /** Mean of the accuracies at 1 to 5. */
  readonly average: number;
  /** Mean reciprocal rank. */
  readonly reciprocal: number;
};

export function accuracyOf(places: readonly (number | null)[]): Accuracy {
  const cases = places.length;
  const within = (limit: number): number =>
    cases === 0 ? 0 : places.filter((place) => place !== null && place <= limit).length / cases;
  const reciprocals = places.map((place) => (place === null ? 0 : 1 / place));
  return {
    cases,
    atOne: within(1),
    atThree: within(3),
    atFive: within(5),
    average: sum([1, 2, 3, 4, 5].map(within)) / 5,
    reciprocal: cases === 0 ? 0 : sum(reciprocals) / cases,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** 95 % interval of a share of `cases` (Wilson 1927); holds for few cases and for shares of 0 and 1. */
export function wilsonInterval(share: number, cases: number): readonly [low: number, high: number] {
  if (cases === 0) return [0, 1];
  const z2 = 1.959964 ** 2;
  const middle = (share + z2 / (2 * cases)) / (1 + z2 / cases);
  const half = Math.sqrt((z2 * ((share * (1 - share)) / cases + z2 / (4 * cases * cases))) / (1 + z2 / cases) ** 2);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** The order statistic below the share; 0 for an empty list. */
export function quantileOf(values: readonly number[], share: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[share === 0.5 ? Math.floor(ordered.length / 2) : Math.floor(share * (ordered.length - 1))] ?? 0;
}
