import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkClaims, roundsTo } from '../../src/core/citation.ts';
import type { EvidenceId } from '../../src/core/evidence.ts';
import type { Claim, ClaimCitation } from '../../src/core/findings.ts';
import type { Json } from '../../src/core/json.ts';
import { atPointer } from '../../src/core/json-pointer.ts';
import { taint } from '../../src/core/tainted.ts';

const evidence = [
  {
    id: 'E1' as const,
    result: {
      p95: { before: 310, after: 962.4 },
      ratio: 0.1234,
      count: 212,
      'a/b': { '~c': 7 },
      line: 'Pool exhausted after 30 s, at 2026-11-20T14:03:10Z, commit 3f9ac2b',
      grouped: 'handled 12,500 requests',
      points: [[1, 310]],
    },
  },
];
const quote = (text: string): ClaimCitation => ({ evidence: 'E1', quote: text });
const number = (pointer: string, value: number): ClaimCitation => ({ evidence: 'E1', number: { pointer, value } });
const after = number('/p95/after', 962);
const line = quote(evidence[0]?.result.line ?? '');
const claim = (text: string, ...citations: readonly ClaimCitation[]): Claim => ({ text: taint(text), citations });
const objection = (text: string, ...citations: readonly ClaimCitation[]): string | null =>
  checkClaims([claim(text, ...citations)], evidence).dropped[0]?.why ?? null;

describe('a claim is kept', () => {
  it.each<[string, string, ClaimCitation[]]>([
    ['its number equals the stored one', 'p95 is 962.4 ms', [number('/p95/after', 962.4)]],
    ['its number is rounded', 'p95 is 960 ms', [after]],
    ['a unit is written against the number', 'p95 is 962ms', [after]],
    ['a percentage states a ratio', 'Errors are 12% of requests', [number('/ratio', 0.12)]],
    ['a range is cited at both ends', 'p95 went 310-962', [number('/p95/before', 310), after]],
    ['its number is in the quote', 'It waits 30 s', [line]],
    ['its time is in the quote', 'Since 14:03:10 and 14:03', [line]],
    ['its commit is in the quote', 'Commit 3f9ac2b did it', [line]],
    ['thousands are grouped', 'It handled 12,500 requests', [quote('handled 12,500')]],
    ['it names things with digits', 'H1: E3 shows #41 in us-east-1 as v42 for p95', [after]],
    ['the quote is of the canonical JSON', 'The pool ran out', [quote('"count":212')]],
    ['the pointer needs escapes', 'There are 7', [number('/a~1b/~0c', 7)]],
    ['calm words cite a measurement', 'Latency is normal at 962 ms', [after]],
  ])('when %s', (...[, text, citations]) => {
    expect(objection(text, ...citations)).toBeNull();
  });
});

describe('a claim is dropped', () => {
  it.each<[string, string, ClaimCitation[], string]>([
    ['it cites nothing', 'The pool is full', [], 'it cites no evidence'],
    ['it is empty', ' \u200b ', [after], 'it says nothing'],
    [
      'the evidence is unknown',
      'The pool is full',
      [{ evidence: 'E9', quote: 'Pool exhausted' }],
      'E9 is not in the ledger',
    ],
    ['it points without saying what', 'The pool is full', [{ evidence: 'E1' }], 'without a quote or a number'],
    ['the quote is altered', 'The pool is full', [quote('Pool exhausted before')], 'the quote is not in E1'],
    ['the quote is too short', 'The pool is full', [quote('Pool ')], 'shorter than 6'],
    ['the number is another', 'p95 is 999 ms', [number('/p95/after', 999)], 'not 999'],
    ['the pointer leads nowhere', 'p95 is 962 ms', [number('/p95/later', 962)], 'no number at /p95/later'],
    ['the pointer is not a number', 'p95 is 962 ms', [number('/line', 962)], 'no number at /line'],
    ['the pointer is a property of the language', 'There is 1', [number('/points/length', 1)], 'no number at'],
    ['one citation of two is wrong', 'p95 is 962 ms', [after, number('/count', 213)], 'not 213'],
    ['a number is not cited', 'p95 is 962 ms for 40 minutes', [after], 'the number 40 is not cited'],
    ['a number hides in its unit', 'p95 is 962 ms, not 999ms', [after], 'the number 999ms is not cited'],
    ['a number hides in a range', 'p95 went 310-999', [number('/p95/before', 310)], 'the number 310-999 is not cited'],
    ['a number hides behind a colon', 'p95:999', [after], 'the number 999 is not cited'],
    ['a number begins with its point', 'The ratio is .9', [number('/ratio', 0.12)], 'the number .9 is not cited'],
    ['a multiple is not cited', 'p95 grew x10 to 962 ms', [after], 'the number x10 is not cited'],
    ['a percentage is not cited', 'Errors are 13%', [number('/ratio', 0.12)], 'the number 13% is not cited'],
    ['a number is part of a longer one in the quote', 'It waits 0 s', [line], 'the number 0 is not cited'],
    ['a number is part of a commit in the quote', 'There are 9', [line], 'the number 9 is not cited'],
    ['a time is part of a longer number', 'At 4:03', [line], 'the number 4:03 is not cited'],
    ['digits are of another script', 'p95 is ٩٩٩', [after], 'digits other than 0 to 9'],
    ['calm is not measured', 'The database is healthy', [line], 'without citing a measurement'],
    ['absence is not measured', 'There are no errors', [line], 'without citing a measurement'],
  ])('when %s', (...[, text, citations, why]) => {
    expect(objection(text, ...citations)).toContain(why);
  });
});

describe('rounding', () => {
  it.each([
    [962.4, 962, true],
    [962.4, 960, true],
    [962.4, 1000, false],
    [962.4, 963, false],
    [0.1234, 0.12, true],
    [0.1234, 0.1, false],
    [-962.4, -962, true],
    [0.004, 0, false],
    [0, 0, true],
  ])('%d said as %d: %s', (actual, said, expected) => {
    expect(roundsTo(actual, said)).toBe(expected);
  });

  it('keeps every number rounded to two or more digits', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1e9, noNaN: true }),
        fc.integer({ min: 2, max: 10 }),
        (actual, digits) => {
          const said = Number(actual.toPrecision(digits));
          fc.pre(
            said
              .toString()
              .replace(/\D/gu, '')
              .replace(/^0+|0+$/gu, '').length >= 2,
          );
          expect(roundsTo(actual, said)).toBe(true);
        },
      ),
    );
  });
});

const anyId = fc.integer({ min: 1, max: 4 }).map((n): EvidenceId => `E${n}`);
const anyValue = fc.constantFrom(500, 501, 742);
const anyResult = fc.record({ value: anyValue, line: fc.constantFrom('aaaaaa', 'bbbbbbb', 'cc') });
const anyCitation: fc.Arbitrary<ClaimCitation> = fc.oneof(
  fc.record({ evidence: anyId }),
  fc.record({ evidence: anyId, quote: fc.constantFrom('aaaaaa', 'bbbbbb', 'aaaaab', 'cc') }),
  fc.record({
    evidence: anyId,
    number: fc.record({ pointer: fc.constantFrom('/value', '/value', '/line', '/other'), value: anyValue }),
  }),
);
const anyClaim = fc.record({
  text: fc.constantFrom('it broke', 'it is 500', 'all clear', 'no errors', '').map(taint),
  citations: fc.array(anyCitation, { maxLength: 3 }),
});
const anyLedger = fc
  .array(anyResult, { maxLength: 3 })
  .map((all) => all.map((result, index) => ({ id: `E${index + 1}` as const, result: result satisfies Json })));

type Held = readonly { readonly id: EvidenceId; readonly result: { readonly value: number; readonly line: string } }[];

/** The gate's promise, said again in the simplest way for these ledgers. */
function isTrue({ evidence: id, quote: said, number: stated }: ClaimCitation, held: Held): boolean {
  const result = held.find((item) => item.id === id)?.result;
  if (!result || (said === undefined && stated === undefined)) return false;
  if (said !== undefined && !result.line.includes(said)) return false;
  return stated === undefined || (stated.pointer === '/value' && result.value === stated.value);
}

describe('over generated submissions', () => {
  it('nothing uncited, altered or unknown survives', () => {
    let kept = 0;
    fc.assert(
      fc.property(anyLedger, fc.array(anyClaim, { maxLength: 4 }), (ledger, claims) => {
        const checked = checkClaims(claims, ledger);
        kept += checked.kept.length;
        expect(checked.kept.length + checked.dropped.length).toBe(claims.length);
        for (const { citations } of checked.kept) {
          expect(citations.length).toBeGreaterThan(0);
          expect(citations.filter((citation) => !isTrue(citation, ledger))).toEqual([]);
        }
      }),
      { numRuns: 20_000 },
    );
    expect(kept).toBeGreaterThan(100);
  });

  it('a true quote is kept and the same quote with one character changed is dropped', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 6, maxLength: 20 }),
        fc.nat(),
        (text, at) => {
          const held = [{ id: 'E1' as const, result: { line: text } }];
          const place = at % text.length;
          const altered = `${text.slice(0, place)}z${text.slice(place + 1)}`;
          expect(checkClaims([claim('it broke', quote(text))], held).kept).toHaveLength(1);
          expect(checkClaims([claim('it broke', quote(altered))], held).kept).toHaveLength(0);
        },
      ),
    );
  });
});

describe('a JSON pointer', () => {
  it.each<[string, Json | undefined]>([
    ['', [{ a: null }]],
    ['/0/a', null],
    ['/0', { a: null }],
    ['0', undefined],
    ['/1', undefined],
    ['/length', undefined],
    ['/0/a/b', undefined],
    ['/0/constructor', undefined],
  ])('%s', (pointer, expected) => {
    expect(atPointer([{ a: null }], pointer)).toEqual(expected);
  });
});
