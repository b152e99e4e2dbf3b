/** A diff as its hunks, and which of them touch what somebody points at. */
import type { FileAnswer } from './answers.ts';

export type Hunk = {
  readonly file: string;
  /** `@@ -1,4 +1,6 @@ function acquire()`, or empty where the patch has none. */
  readonly header: string;
  readonly lines: readonly string[];
};

/** What the failing path runs through: files or folders, and names of functions, classes or settings. */
export type Focus = { readonly paths: readonly string[]; readonly symbols: readonly string[] };

export const noFocus: Focus = { paths: [], symbols: [] };

export function hunksOf({ filename, patch }: FileAnswer): readonly Hunk[] {
  const hunks: { file: string; header: string; lines: string[] }[] = [];
  for (const line of (patch ?? '').split('\n')) {
    const current = hunks.at(-1);
    if (line.startsWith('@@')) hunks.push({ file: filename, header: line, lines: [] });
    else if (current === undefined) hunks.push({ file: filename, header: '', lines: [line] });
    else current.lines.push(line);
  }
  return hunks.filter((hunk) => hunk.header !== '' || hunk.lines.some((line) => line !== ''));
}

export const hunkText = ({ header, lines }: Hunk): string => [...(header === '' ? [] : [header]), ...lines].join('\n');

/** `acquire` of `Pool.acquire`, `Pool#acquire` or `pool::acquire`: how code itself writes it. */
export const bareName = (symbol: string): string => symbol.split(/[.:#]+/u).findLast((part) => part !== '') ?? symbol;

/** True where `word` stands in `text` and is not a part of a longer name. */
export function hasWord(text: string, word: string): boolean {
  const part = /[\w$]/u;
  for (let found = text.indexOf(word); found >= 0; found = text.indexOf(word, found + 1)) {
    const before = text.charAt(found - 1);
    const after = text.charAt(found + word.length);
    if (!part.test(before) && !part.test(after)) return true;
  }
  return false;
}

/** True for the path itself, what is below it, and for the end of a longer path, as a stack trace or an image has it. */
export function touchesPath(file: string, asked: string): boolean {
  const path = asked.replace(/^\.?\/+|\/+$/gu, '');
  if (path === '') return false;
  return file === path || file.startsWith(`${path}/`) || file.endsWith(`/${path}`) || path.endsWith(`/${file}`);
}

export const isAskedPath = (file: string, { paths }: Focus): boolean => paths.some((path) => touchesPath(file, path));

export const hasSymbol = (text: string, { symbols }: Focus): boolean =>
  symbols.some((symbol) => hasWord(text, bareName(symbol)));

/** 0 for a hunk nobody asked about; more for a symbol than for a path. */
export function weightOf(hunk: Hunk, focus: Focus): number {
  const path = isAskedPath(hunk.file, focus) ? 1 : 0;
  return path + (hasSymbol(hunkText(hunk), focus) ? 2 : 0);
}

/**
 * The hunk without context that is further than `context` lines from a change or from an asked symbol. A gap says how
 * many lines it leaves out.
 */
export function compactHunk({ lines, ...hunk }: Hunk, focus: Focus, context: number): Hunk {
  const tells = lines.map((line) => /^[+-]/u.test(line) || hasSymbol(line, focus));
  const kept = lines.map((_, index) => tells.slice(Math.max(0, index - context), index + context + 1).includes(true));
  const shown: string[] = [];
  let left = 0;
  lines.forEach((line, index) => {
    if (kept[index] !== true) left += 1;
    else {
      if (left > 0) shown.push(` (${left} lines)`);
      left = 0;
      shown.push(line);
    }
  });
  return { ...hunk, lines: shown };
}
