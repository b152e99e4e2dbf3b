import type { Rule } from './rule.ts';

/** A token that begins with what only such tokens begin with. */
export const prefixed = (kind: string, hint: string, pattern: string): Rule => prefixedBy(kind, [hint], pattern);

export const prefixedBy = (kind: string, hints: readonly string[], pattern: string): Rule => ({
  kind,
  hints: hints.map((hint) => hint.toLowerCase()),
  pattern: `(?:^|[^A-Za-z0-9_])(${pattern})`,
  group: 1,
});

/** `start` before each hexadecimal digit: hints for prefixes that are too short to be rare. */
export const beforeHexadecimal = (start: string): readonly string[] =>
  Array.from('0123456789abcdef', (digit) => start + digit);
