/**
 * How much a diff can change what a process does, read from what it takes away and puts back. A defect needs a changed
 * value, a missing step or a new one: a rewrite that keeps every value, name and step is the commonest innocent change
 * on a failing service (Purushothaman and Perry 2005: small edits that add or replace rarely fault, deletions of checks do).
 */
import { clampUnit } from '../metrics/robust.ts';
import type { DiffLine } from './diff-lines.ts';

export type DiffEffect = {
  /** 0 to 1. */
  readonly strength: number;
  readonly why: string | null;
};

const speaking =
  /\blog(?:ger|ging)?\b\s*[.(]|\blog\.\w+\(|\bLOG_\w+\(|console\.(?:log|info|warn|error|debug)|\bprintf?\(|\bslog\.|\bfields\s*=|span\.set|metrics?\w*\.(?:inc|add|observe)|prometheus\.|histogram|counter(?:opts)?\b|gauge|\bversion\b\s*[:=]/iu;
const comment = /(?:^|\s)(?:\/\/|#|--)\s.*$|\/\*.*?\*\/|^\s*\*\s.*$/u;
const words = /[A-Za-z_][A-Za-z0-9_]*/gu;
const literals = /"[^"]*"|'[^']*'|`[^`]*`|(?<![\w.])-?\d+(?:\.\d+)?/gu;
/** Steps whose loss changes what happens: checks, locks, waits, retries, clean-up. */
const step =
  /\b(?:if|guard|lock|unlock|mutex|synchronized|defer|finally|catch|except|recover|retry|sleep|close|release|await|timeout)\b/giu;

/** Moving code takes away several lines; one or two that are replaced are an edit, however alike. */
const minRewrite = 3;

/** Of the lines of one diff, without headers and inert files. */
export function effectOf(lines: readonly DiffLine[]): DiffEffect {
  const side = (sign: DiffLine['sign']): readonly string[] =>
    lines
      .filter((line) => line.sign === sign)
      .map((line) => line.text.replace(comment, '').trim())
      .filter((text) => /\w/u.test(text));
  const [removed, added] = [side('-'), side('+')];
  if (removed.length + added.length === 0) return { strength: 0.8, why: null };
  if ([...removed, ...added].every(isSaying)) {
    return { strength: 0.15, why: 'it only changes what is logged, counted or named' };
  }
  if (removed.length === 0) return { strength: 0.85, why: null };
  if (onlyAddsConstants(removed, added)) return { strength: 0.5, why: 'it only adds constants to existing lines' };
  const isEdit = removed.length < minRewrite || losesStep(removed, added) || changesValue(removed, added);
  if (isEdit) return { strength: 1, why: null };
  const strength = clampUnit(0.2 + 1.6 * (1 - keptShare(removed, added)) + 0.08 * newNames(removed, added));
  return { strength, why: strength < 0.5 ? 'it rewrites code and keeps its values, names and steps' : null };
}

/** A line that speaks, or closes the block of one. */
const isSaying = (text: string): boolean => speaking.test(text) || !/[a-z]/iu.test(text) || /^"[^"]*",?$/u.test(text);

const found = (lines: readonly string[], pattern: RegExp): ReadonlySet<string> =>
  new Set(lines.flatMap((line) => line.match(pattern) ?? []));

/** Share of the names and values taken away that are put back, somewhere. */
function keptShare(removed: readonly string[], added: readonly string[]): number {
  const gone = [...found(removed, words), ...found(removed, literals)];
  const back = new Set([...found(added, words), ...found(added, literals)]);
  return gone.length === 0 ? 1 : gone.filter((name) => back.has(name)).length / gone.length;
}

/** What the new lines use that the old ones did not, apart from the helpers they call. */
function newNames(removed: readonly string[], added: readonly string[]): number {
  const before = found(removed, words);
  const used = found(
    added.map((line) => line.replace(/"[^"]*"|'[^']*'/gu, '')),
    /[A-Za-z_][A-Za-z0-9_]*(?!\w|\s*[({:])/gu,
  );
  return [...used].filter((name) => !before.has(name)).length;
}

/** Every line taken away comes back whole, with further literals and their keys in it and nothing else. */
function onlyAddsConstants(removed: readonly string[], added: readonly string[]): boolean {
  const plain = (line: string): string => line.replace(/,?\s*\w+:\s*(?:"[^"]*"|'[^']*'|\d+|true|false)/gu, '');
  return (
    removed.length === added.length &&
    removed.every((line, at) => plain(line) === plain(added[at] ?? '')) &&
    removed.join('').length < added.join('').length &&
    !changesValue(removed, added)
  );
}

/** Fewer checks than before, and no new helper that could have taken them in. */
function losesStep(removed: readonly string[], added: readonly string[]): boolean {
  const count = (lines: readonly string[]): number => lines.flatMap((line) => line.match(step) ?? []).length;
  const before = found(removed, words);
  const helpers = [...found(added, /[A-Za-z_][A-Za-z0-9_]*(?=\()/gu)].filter((name) => !before.has(name));
  return count(removed) > count(added) && helpers.length === 0;
}

/** The same line with another number, text or word in it: a changed setting. */
function changesValue(removed: readonly string[], added: readonly string[]): boolean {
  const shape = (line: string): string => line.replace(literals, '0').replace(/(?<=[:=]\s?)\w+$/u, '0');
  const before = new Map(removed.map((line) => [shape(line), line]));
  const moved = new Set(removed);
  return added.some((line) => {
    const old = before.get(shape(line));
    return old !== undefined && old !== line && !moved.has(line) && !isSaying(line);
  });
}
