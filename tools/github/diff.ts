import type { FileAnswer } from './answers.ts';
import { type Focus, type Hunk, hunksOf, hunkText, isAskedPath, noFocus, weightOf } from './hunks.ts';

// Nobody finds a cause by reading these, and they fill any limit.
const noise =
  /(?:^|\/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|Gemfile\.lock|composer\.lock)$|\.min\.(?:js|css)$|\.(?:map|snap|svg)$|(?:^|\/)(?:dist|vendor|node_modules)\//u;

/** What does not run in production comes after what does. */
const aside = /(?:^|\/)(?:docs?|tests?|__tests__|spec)\/|\.(?:md|mdx|rst|txt)$|[._-](?:test|spec)\.\w+$|_test\.go$/iu;

export const isNoise = (path: string): boolean => noise.test(path);
export const isAside = (path: string): boolean => aside.test(path);

const fileCharactersMax = 4_000;
const diffCharactersMax = 20_000;
/** What was asked for is never cut by the limits above; this only keeps a hostile diff from filling the memory. */
const focusedCharactersMax = 200_000;

export type BoundedDiff = {
  readonly diff: string;
  readonly cut: boolean;
  /** The hunks of `diff` that touch the focus, in its order. */
  readonly focused: readonly Hunk[];
  readonly others: readonly Hunk[];
};

/**
 * A unified diff of the files worth reading. Hunks that touch the focus come first and whole; of the others as much as
 * fits, each file's cut at a line end, code before tests and documents.
 */
export function boundedDiff(files: readonly FileAnswer[], focus: Focus = noFocus): BoundedDiff {
  const readable = files.filter((file) => !isNoise(file.filename) || isAskedPath(file.filename, focus));
  const hunks = readable.flatMap(hunksOf).map((hunk) => ({ hunk, weight: weightOf(hunk, focus) }));
  const asked = hunks.filter(({ weight }) => weight > 0).toSorted((one, other) => other.weight - one.weight);
  const rest = hunks
    .filter(({ weight }) => weight === 0)
    .toSorted((one, other) => rankOf(one.hunk) - rankOf(other.hunk));
  const first = take(
    asked.map(({ hunk }) => hunk),
    { total: focusedCharactersMax, file: focusedCharactersMax },
  );
  const left = Math.max(0, diffCharactersMax - textOf(first.hunks).length);
  const second = take(
    rest.map(({ hunk }) => hunk),
    { total: left, file: fileCharactersMax },
  );
  const names = new Map(files.map((file) => [file.filename, file.previous_filename ?? file.filename]));
  return {
    diff: textOf([...first.hunks, ...second.hunks], names),
    cut: first.cut || second.cut,
    focused: first.hunks,
    others: second.hunks,
  };
}

const rankOf = ({ file }: Hunk): number => (isAside(file) ? 1 : 0);

type Limits = { readonly total: number; readonly file: number };

/** Hunks in turn as far as they fit; after a hunk that was cut, nothing more of its file. */
function take(hunks: readonly Hunk[], limits: Limits): { readonly hunks: readonly Hunk[]; readonly cut: boolean } {
  const roomOf = new Map<string, number>();
  const kept: Hunk[] = [];
  let left = limits.total;
  let cut = false;
  for (const hunk of hunks) {
    const room = roomOf.get(hunk.file) ?? limits.file;
    const text = cutAtLine(hunkText(hunk), Math.min(left, room));
    roomOf.set(hunk.file, text.cut ? 0 : room - text.text.length);
    left -= text.text.length;
    cut ||= text.cut;
    if (text.text !== '') kept.push(text.cut ? shortened(hunk, text.text) : hunk);
  }
  return { hunks: kept, cut };
}

const shortened = (hunk: Hunk, text: string): Hunk => ({
  ...hunk,
  lines: text.split('\n').slice(hunk.header === '' ? 0 : 1),
});

/** Hunks as a unified diff: one file header wherever the file changes. */
function textOf(hunks: readonly Hunk[], names: ReadonlyMap<string, string> = new Map()): string {
  return hunks
    .flatMap((hunk, index) => {
      const before = names.get(hunk.file) ?? hunk.file;
      const head = hunks[index - 1]?.file === hunk.file ? [] : [`--- a/${before}`, `+++ b/${hunk.file}`];
      return [...head, hunkText(hunk)];
    })
    .join('\n');
}

/** The text up to the last whole line within `max` characters. */
export function cutAtLine(text: string, max: number): { readonly text: string; readonly cut: boolean } {
  if (text.length <= max) return { text, cut: false };
  const end = text.lastIndexOf('\n', max);
  return { text: end <= 0 ? '' : text.slice(0, end), cut: true };
}
