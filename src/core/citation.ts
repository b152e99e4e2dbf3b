/**
 * The citation gate: nothing is said as fact that the ledger does not hold. A claim passes when it cites something, every
 * citation matches the stored (redacted) result, and every number it writes is one it cites.
 */
import { canonicalJson } from './digest.ts';
import type { Evidence } from './evidence.ts';
import type { Claim, ClaimCitation } from './findings.ts';
import type { Json } from './json.ts';
import { atPointer } from './json-pointer.ts';
import { plainText } from './plain-text.ts';

export type Dropped = { readonly claim: Claim; readonly why: string };
export type Checked = { readonly kept: readonly Claim[]; readonly dropped: readonly Dropped[] };

type Known = Pick<Evidence, 'id' | 'result'>;

/** Shorter quotes would match by chance. */
export const quoteLengthMin = 6;

/** Splits claims into what may be said and what may not, with the reason. */
export function checkClaims(claims: readonly Claim[], evidence: readonly Known[]): Checked {
  const kept: Claim[] = [];
  const dropped: Dropped[] = [];
  for (const claim of claims) {
    const why = objection(claim, evidence);
    if (why === null) kept.push(claim);
    else dropped.push({ claim, why });
  }
  return { kept, dropped };
}

function objection(claim: Claim, evidence: readonly Known[]): string | null {
  const text = plainText(claim.text, 2_000);
  if (text.trim() === '') return 'it says nothing';
  if (claim.citations.length === 0) return 'it cites no evidence';
  for (const citation of claim.citations) {
    const why = mismatch(citation, evidence);
    if (why !== null) return why;
  }
  return unbackedNumber(text, claim.citations) ?? unmeasuredCalm(text, claim.citations);
}

function mismatch({ evidence: id, quote, number }: ClaimCitation, evidence: readonly Known[]): string | null {
  const item = evidence.find((each) => each.id === id);
  if (!item) return `${id} is not in the ledger`;
  if (quote === undefined && number === undefined) return `${id} is cited without a quote or a number`;
  if (quote !== undefined && quote.trim().length < quoteLengthMin)
    return `the quote of ${id} is shorter than ${quoteLengthMin} characters`;
  if (quote !== undefined && !holds(item.result, quote)) return `the quote is not in ${id}`;
  if (number === undefined) return null;
  const actual = atPointer(item.result, number.pointer);
  if (typeof actual !== 'number') return `there is no number at ${number.pointer} of ${id}`;
  return roundsTo(actual, number.value) ? null : `${id} has ${actual} at ${number.pointer}, not ${number.value}`;
}

/** True when the text is part of any string in the result, or of the result's canonical JSON. */
function holds(result: Json, quote: string): boolean {
  return stringsIn(result).some((text) => text.includes(quote)) || canonicalJson(result).includes(quote);
}

function stringsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return (Object.values(value) as readonly Json[]).flatMap(stringsIn);
}

/** `said` is `actual` rounded to the digits `said` shows, with at least two significant ones unless it is exact. */
export function roundsTo(actual: number, said: number): boolean {
  if (actual === said) return true;
  const digits = significantDigits(said);
  return digits >= 2 && digits <= 21 && Number(actual.toPrecision(digits)) === said;
}

function significantDigits(value: number): number {
  const [mantissa = ''] = Math.abs(value).toString().split('e');
  const digits = mantissa.replace('.', '').replace(/^0+/u, '');
  return mantissa.includes('.') ? digits.length : digits.replace(/0+$/u, '').length;
}

/** Numbers a sentence states; ids such as H1, E3, #41, v42 and words with digits in them are names, not numbers. */
const numeral = /(?<![\p{L}\p{N}_#.:-])-?\d+(?:\.\d+)?(?![\p{L}\p{N}_:-])/gu;

function unbackedNumber(text: string, citations: readonly ClaimCitation[]): string | null {
  for (const [said] of text.matchAll(numeral)) {
    const value = Number(said);
    const cited = citations.some(({ number, quote }) => {
      const byNumber = number !== undefined && (roundsTo(number.value, value) || number.value === value);
      return byNumber || (quote !== undefined && numbersIn(quote).has(value));
    });
    if (!cited) return `the number ${said} is not cited`;
  }
  return null;
}

const numbersIn = (text: string): ReadonlySet<number> =>
  new Set([...text.matchAll(/-?\d+(?:\.\d+)?/gu)].map(([found]) => Number(found)));

const calm =
  /\b(?:healthy|normal|nominal|unaffected|no (?:errors|anomal\w+|issues?|problems?|change)|all (?:good|clear)|100 ?%)/iu;

/** Never "healthy" for what was not measured: calm words need a cited number. */
function unmeasuredCalm(text: string, citations: readonly ClaimCitation[]): string | null {
  if (!calm.test(text) || citations.some(({ number }) => number !== undefined)) return null;
  return 'it says something is well without citing a measurement';
}
