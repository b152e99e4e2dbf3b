/**
 * The citation gate: nothing is said as fact that the ledger does not hold. A claim passes when it cites something, every
 * citation matches the stored (redacted) result, and every number it writes is one it cites.
 */
import { canonicalJson } from './digest.ts';
import type { Claim, ClaimCitation } from './findings.ts';
import type { Json } from './json.ts';
import { atPointer } from './json-pointer.ts';
import { type About, type Known, shareOfNothing, sweepingOverPart, unmeasuredCalm } from './measured-claims.ts';
import { digitsForWords, type RatioWord, ratioWords, sizeWords } from './number-words.ts';
import { plainText } from './plain-text.ts';

export type Dropped = { readonly claim: Claim; readonly why: string };
export type Checked = { readonly kept: readonly Claim[]; readonly dropped: readonly Dropped[] };

/** Shorter quotes would match by chance. */
export const quoteLengthMin = 6;

/** Splits claims into what may be said and what may not, with the reason. `about`: what they speak of, where that is known. */
export function checkClaims(claims: readonly Claim[], evidence: readonly Known[], about?: About): Checked {
  const kept: Claim[] = [];
  const dropped: Dropped[] = [];
  for (const claim of claims) {
    const why = objection(claim, evidence, about);
    if (why === null) kept.push(claim);
    else dropped.push({ claim, why });
  }
  return { kept, dropped };
}

function objection(claim: Claim, evidence: readonly Known[], about: About | undefined): string | null {
  const text = plainText(claim.text, 2_000);
  if (text.trim() === '') return 'it says nothing';
  if (claim.citations.length === 0) return 'it cites no evidence';
  for (const citation of claim.citations) {
    const why = mismatch(citation, evidence);
    if (why !== null) return why;
  }
  const { citations } = claim;
  return (
    unproven(text, citations, evidence) ??
    shareOfNothing(text, { citations, evidence }) ??
    sweepingOverPart(text, { citations, evidence }) ??
    unmeasuredCalm(text, { citations, evidence, about })
  );
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

const approval =
  /\b(?:approv(?:e[sd]?|als?|ing)|authori[sz](?:e[sd]?|ation)|sign(?:ed|s)?[- ]off|green[- ]?lit|lgtm)\b/giu;

/** Who approved what is told by the rows of approvals, never by a model: the word must stand in a cited quote. */
function unquotedApproval(text: string, citations: readonly ClaimCitation[]): string | null {
  const quotes = citations.map(({ quote }) => quote?.toLowerCase() ?? '');
  const said = [...text.matchAll(approval)].find(([word]) => !quotes.some((each) => each.includes(word.toLowerCase())));
  return said === undefined ? null : `it says "${said[0]}", and no cited quote does`;
}

/**
 * Why a text states a number, or an approval, that no citation proves, or null. Measured against what is stored, not what
 * was claimed of it.
 */
export const unproven = (
  text: string,
  citations: readonly ClaimCitation[],
  evidence: readonly Known[],
): string | null => uncitedNumber(text, citations, evidence) ?? unquotedApproval(text, citations);

function uncitedNumber(text: string, citations: readonly ClaimCitation[], evidence: readonly Known[]): string | null {
  const stored = citations.map((citation) => asStored(citation, evidence));
  return unbackedNumber(text, stored) ?? unknownName(text, evidence);
}

/** The number at the pointer itself: a claim that rounds what its citation had rounded says another number. */
function asStored(citation: ClaimCitation, evidence: readonly Known[]): ClaimCitation {
  const { number } = citation;
  const item = evidence.find(({ id }) => id === citation.evidence);
  const value = item && number ? atPointer(item.result, number.pointer) : undefined;
  return number && typeof value === 'number' ? { ...citation, number: { ...number, value } } : citation;
}

/** A name that reads as a count (`errors-9000`, `#900`, `errors-7.5`) must be one that the ledger knows. */
const countLike = /\d{3}|\d\.\d|--\d|\de[+-]?\d/iu;

function unknownName(text: string, evidence: readonly Known[]): string | null {
  const names = [...ungrouped(text).matchAll(run)].flatMap(([found]) => {
    const token = (found.split(':')[0] ?? '').replace(/^_+|[_.-]+$/gu, '');
    return name.test(token) && countLike.test(token) && !/^p\d{3}$/iu.test(token) ? [token] : [];
  });
  if (names.length === 0) return null;
  const known = evidence.map(({ id, result, query, input }) =>
    `${id} ${query ?? ''} ${canonicalJson([result, input ?? null])}`.toLowerCase(),
  );
  const unknown = names.find((each) => !known.some((all) => standsIn(all, each.replace(/^#/u, '').toLowerCase())));
  return unknown === undefined ? null : `${unknown} is not in the ledger`;
}

/** Number words count as numbers; those that compare (`doubled`, `half`) may rest on two cited numbers. English only. */
function unbackedNumber(text: string, citations: readonly ClaimCitation[]): string | null {
  if (otherDigit.test(text)) return 'it writes a number in digits other than 0 to 9';
  const digits = digitsForWords(text);
  const ratios = ratioWords(digits);
  const unbacked =
    ratios.find((each) => !isRatioBacked(each, citations)) ??
    sizeWords(digits).find(({ least }) => !citedNumbers(citations).some((value) => Math.abs(value) >= least));
  if (unbacked) return `the number ${unbacked.word} is not cited`;
  const bare = ratios.reduce((rest, { word }) => rest.replace(word, ' '), digits);
  for (const [found] of ungrouped(bare).matchAll(run)) {
    const token = found.replace(/^_+|[_.-]+$/gu, '');
    const stated = name.test(token) ? token.split(':').slice(1) : [token];
    const missing = stated.find((each) => !isBacked(each, citations));
    if (missing !== undefined) return `the number ${missing} is not cited`;
  }
  return null;
}

const citedNumbers = (citations: readonly ClaimCitation[]): readonly number[] => [
  ...citations.flatMap(({ number }) => (number === undefined ? [] : [number.value])),
  ...citations.flatMap(({ quote }) => (quote === undefined ? [] : quotedNumbers(quote))),
];

/** As people round when they compare. */
const ratioSlack = 0.1;

/** The ratio itself is cited (a share also in percent), or stands between two numbers that are. */
function isRatioBacked({ ratio }: RatioWord, citations: readonly ClaimCitation[]): boolean {
  const near = (value: number): boolean => Math.abs(value / ratio - 1) <= ratioSlack;
  const stated = citations.flatMap(({ number }) => (number === undefined ? [] : [number.value]));
  const said = citedNumbers(citations);
  if (said.some((value) => near(value) || (ratio < 1 && near(value / 100)))) return true;
  return stated.some((one, at) => stated.some((other, index) => at !== index && other !== 0 && near(one / other)));
}

/** 1,000 as 1000; also with _, an apostrophe, or blanks before thousands. */
const ungrouped = (text: string): string =>
  text.replace(/(?<=\d)[,_'’](?=\d{3}(?!\d))|(?<=(?<![\d.])\d{1,3}) (?=000(?!\d))/gu, '');

/** `9k`, `9M`, `9e6`: written short, another number than 9. Null for every other token. */
function shortened(token: string): number | null {
  if (/^-?\d+(?:\.\d+)?e[+-]?\d+$/iu.test(token)) return Number(token);
  const short = /^(?<count>-?\d+(?:\.\d+)?)(?<size>[kKM])$/u.exec(token)?.groups;
  return short ? Number(`${short['count']}${short['size'] === 'M' ? 'e6' : 'e3'}`) : null;
}

/** As a whole in a cited quote, or number by number. A percentage may state a ratio. */
function isBacked(token: string, citations: readonly ClaimCitation[]): boolean {
  const percent = token.endsWith('%');
  const quoted =
    !isPlainNumber(token) &&
    citations.some(({ quote }) => quote !== undefined && standsIn(digitsForWords(quote), token));
  const short = shortened(token);
  const values = short === null ? numbersIn(token) : [short];
  return quoted || values.every((value) => isCited(value, percent, citations));
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

const quotedNumbers = (quote: string): readonly number[] => numbersIn(digitsForWords(quote), wholeNumber);
