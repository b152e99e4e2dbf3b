/**
 * Linear interpolation between order statistics, without sorting: quickselect (Hoare 1961), linear on average, the pivot
 * the middle of three so that sorted series stay linear too. `share` is 0 to 1; 0 for an empty list.
 */
export const quantile = (values: readonly number[], share: number): number => quantilesOf(values, [share])[0] ?? 0;

/** Several quantiles of one list, at the price of one copy. */
export function quantilesOf(values: readonly number[], shares: readonly number[]): readonly number[] {
  const copy = new Float64Array(values);
  return shares.map((share) => quantileIn(copy, Math.min(1, Math.max(0, share))));
}

function quantileIn(values: Float64Array, share: number): number {
  if (values.length === 0) return 0;
  const position = (values.length - 1) * share;
  const at = Math.floor(position);
  select(values, at);
  const low = values[at] ?? 0;
  if (position === at) return low;
  let high = Number.POSITIVE_INFINITY;
  for (let next = at + 1; next < values.length; next += 1) high = Math.min(high, values[next] ?? high);
  return low + (high - low) * (position - at);
}

/** Puts the value of rank `at` in its place, smaller ones before it, larger ones behind it. */
function select(values: Float64Array, at: number): void {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const [before, after] = split(values, left, right);
    if (at <= before) right = before;
    else if (at >= after) left = after;
    else return;
  }
}

/** Hoare's partition of `[left, right]`: up to the first index at most the pivot, from the second on at least. */
function split(values: Float64Array, left: number, right: number): readonly [number, number] {
  const pivot = middleOf(values[left] ?? 0, values[(left + right) >> 1] ?? 0, values[right] ?? 0);
  let from = firstFrom(values, left, pivot);
  let to = lastUpTo(values, right, pivot);
  while (from <= to) {
    const kept = values[from] ?? 0;
    values[from] = values[to] ?? 0;
    values[to] = kept;
    from = firstFrom(values, from + 1, pivot);
    to = lastUpTo(values, to - 1, pivot);
  }
  return [to, from];
}

function firstFrom(values: Float64Array, start: number, pivot: number): number {
  let at = start;
  while ((values[at] ?? pivot) < pivot) at += 1;
  return at;
}

function lastUpTo(values: Float64Array, start: number, pivot: number): number {
  let at = start;
  while ((values[at] ?? pivot) > pivot) at -= 1;
  return at;
}

const middleOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
