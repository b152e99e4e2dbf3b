import type { Rule } from './rule.ts';

/** What may stand right before a token and is no part of it, though letters or digits: an escape, in a URL, a colour. */
export const escapes = '\\\\[nrt]|%[0-9A-Fa-f]{2}|\\x1b\\[[0-9;]{0,12}m';
const begin = `(?:^|[^A-Za-z0-9_]|${escapes})`;

/** After what tells a token there are at least so many of the characters of tokens. */
const gate = /[\w.~+/=:@-]{8}/uy;

/** Sticky: behind `edge` and a `lead`, which belongs to the match. */
export const after = (edge: string, lead = '', flags = 'u'): RegExp =>
  new RegExp(`(?<=${edge}(?<lead>${lead}))`, `${flags}y`);

/** A token that begins with what only such tokens begin with. */
export const prefixed = (kind: string, hint: string, pattern: string): Rule => prefixedBy(kind, [hint], pattern);

export const prefixedBy = (kind: string, hints: readonly string[], pattern: string): Rule =>
  ledBy({ kind, hints, lead: '', pattern });

/** A token that has `lead` before what tells it. */
export const ledBy = ({
  kind,
  hints,
  lead,
  pattern,
}: Pick<Rule, 'kind' | 'hints' | 'pattern'> & { readonly lead: string }): Rule => ({
  kind,
  hints: hints.map((hint) => hint.toLowerCase()),
  before: after(begin, lead),
  gate,
  pattern: `(?:${pattern})`,
  group: 0,
  within: 'token',
});

/** A token that some word in its line tells. */
export const toldBy = (kind: string, hints: readonly string[], pattern: string): Rule => ({
  kind,
  hints,
  pattern: `${begin}(${pattern})`,
  group: 1,
  within: 'line',
});

/** A token that begins anywhere in its run of token characters. */
export const inRun = (kind: string, hint: string, pattern: string): Rule => ({
  ...toldBy(kind, [hint], pattern),
  gate,
  within: 'token',
});

/** `start` before each hexadecimal digit: hints for prefixes that are too short to be rare. */
export const beforeHexadecimal = (start: string): readonly string[] =>
  Array.from('0123456789abcdef', (digit) => start + digit);
