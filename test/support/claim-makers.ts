/** How claims over a ledger are made: honest ones, and each kind of lie. */
import type { EvidenceId } from '../../src/core/evidence.ts';
import type { ClaimCitation } from '../../src/core/findings.ts';
import type { Dice, Place, Saying } from './claim-ledgers.ts';

/** Plain digits: what a person would write, never 1e-7. */
const plain = new Intl.NumberFormat('en-US', { useGrouping: false, maximumFractionDigits: 20 });
export const digits = (value: number): string => plain.format(value);

const rounded = (value: number, dice: Dice): number => Number(value.toPrecision(2 + dice.below(4)));
const grouped = (text: string): string => text.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/gu, ',');

type Draft = { readonly kind: string; readonly says: string; readonly citations: readonly ClaimCitation[] };
export type Scene = {
  readonly dice: Dice;
  readonly numbers: readonly Place[];
  readonly sayings: readonly Saying[];
};
type Maker = (scene: Scene) => Draft;

const citing = ({ id, pointer }: Place, value: number): ClaimCitation => ({ evidence: id, number: { pointer, value } });

const units = ['', ' ms', 'ms', ' errors', 's', ' MB', ' rows'] as const;

/** A sentence with one cited number, as stored or as rounded. */
const measured: Maker = ({ dice, numbers }) => {
  const place = dice.pick(numbers);
  const value = dice.below(2) === 0 ? place.value : rounded(place.value, dice);
  const written = dice.below(3) === 0 ? grouped(digits(value)) : digits(value);
  return { kind: 'honest number', says: `it reads ${written}${dice.pick(units)}`, citations: [citing(place, value)] };
};

const compared: Maker = ({ dice, numbers }) => {
  const [one, other] = [dice.pick(numbers), dice.pick(numbers)];
  return {
    kind: 'honest comparison',
    says: `it went from ${digits(one.value)} to ${digits(other.value)}`,
    citations: [citing(one, one.value), citing(other, other.value)],
  };
};

const quoted: Maker = ({ dice, sayings }) => {
  const { id, text } = dice.pick(sayings);
  const from = dice.below(Math.max(1, text.length - 12));
  const quote = text.slice(from, from + 8 + dice.below(30));
  return { kind: 'honest quote', says: 'a line says why', citations: [{ evidence: id, quote }] };
};

const quotedNumber: Maker = ({ dice, sayings }) => {
  const { id, text } = dice.pick(sayings);
  const found = [...text.matchAll(/(?<![\p{L}\p{N}.,:/-])\d+(?:\.\d+)?(?![\p{L}\p{N}.,:/-])/gu)].map(([each]) => each);
  const number = found.length > 0 ? `, it names ${dice.pick(found)}` : '';
  return {
    kind: 'honest number of a quote',
    says: `a line says why${number}`,
    citations: [{ evidence: id, quote: text }],
  };
};

const share: Maker = ({ dice, numbers }) => {
  const place = dice.pick(numbers);
  const percent = Number((place.value * 100).toPrecision(3));
  return { kind: 'honest share', says: `it is ${digits(percent)}%`, citations: [citing(place, place.value)] };
};

export const off = (value: number, dice: Dice): number => {
  const changed = dice.pick([value + 1, value * 10, value / 10, -value - 1, value * 1.037 + 3, Math.round(value) + 2]);
  return Number(changed.toPrecision(6));
};

const homoglyphs: readonly (readonly [string, string])[] = [
  ['o', 'о'],
  ['e', 'е'],
  ['a', 'а'],
  ['c', 'с'],
  ['i', 'і'],
];

function altered(quote: string, dice: Dice): { readonly how: string; readonly quote: string } {
  const at = 1 + dice.below(quote.length - 2);
  const [from, to] = dice.pick(homoglyphs);
  const ways = [
    { how: 'a letter', quote: `${quote.slice(0, at)}${quote[at] === 'x' ? 'y' : 'x'}${quote.slice(at + 1)}` },
    { how: 'the case', quote: quote === quote.toUpperCase() ? quote.toLowerCase() : quote.toUpperCase() },
    { how: 'a homoglyph', quote: quote.replace(from, to) },
    { how: 'a zero-width sign', quote: `${quote.slice(0, at)}\u200b${quote.slice(at)}` },
    {
      how: 'the width',
      quote: quote.replace(/[a-z0-9]/u, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0)),
    },
    { how: 'the order', quote: Array.from(quote).toReversed().join('') },
    { how: 'the blanks', quote: quote.replace(' ', '  ') },
  ];
  return dice.pick(ways);
}

const alteredQuote: Maker = ({ dice, sayings }) => {
  const { id, text } = dice.pick(sayings);
  const { how, quote } = altered(text.slice(0, 10 + dice.below(text.length - 10)), dice);
  return { kind: `a quote with ${how} altered`, says: 'a line says why', citations: [{ evidence: id, quote }] };
};

const borrowedQuote: Maker = ({ dice, sayings, numbers }) => {
  const { text } = dice.pick(sayings);
  return {
    kind: 'a quote of another item',
    says: 'a line says why',
    citations: [{ evidence: dice.pick(numbers).id, quote: text }],
  };
};

const invented: Maker = ({ dice, numbers }) => ({
  kind: 'evidence that is not there',
  says: 'it shows the cause',
  citations: [
    {
      evidence: dice.pick<EvidenceId>(['E0', 'E99', 'E1000000', 'E-1', 'E1.5']),
      number: { pointer: '/lead', value: dice.pick(numbers).value },
    },
  ],
});

const wrongValue: Maker = ({ dice, numbers }) => {
  const place = dice.pick(numbers);
  const value = off(place.value, dice);
  return { kind: 'a number that is not there', says: `it reads ${digits(value)}`, citations: [citing(place, value)] };
};

const wrongText: Maker = ({ dice, numbers }) => {
  const place = dice.pick(numbers);
  const said = digits(off(place.value, dice));
  return {
    kind: 'a number other than the cited one',
    says: `it reads ${said}${dice.pick(units)}`,
    citations: [citing(place, place.value)],
  };
};

/** Rounds what was rounded: 2.446 to 2.45 to 2.5. */
const twiceRounded: Maker = ({ dice, numbers }) => {
  const place = dice.pick(numbers);
  const once = Number(place.value.toPrecision(3));
  return {
    kind: 'a number rounded twice',
    says: `it reads ${digits(Number(once.toPrecision(2)))}`,
    citations: [citing(place, once)],
  };
};

const elsewhere: Maker = ({ dice, numbers }) => {
  const [one, other] = [dice.pick(numbers), dice.pick(numbers)];
  return {
    kind: 'a number of another place',
    says: `it reads ${digits(one.value)}`,
    citations: [{ evidence: other.id, number: { pointer: other.pointer, value: one.value } }],
  };
};

const pointers: Maker = ({ dice, numbers }) => {
  const { id, value } = dice.pick(numbers);
  const pointer = dice.pick([
    '/__proto__/lead',
    '/constructor/name',
    '/lead/length',
    'lead',
    '/line',
    '/more',
    '/lead/',
    '/line/length',
    '',
  ]);
  return {
    kind: 'a pointer to nothing',
    says: `it reads ${digits(value)}`,
    citations: [{ evidence: id, number: { pointer, value } }],
  };
};

/** Ways to write another magnitude next to a number that is cited. */
const magnified: Maker = ({ dice, numbers }) => {
  const place = dice.pick(numbers);
  const value = digits(Math.abs(place.value));
  const says = dice.pick([
    `${value}k errors`,
    `${value}K errors`,
    `${value}M users`,
    `${value}e9 errors`,
    `${value}E6 errors`,
    `${value}_000 errors`,
    `${value}'000 errors`,
    `${value} 000 errors`,
    `${value} thousand errors`,
    `${value} million users`,
    `errors-${off(place.value, dice)}`,
    `#${Math.abs(Math.round(off(place.value, dice)))} errors`,
    `errors${Math.abs(Math.round(place.value)) + 7_000} were seen`,
    `x${value}9 more`,
  ]);
  return { kind: 'another magnitude', says, citations: [citing(place, place.value)] };
};

const scripts = ['٠١٢٣٤٥٦٧٨٩', '०१२३४५६७८९', '0123456789', '𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗', '⓪①②③④⑤⑥⑦⑧⑨'] as const;

const foreignDigits: Maker = ({ dice, numbers }) => {
  const place = dice.pick(numbers);
  const script = Array.from(dice.pick(scripts));
  const said = digits(Math.round(off(place.value, dice))).replace(/\d/gu, (digit) => script[Number(digit)] ?? digit);
  return { kind: 'a wrong number in other digits', says: `it reads ${said}`, citations: [citing(place, place.value)] };
};

const hiddenDigits: Maker = ({ dice, numbers }) => {
  const place = dice.pick(numbers);
  const said = digits(off(place.value, dice));
  const at = 1 + dice.below(said.length);
  const sign = dice.pick(['\u200b', '\u202e', '\u2060', '\u00ad', '\ufeff']);
  return {
    kind: 'a wrong number with a hidden sign',
    says: `it reads ${said.slice(0, at)}${sign}${said.slice(at)}`,
    citations: [citing(place, place.value)],
  };
};

const uncited: Maker = () => ({ kind: 'nothing cited', says: 'everybody knows it', citations: [] });
const emptyCitation: Maker = ({ dice, numbers }) => ({
  kind: 'a citation of nothing',
  says: 'it shows the cause',
  citations: [{ evidence: dice.pick(numbers).id }],
});

export const honest: readonly Maker[] = [measured, measured, compared, quoted, quotedNumber, share];
export const lies: readonly Maker[] = [
  alteredQuote,
  alteredQuote,
  borrowedQuote,
  invented,
  wrongValue,
  wrongText,
  twiceRounded,
  elsewhere,
  pointers,
  magnified,
  magnified,
  foreignDigits,
  hiddenDigits,
  uncited,
  emptyCitation,
];
