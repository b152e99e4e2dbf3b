/** Finds secrets and personal data in one chunk of text. Pure and linear: it runs in the worker. */
import { RE2JS } from 're2js';
import { createHintIndex } from './hint-index.ts';
import type { FormRule, Rule, RuleSet } from './rule.ts';
import { mergeSpans, type Span, withoutTokens } from './spans.ts';
import { runsAround, type Window, windowsAround } from './windows.ts';

export type Needle = { readonly text: string; readonly ignoreCase: boolean };
export type Scanner = (text: string) => readonly Span[];

type Compiled = { readonly rule: Rule; readonly regex: RE2JS };
/** Whom a word that was found concerns: rules by index, and needles that begin with it. */
type Hint = { readonly rules: number[]; readonly needles: Needle[] };

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
      for (const rule of hint.rules) if (passes(compiled[rule]?.rule, text, end)) places[rule]?.push(end - 1);
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
  for (const [index, rule] of rules.entries()) for (const hint of rule.hints) at(hint).rules.push(index);
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

function passes(rule: Rule | undefined, text: string, at: number): boolean {
  if (rule?.gate === undefined) return true;
  rule.gate.lastIndex = at;
  return rule.gate.test(text);
}

function findWorded(one: Compiled, text: string, places: readonly number[]): Span[] {
  if (places.length === 0) return [];
  if (one.rule.within === 'text') return matchIn(one, text, { start: 0, end: text.length });
  const around = one.rule.within === 'token' ? runsAround : windowsAround;
  return around(text, places).flatMap((window) => matchIn(one, text, window));
}

function matchIn({ rule, regex }: Compiled, text: string, window: Window): Span[] {
  const matcher = regex.matcher(text.slice(window.start, window.end));
  const spans: Span[] = [];
  while (matcher.find()) {
    const group = rule.group >= 0 ? rule.group : ([1, 2, 3, 4].find((one) => matcher.group(one) !== null) ?? 0);
    const found = { start: window.start + matcher.start(group), end: window.start + matcher.end(group) };
    if (found.end <= found.start || isHarmless(text.slice(found.start, found.end))) continue;
    const checked = rule.check === undefined ? found : rule.check(text, found);
    if (checked !== null) spans.push({ ...checked, kind: rule.kind, personal: rule.personal ?? false });
  }
  return spans;
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
