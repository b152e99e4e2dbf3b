import type { FileChange } from '../src/lab/changes.ts';

const contextLines = 3;

/** Unified diff of one small file with three lines of context, as a code host shows it. */
export function unifiedDiff({ path, before, after }: FileChange): string {
  const rows = editRows(linesOf(before), linesOf(after));
  const changed = rows.flatMap((row, at) => (row.startsWith(' ') ? [] : [at]));
  const near = (at: number): boolean => changed.some((one) => Math.abs(one - at) <= contextLines);
  return [`--- a/${path}`, `+++ b/${path}`, '@@ -1 +1 @@', ...rows.filter((_, at) => near(at))].join('\n');
}

function editRows(old: readonly string[], fresh: readonly string[]): readonly string[] {
  const rows: string[] = [];
  let [left, right] = [0, 0];
  for (const [oldAt, freshAt] of [...commonLines(old, fresh), [old.length, fresh.length] as const]) {
    rows.push(...old.slice(left, oldAt).map((line) => `-${line}`));
    rows.push(...fresh.slice(right, freshAt).map((line) => `+${line}`));
    if (oldAt < old.length) rows.push(` ${old[oldAt] ?? ''}`);
    [left, right] = [oldAt + 1, freshAt + 1];
  }
  return rows;
}

const linesOf = (text: string | null): readonly string[] => (text === null ? [] : text.split('\n'));

/** How many lines the rests after two positions have in common. */
function commonLengths(old: readonly string[], fresh: readonly string[]): (oldAt: number, freshAt: number) => number {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1));
  const at = (oldAt: number, freshAt: number): number => lengths[oldAt]?.[freshAt] ?? 0;
  for (const [index, row] of lengths.slice(0, -1).entries().toArray().reverse()) {
    for (let freshAt = fresh.length - 1; freshAt >= 0; freshAt -= 1) {
      const same = old[index] === fresh[freshAt];
      row[freshAt] = same ? at(index + 1, freshAt + 1) + 1 : Math.max(at(index + 1, freshAt), at(index, freshAt + 1));
    }
  }
  return at;
}

/** Longest common subsequence as pairs of positions. */
function commonLines(old: readonly string[], fresh: readonly string[]): readonly (readonly [number, number])[] {
  const at = commonLengths(old, fresh);
  const pairs: [number, number][] = [];
  let [left, right] = [0, 0];
  while (left < old.length && right < fresh.length) {
    if (old[left] === fresh[right]) pairs.push([left++, right++]);
    else if (at(left + 1, right) >= at(left, right + 1)) left += 1;
    else right += 1;
  }
  return pairs;
}
