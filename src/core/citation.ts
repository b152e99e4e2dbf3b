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

/**
 * Runs with a digit in them. One that begins with a letter or # is a name (H1, E3, p95, v42, #41, us-east-1); every other
 * one states something: `962`, `962ms`, `5x`, `12%`, `310-962`, `14:03`, `.9`, `3f9ac2b`.
 */
const run = /[\p{L}\p{N}_#.-]*\d(?:[\p{L}\p{N}_#.-]|(?<=\d):(?=\d))*%?/gu;
const name = /^(?!x\d)[\p{L}#]/iu;
const otherDigit = /[^\P{N}\d]/u;

/** Numbers written as words are not seen. */
function unbackedNumber(text: string, citations: readonly ClaimCitation[]): string | null {
  if (otherDigit.test(text)) return 'it writes a number in digits other than 0 to 9';
  for (const [found] of ungrouped(text).matchAll(run)) {
    const token = found.replace(/^_+|[_.-]+$/gu, '');
    const stated = name.test(token) ? token.split(':').slice(1) : [token];
    const bare = stated.find((each) => !isBacked(each, citations));
    if (bare !== undefined) return `the number ${bare} is not cited`;
  }
  return null;
}

/** 1,000 as 1000. */
const ungrouped = (text: string): string => text.replace(/(?<=\d),(?=\d{3}(?!\d))/gu, '');

/** As a whole in a cited quote, or number by number. A percentage may state a ratio. */
function isBacked(token: string, citations: readonly ClaimCitation[]): boolean {
  const percent = token.endsWith('%');
  const quoted = !isPlainNumber(token) && citations.some(({ quote }) => quote !== undefined && standsIn(quote, token));
  return quoted || numbersIn(token).every((value) => isCited(value, percent, citations));
}

const isPlainNumber = (token: string): boolean => /^-?\d*(?:\.\d+)?$/u.test(token);

function isCited(value: number, percent: boolean, citations: readonly ClaimCitation[]): boolean {
  const meanings = percent ? [value, Number(`${value}e-2`)] : [value];
  return citations.some(({ number, quote }) =>
    meanings.some(
      (meant) =>
        (number !== undefined && roundsTo(number.value, meant)) ||
        (quote !== undefined && quotedNumbers(quote).includes(meant)),
    ),
  );
}

/** True when the text is in the quote and no longer number continues it. */
function standsIn(quote: string, token: string): boolean {
  const at = quote.indexOf(token);
  if (at === -1) return false;
  const around = `${quote.charAt(at - 1)} ${quote.charAt(at + token.length)}`;
  return !/\d/u.test(around) || standsIn(quote.slice(at + 1), token);
}

const anyNumber = /(?<![\p{L}\p{N}])-?(?:\d+(?:\.\d+)?|\.\d+)|\d+(?:\.\d+)?/gu;
/** Digits inside a word (a commit, p95) are no number that a quote could prove. */
const wholeNumber = /(?<![\p{L}\p{N}.])-?(?:\d+(?:\.\d+)?|\.\d+)|(?<=\d-)\d+(?:\.\d+)?/gu;

/** A minus sign counts where nothing stands before it. */
const numbersIn = (text: string, pattern = anyNumber): readonly number[] =>
  [...ungrouped(text).matchAll(pattern)].map(([found]) => Number(found));

const quotedNumbers = (quote: string): readonly number[] => numbersIn(quote, wholeNumber);

const calm =
  /\b(?:healthy|normal|nominal|unaffected|stable|fine|as expected|(?:no|zero) (?:errors|failures?|alerts?|anomal\w+|issues?|problems?|change)|all (?:good|clear)|100 ?%)/iu;

/** Never "healthy" for what was not measured: calm words need a cited number. */
function unmeasuredCalm(text: string, citations: readonly ClaimCitation[]): string | null {
  if (!calm.test(text) || citations.some(({ number }) => number !== undefined)) return null;
  return 'it says something is well without citing a measurement';
}
