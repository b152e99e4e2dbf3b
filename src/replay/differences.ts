import { z } from 'zod';
import { canonicalJson } from '../core/digest.ts';

/** What code decides otherwise now than it did then, one sentence each. */
export type Differences = {
  readonly all: readonly string[];
  add(difference: string): void;
  /** Adds `difference` unless both are the same JSON. */
  expectSame(now: unknown, then: unknown, difference: string): void;
};

/** The replay cannot go on: this code takes a way that was not recorded. */
export class Diverged extends Error {}

export function createDifferences(): Differences {
  const all: string[] = [];
  return {
    all,
    add: (difference) => void all.push(difference),
    expectSame: (now, then, difference) => {
      if (asText(now) !== asText(then)) all.push(difference);
    },
  };
}

// Through JSON, so that an absent member and an undefined one are the same, as they are on the tape.
const asText = (value: unknown): string => canonicalJson(z.json().parse(JSON.parse(JSON.stringify(value ?? null))));
