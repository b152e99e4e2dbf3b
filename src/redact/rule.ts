import type { Window } from './windows.ts';

/** Masks less than was matched, or nothing (null): a check digit that is wrong, a value that is a placeholder. */
export type Check = (text: string, found: Window) => Window | null;

/**
 * What counts as a secret: prefixes, alphabets and lengths as their vendors publish them. RE2 syntax, so that every
 * pattern takes linear time. `hints` are lower-case words one of which is in every match: without one the pattern is
 * not tried at all.
 */
export type Rule = {
  readonly kind: string;
  readonly hints: readonly string[];
  readonly pattern: string;
  /** The capturing group that holds the secret; 0 is the whole match, -1 the first of groups 1 to 4 that matched. */
  readonly group: number;
  /** How far around a hint the pattern is tried: over its line, over the text, or over the one run of token characters. */
  readonly within: 'line' | 'text' | 'token';
  /**
   * Every match begins at its hint, or where the group `lead` of this begins: the pattern is tried at that place only,
   * which costs a tenth of looking for it. Sticky, tried where the hint begins, and all of it a bounded look back.
   */
  readonly before?: RegExp;
  /** Sticky, tried right behind a hint: what follows it in every match. Bounded, so that it too takes linear time. */
  readonly gate?: RegExp;
  readonly check?: Check;
  /** Personal data, masked as `PII`, where a secret does not already cover it. */
  readonly personal?: true;
};

/** Found by its form alone, with no telling word. `seek` is global and bounded: so many characters at each place. */
export type FormRule = {
  readonly kind: string;
  readonly seek: RegExp;
  readonly check: Check;
  readonly personal?: true;
};

export type RuleSet = { readonly worded: readonly Rule[]; readonly formed: readonly FormRule[] };
