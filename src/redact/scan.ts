/** Finds secrets in one chunk of text. Pure and linear: it runs in the worker. */
import { RE2JS } from 're2js';
import type { Rule } from './rule.ts';
import { type Window, windowsOf } from './windows.ts';

/** `[start, end)` in characters of the scanned text. */
export type Span = { readonly start: number; readonly end: number; readonly kind: string };

export type Needle = { readonly text: string; readonly ignoreCase: boolean };
export type Scanner = (text: string) => readonly Span[];

/** Compiles the rules once. `needles` are our own credentials in every disguise. */
export function createScanner(rules: readonly Rule[], needles: readonly Needle[]): Scanner {
  const compiled = rules.map((rule) => ({ rule, regex: RE2JS.compile(rule.pattern) }));
  return (text) => {
    const lower = text.toLowerCase();
    const spans = needles.flatMap((needle) => findNeedle(needle, text, lower));
    for (const { rule, regex } of compiled) {
      spans.push(...findRule(rule, regex, { text, lower }));
    }
    return withoutTokens(mergeSpans(spans), text);
  };
}

function findNeedle(needle: Needle, text: string, lower: string): Span[] {
  const haystack = needle.ignoreCase ? lower : text;
  const wanted = needle.ignoreCase ? needle.text.toLowerCase() : needle.text;
  const spans: Span[] = [];
  for (let at = haystack.indexOf(wanted); at >= 0; at = haystack.indexOf(wanted, at + wanted.length)) {
    spans.push({ start: at, end: at + wanted.length, kind: 'own-credential' });
  }
  return spans;
}

type Chunk = { readonly text: string; readonly lower: string };

function findRule(rule: Rule, regex: RE2JS, { text, lower }: Chunk): Span[] {
  if (rule.lines !== 'many') {
    return windowsOf(lower, rule.hints).flatMap((window) => matchIn(rule, regex, { text, ...window }));
  }
  const hinted = rule.hints.some((hint) => lower.includes(hint));
  return hinted ? matchIn(rule, regex, { text, start: 0, end: text.length }) : [];
}

function matchIn(rule: Rule, regex: RE2JS, { text, start: from, end: to }: Window & { readonly text: string }): Span[] {
  const part = text.slice(from, to);
  if (rule.gate !== undefined && !rule.gate.test(part)) return [];
  const matcher = regex.matcher(part);
  const spans: Span[] = [];
  while (matcher.find()) {
    const group = rule.group >= 0 ? rule.group : ([1, 2, 3, 4].find((one) => matcher.group(one) !== null) ?? 0);
    const [start, end] = [from + matcher.start(group), from + matcher.end(group)];
    if (end > start && !isHarmless(text.slice(start, end))) spans.push({ start, end, kind: rule.kind });
  }
  return spans;
}

const harmlessWords = new Set(['true', 'false', 'null', 'nil', 'none', 'undefined', 'yes', 'no', 'required', 'string']);

/** A placeholder for a variable, or a word that cannot be a secret. Short numbers are counts. */
function isHarmless(found: string): boolean {
  if (/^(?:\$\{|\$\(|\{\{|%[({]|<[^>]*>$|\$[A-Z_]+$)/u.test(found)) return true;
  return /^(?:[*x.•]+|\d{1,5})$/iu.test(found) || harmlessWords.has(found.toLowerCase());
}

/** In order, without overlaps: where two meet, the longer kind names the union. */
export function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const ordered = spans.toSorted((one, other) => one.start - other.start || other.end - one.end);
  const merged: Span[] = [];
  for (const span of ordered) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else {
      const kind = span.end - span.start > last.end - last.start ? span.kind : last.kind;
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, span.end), kind };
    }
  }
  return merged;
}

const token = /\[SECRET:[a-z-]{1,30}:[0-9a-f]{8}\]|\[withheld: redaction timeout\]/gu;

/** What is masked already stays: only the text around it is still to be masked. */
function withoutTokens(spans: readonly Span[], text: string): readonly Span[] {
  const tokens = [...text.matchAll(token)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  if (tokens.length === 0) return spans;
  return spans.flatMap((span) => subtract(span, tokens)).filter((span) => /\w/u.test(text.slice(span.start, span.end)));
}

function subtract(span: Span, tokens: readonly { readonly start: number; readonly end: number }[]): readonly Span[] {
  const pieces: Span[] = [];
  let { start } = span;
  for (const hole of tokens) {
    if (hole.end <= start || hole.start >= span.end) continue;
    if (hole.start > start) pieces.push({ ...span, start, end: hole.start });
    start = Math.max(start, hole.end);
  }
  return start < span.end ? [...pieces, { ...span, start }] : pieces;
}
