/**
 * What counts as a secret: prefixes, alphabets and lengths as their vendors publish them. RE2 syntax, so that every
 * pattern takes linear time. `hints` are lower-case words one of which is in every match: without one the pattern is
 * not tried at all.
 */
export type Rule = {
  readonly kind: string;
  readonly hints: readonly string[];
  readonly pattern: string;
  /** The capturing group that holds the secret; 0 is the whole match. */
  readonly group: number;
  /** `many`: a match may span lines, so the whole text is tried once a hint is in it. Otherwise only lines with a hint. */
  readonly lines?: 'many';
  /** A cheap test that every match passes, tried before the pattern. Bounded, so that it too takes linear time. */
  readonly gate?: RegExp;
};
