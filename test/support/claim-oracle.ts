/**
 * Whether a sentence may leave, judged without the citation gate's code: decimal arithmetic on the digits as written, and
 * a plain search in the stored results. It knows what was stored and what was cited, nothing else.
 */
import type { Evidence } from '../../src/core/evidence.ts';
import type { Claim, ClaimCitation } from '../../src/core/findings.ts';
import type { Json } from '../../src/core/json.ts';

type Ledger = readonly Pick<Evidence, 'id' | 'result'>[];

/** Everything that speaks against the sentence; empty when every part of it is proven. */
export function oracleObjections(said: string, citations: Claim['citations'], ledger: Ledger): readonly string[] {
  if (citations.length === 0) return ['nothing is cited'];
  const wrong = citations.flatMap((citation) => citationObjections(citation, ledger));
  return [...wrong, ...numberObjections(said, citations, ledger)];
}

function citationObjections({ evidence: id, quote, number }: ClaimCitation, ledger: Ledger): readonly string[] {
  const item = ledger.find((each) => each.id === id);
  if (item === undefined) return [`${id} does not exist`];
  const objections: string[] = [];
  if (quote === undefined && number === undefined) objections.push(`${id} is cited for nothing`);
  if (quote !== undefined && !standsAnywhere(item.result, quote)) objections.push(`${id} does not say "${quote}"`);
  if (number !== undefined) {
    const there = walk(item.result, number.pointer);
    if (typeof there !== 'number' || !isRounded(String(number.value), there)) {
      objections.push(`${id} holds ${JSON.stringify(there)} at ${number.pointer}, not ${number.value}`);
    }
  }
  return objections;
}

/** In a string as a reader sees it, or in the JSON as text. Letter by letter either way. */
const standsAnywhere = (result: Json, quote: string): boolean =>
  leaves(result).some((leaf) => typeof leaf === 'string' && leaf.split(quote).length > 1) ||
  sortedText(result).split(quote).length > 1;

const leaves = (value: Json): readonly Json[] =>
  value !== null && typeof value === 'object' ? (Object.values(value) as Json[]).flatMap(leaves) : [value];

function sortedText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sortedText).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return `{${names.map((key) => `${JSON.stringify(key)}:${sortedText((value as Record<string, Json>)[key] ?? null)}`).join(',')}}`;
}

/** RFC 6901, by its own words: split, then `~1` before `~0`. */
function walk(root: Json, pointer: string): Json | undefined {
  if (pointer === '') return root;
  const [empty, ...steps] = pointer.split('/');
  if (empty !== '') return undefined;
  return steps.reduce<Json | undefined>((at, step) => {
    if (at === undefined || at === null || typeof at !== 'object') return undefined;
    const key = step.split('~1').join('/').split('~0').join('~');
    const found = Object.entries<Json>(at as Record<string, Json>).find(([name]) => name === key);
    return found?.[1];
  }, root);
}

type Decimal = { readonly negative: boolean; readonly digits: bigint; readonly scale: number };

/** `-12.50e3` as digits and a power of ten. */
function decimalOf(text: string): Decimal | null {
  const parts = /^(?<sign>-?)(?<whole>\d*)(?:\.(?<rest>\d*))?(?:e(?<power>[+-]?\d+))?$/iu.exec(text)?.groups;
  if (!parts || `${parts['whole'] ?? ''}${parts['rest'] ?? ''}` === '') return null;
  const rest = parts['rest'] ?? '';
  const digits = BigInt(`${parts['whole'] ?? ''}${rest}`);
  return { negative: parts['sign'] === '-', digits, scale: rest.length - Number(parts['power'] ?? 0) };
}

const scaled = ({ digits, scale }: Decimal, to: number): bigint => digits * 10n ** BigInt(to - scale);

/**
 * `said` is what rounding `actual` times ten to `shift` to some digits gives: two significant ones at least, unless it is
 * exactly that.
 */
function isRounded(said: string, actual: number, shift = 0): boolean {
  const a = decimalOf(said);
  const exact = decimalOf(String(actual));
  const b = exact && { ...exact, scale: exact.scale - shift };
  if (a === null || b === null) return false;
  const scale = Math.max(a.scale, b.scale, 0);
  const [one, other] = [scaled(a, scale), scaled(b, scale)];
  if (one === other) return a.negative === b.negative || one === 0n;
  if (a.negative !== b.negative) return false;
  const significant = a.digits.toString().replace(/0+$/u, '').length;
  // Trailing zeros of a whole number may be rounding or digits that count: the coarsest reading is the kindest.
  const written = a.scale > 0 ? a.digits.toString().length : significant;
  if (written < 2) return false;
  const unit = a.scale > 0 ? 10n ** BigInt(scale - a.scale) : 10n ** BigInt(scale + trailingZeros(a));
  const apart = one > other ? one - other : other - one;
  return apart * 2n <= unit;
}

const trailingZeros = ({ digits, scale }: Decimal): number =>
  digits.toString().length - digits.toString().replace(/0+$/u, '').length - Math.max(0, scale) - Math.min(0, scale);

const hidden = /[\p{Cf}\p{Mn}]/gu;
const visible = (text: string): string => text.normalize('NFKC').replace(hidden, '').normalize('NFKC');

/** Words with a digit in them that nothing cited proves. */
function numberObjections(said: string, citations: Claim['citations'], ledger: Ledger): readonly string[] {
  const text = visible(said);
  const foreign = Array.from(text).find((sign) => /\p{N}/u.test(sign) && !/[0-9]/u.test(sign));
  if (foreign !== undefined) return [`${foreign} is a digit people cannot check`];
  return joinGroups(text)
    .split(/[\s;!?()[\]{}"“”‘’<>=|/\\+*^&$@~`…]+/u)
    .map((word) => word.replace(/^[.,:'-]+(?=\D)|[.,:'_-]+$/gu, ''))
    .filter((word) => /[0-9]/u.test(word))
    .flatMap((word) => (isProven(word, citations, ledger) ? [] : [`${word} is not proven`]));
}

/** 1,000 and 1_000 and 1'000 and 1 000 are one number each. */
const joinGroups = (text: string): string =>
  text.replace(/(?<=\d)[,_'’](?=\d{3}(?!\d))/gu, '').replace(/(?<=(?<![\d.])\d{1,3}) (?=000(?!\d))/gu, '');

function isProven(word: string, citations: Claim['citations'], ledger: Ledger): boolean {
  const quotes = citations.flatMap(({ quote }) => (quote === undefined ? [] : [joinGroups(visible(quote))]));
  if (/[^0-9.%-]/u.test(word) && quotes.some((quote) => standsWhole(quote, word))) return true;
  if (/^\p{L}|^#/u.test(word) && !/^x\d/iu.test(word)) return isName(word, ledger);
  const pieces = [...word.matchAll(/(?<![\p{L}\p{N}])-?(?:\d+(?:\.\d+)?|\.\d+)|\d+(?:\.\d+)?/gu)];
  const power = /^-?[\d.]+(?:e[+-]?\d+)$/iu.test(word) ? [word] : null;
  const percent = word.endsWith('%');
  const size = /(?<=\d)[kKM]$/u.exec(word)?.[0].toLowerCase() ?? '';
  const times = { k: 'e3', m: 'e6' }[size] ?? '';
  const numbers = power ?? pieces.map(([piece]) => `${piece}${times}`);
  return numbers.every((number) => isCited(number, { percent, citations, quotes, ledger }));
}

type Cited = {
  readonly percent: boolean;
  readonly citations: Claim['citations'];
  readonly quotes: readonly string[];
  readonly ledger: Ledger;
};

function isCited(number: string, { percent, citations, quotes, ledger }: Cited): boolean {
  const actual = citations.flatMap((citation) => {
    const item = ledger.find(({ id }) => id === citation.evidence);
    const there = item && citation.number ? walk(item.result, citation.number.pointer) : undefined;
    return typeof there === 'number' ? [there] : [];
  });
  const quoted = quotes.flatMap((quote) =>
    [...quote.matchAll(/(?<![\p{L}\p{N}.])-?(?:\d+(?:\.\d+)?|\.\d+)|(?<=\d-)\d+(?:\.\d+)?/gu)].map(([found]) => found),
  );
  const same = (one: string, other: string): boolean => Number(one) === Number(other);
  return (
    actual.some((value) => isRounded(number, value) || (percent && isRounded(number, value, 2))) ||
    quoted.some((each) => same(each, number) || (percent && same(`${each}e2`, number)))
  );
}

function standsWhole(quote: string, word: string): boolean {
  for (let at = quote.indexOf(word); at >= 0; at = quote.indexOf(word, at + 1)) {
    if (!/[0-9]/u.test(quote.charAt(at - 1)) && !/[0-9]/u.test(quote.charAt(at + word.length))) return true;
  }
  return false;
}

/** A name with digits in it (p95, #41, us-east-1) must be one that the ledger knows, unless its digits are few. */
function isName(word: string, ledger: Ledger): boolean {
  // EC2, K8s, v42, us-east-1, #41: too few digits to be read as a count.
  if (/^p\d{1,3}$/iu.test(word) || /^\p{L}+(?:-\p{L}+)*-?\d{1,2}\p{L}*$|^#\d{1,2}$/u.test(word)) return true;
  if (ledger.some(({ id }) => id === word)) return true;
  const bare = word.replace(/^#/u, '').toLowerCase();
  return ledger.some(({ result }) => sortedText(result).toLowerCase().includes(bare));
}
