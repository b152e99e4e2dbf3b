/** Finds secrets and personal data in one chunk of text. Pure and linear: it runs in the worker. */
import { RE2JS } from 're2js';
import { createHintIndex } from './hint-index.ts';
import type { FormRule, Rule, RuleSet } from './rule.ts';
import { mergeSpans, type Span, withoutTokens } from './spans.ts';
import { lineEnd, runEnd, runsAround, type Window, windowsAround } from './windows.ts';

export type Needle = { readonly text: string; readonly ignoreCase: boolean };
export type Scanner = (text: string) => readonly Span[];

type Compiled = { readonly rule: Rule; readonly regex: RE2JS };
/** Whom a word that was found concerns: rules by index, and needles that begin with it. */
type Hint = { readonly rules: { readonly rule: number; readonly length: number }[]; readonly needles: Needle[] };

/** So much of a needle is looked for; what follows is compared. */
const needleHead = 8;

/** Compiles the rules once. `needles` are our own credentials in every disguise. */
export function createScanner(rules: RuleSet, needles: readonly Needle[]): Scanner {
  const compiled = rules.worded.map((rule) => ({ rule, regex: RE2JS.compile(rule.pattern) }));
  const hints = hintsOf(rules.worded, needles);
  const index = createHintIndex([...hints.keys()]);
  const concerned = [...hints.values()];
  return (text) => {
    const spans: Span[] = [];
    const places: number[][] = compiled.map(() => []);
    index(text, (word, end) => {
      const hint = concerned[word];
      if (hint === undefined) return;
      spans.push(...needlesAt(hint.needles, text, end));
      for (const { rule, length } of hint.rules) {
        const at = placeOf(rules.worded[rule], text, { start: end - length, end });
        if (at !== null) places[rule]?.push(at);
      }
    });
    for (const [at, one] of compiled.entries()) spans.push(...findWorded(one, text, places[at] ?? []));
    for (const rule of rules.formed) spans.push(...findFormed(rule, text));
    return withoutTokens(mergeSpans(spans), text);
  };
}

function hintsOf(rules: readonly Rule[], needles: readonly Needle[]): ReadonlyMap<string, Hint> {
  const hints = new Map<string, Hint>();
  const at = (word: string): Hint => {
    const hint = hints.get(word) ?? { rules: [], needles: [] };
    hints.set(word, hint);
    return hint;
  };
  for (const [index, rule] of rules.entries())
    for (const hint of rule.hints) at(hint).rules.push({ rule: index, length: hint.length });
  for (const needle of needles) at(needle.text.slice(0, needleHead).toLowerCase()).needles.push(needle);
  return hints;
}

/** `end` is behind their heads. */
function needlesAt(needles: readonly Needle[], text: string, end: number): Span[] {
  return needles.flatMap((needle) => {
    const start = end - Math.min(needleHead, needle.text.length);
    const span = { start, end: start + needle.text.length, kind: 'own-credential', personal: false };
    return isNeedle(needle, text.slice(start, span.end)) ? [span] : [];
  });
}

const isNeedle = (needle: Needle, found: string): boolean =>
  needle.ignoreCase ? found.toLowerCase() === needle.text.toLowerCase() : found === needle.text;

/** Where the rule is to be tried for one of its hints: at that very place if it has a `before`. Null: it cannot match. */
function placeOf(rule: Rule | undefined, text: string, hint: Window): number | null {
  if (rule?.gate !== undefined) {
    rule.gate.lastIndex = hint.end;
    if (!rule.gate.test(text)) return null;
  }
  if (rule?.before === undefined) return hint.end - 1;
  rule.before.lastIndex = hint.start;
  const before = rule.before.exec(text);
  return before === null ? null : hint.start - (before.groups?.['lead']?.length ?? 0);
}

function findWorded(one: Compiled, text: string, places: readonly number[]): Span[] {
  if (places.length === 0) return [];
  if (one.rule.before !== undefined) return matchAt(one, text, places);
  if (one.rule.within === 'text') return matchIn(one, text, { start: 0, end: text.length });
  const around = one.rule.within === 'token' ? runsAround : windowsAround;
  return around(text, places).flatMap((window) => matchIn(one, text, window));
}

/** At each of the places that no match before it covers. */
function matchAt(one: Compiled, text: string, places: readonly number[]): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const start of places.toSorted((a, b) => a - b)) {
    if (start < from) continue;
    const matcher = matcherAt(one, text, start);
    if (matcher === null) continue;
    const end = start + matcher.end();
    // A token longer than was looked at is followed to the end of its run.
    const isCut = one.rule.within === 'token' && matcher.end() === tokenLength;
    from = isCut ? runEnd(text, end) : end;
    const found = spanOf(one.rule, matcher, start);
    const checked = accepted(one.rule, text, isCut ? { start: found.start, end: from } : found);
    if (checked !== null) spans.push(checked);
  }
  return spans;
}

/** In a short piece the engine takes a fifth of the time, so it comes first; what reaches its end is tried again. */
const shortLength = 512;
const tokenLength = 2_048;

function matcherAt({ rule, regex }: Compiled, text: string, start: number): Matcher | null {
  const end = endFor(rule, text, start);
  const short = Math.min(end, start + shortLength);
  const tried = regex.matcher(text.slice(start, short));
  if (tried.lookingAt() && (start + tried.end() < short || short === end)) return tried;
  if (short === end) return null;
  const whole = regex.matcher(text.slice(start, end));
  return whole.lookingAt() ? whole : null;
}

function endFor({ within }: Rule, text: string, start: number): number {
  if (within === 'text') return text.length;
  return within === 'line' ? lineEnd(text, start) : Math.min(start + tokenLength, text.length);
}

function matchIn({ rule, regex }: Compiled, text: string, window: Window): Span[] {
  const matcher = regex.matcher(text.slice(window.start, window.end));
  const spans: Span[] = [];
  while (matcher.find()) {
    const checked = accepted(rule, text, spanOf(rule, matcher, window.start));
    if (checked !== null) spans.push(checked);
  }
  return spans;
}

type Matcher = ReturnType<RE2JS['matcher']>;

function spanOf({ group }: Rule, matcher: Matcher, offset: number): Window {
  const told = group >= 0 ? group : ([1, 2, 3, 4].find((one) => matcher.group(one) !== null) ?? 0);
  return { start: offset + matcher.start(told), end: offset + matcher.end(told) };
}

function accepted(rule: Rule, text: string, found: Window): Span | null {
  if (found.end <= found.start || isHarmless(text.slice(found.start, found.end))) return null;
  const checked = rule.check === undefined ? found : rule.check(text, found);
  return checked && { ...checked, kind: rule.kind, personal: rule.personal ?? false };
}

function findFormed({ kind, seek, check, personal }: FormRule, text: string): Span[] {
  const spans: Span[] = [];
  seek.lastIndex = 0;
  for (let match = seek.exec(text); match !== null; match = seek.exec(text)) {
    const found = check(text, { start: match.index, end: match.index + match[0].length });
    if (found === null) seek.lastIndex = match.index + 1;
    else spans.push({ ...found, kind, personal: personal ?? false });
  }
  return spans;
}

const harmlessWords = new Set(['true', 'false', 'null', 'nil', 'none', 'undefined', 'yes', 'no', 'required', 'string']);

/** A placeholder for a variable, or a word that cannot be a secret. Short numbers are counts. */
function isHarmless(found: string): boolean {
  if (/^(?:\$\{|\$\(|\{\{|%[({]|<[^>]*>$|\$[A-Z_]+$)/u.test(found)) return true;
  return /^(?:[*x.•]+|\d{1,5})$/iu.test(found) || harmlessWords.has(found.toLowerCase());
}
