/** Generated findings, honest and not, through the gate and every renderer, judged by an oracle of its own. */
import { describe, expect, it } from 'vitest';
import { checkClaims } from '../../src/core/citation.ts';
import { taint } from '../../src/core/tainted.ts';
import { oracleObjections } from '../support/claim-oracle.ts';
import { emptyTally, runCase } from '../support/claim-run.ts';

const submissions = 1_000;

describe('over generated ledgers and findings', () => {
  it('nothing that is not proven ever leaves, on any platform, and what is proven does', { timeout: 120_000 }, () => {
    const tally = emptyTally();
    for (let seed = 1; seed <= submissions; seed += 1) runCase(seed, tally);

    expect(tally.violations).toEqual([]);
    const sum = (of: ReadonlyMap<string, number>): number => [...of.values()].reduce((total, each) => total + each, 0);
    // Not empty on either side: a gate that refuses all, or cases without lies, would prove nothing.
    expect(sum(tally.honestKept)).toBeGreaterThan(submissions);
    expect(tally.dropped).toBeGreaterThan(submissions);
    expect(sum(tally.honestRefused)).toBeLessThan(sum(tally.honestKept) * 0.02);
  });
});

describe('what the generated claims found', () => {
  const evidence = [
    { id: 'E1' as const, result: { value: 2.446, small: 9, line: 'connection refused by 10.2.3.4:5432' } },
  ];
  const refusal = (text: string, pointer: string, value: number): string | null => {
    const claim = { text: taint(text), citations: [{ evidence: 'E1' as const, number: { pointer, value } }] };
    expect(oracleObjections(text, claim.citations, evidence)).not.toEqual([]);
    return checkClaims([claim], evidence).dropped[0]?.why ?? null;
  };

  it('a number rounded twice is another number: 2.446 is not 2.5', () => {
    expect(refusal('it reads 2.5', '/value', 2.45)).toBe('the number 2.5 is not cited');
  });

  it.each(['9k errors', '9K errors', '9M users', '9e9 errors', '9_000 errors', "9'000 errors", '9 000 errors'])(
    '%s is not 9',
    (text) => {
      expect(refusal(text, '/small', 9)).toContain('is not cited');
    },
  );

  it.each(['errors-9000 were seen', '#9000 errors', 'errors9000', 'errors-72.62'])(
    '%s is no name that the ledger knows',
    (text) => {
      expect(refusal(`${text}, 9`, '/small', 9)).toContain('is not in the ledger');
    },
  );
});
