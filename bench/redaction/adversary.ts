/** Looks for text that is slow to scan: hill climbing over fragments dense in what rules look for. The same with the same seed. */
import { rulesFor } from '../../src/redact/rules.ts';
import type { Scanner } from '../../src/redact/scan.ts';
import { processorMs } from './processor-time.ts';

export const chunkCharacters = 16_384;

/** Fragments repeated up to one chunk. */
export type Attack = { readonly parts: readonly string[]; readonly ms: number };

const hints = [...new Set(rulesFor({ personalData: true, ipAddresses: true }).worded.flatMap((rule) => rule.hints))];
/** What stands behind a telling word so that gates open, and matches begin, go on for long, or just fail. */
const tails = [
  ' ',
  '="',
  ': a',
  `${'_'.repeat(60)}=`,
  '": "x y 12", "',
  '="a" ',
  '=abc ',
  '","',
  '": "abcd", "',
  '>ab</',
  '=x&',
];
const forms = [
  '4111 1111 ',
  '+1(',
  'a@',
  '@a.',
  'a@b.c',
  'AA11 AAAA ',
  '1.1.',
  '::1',
  '\\"',
  `${'a'.repeat(28)}.`,
  '"user":{"a":1,',
  'address: 1 ab ',
  'phone: 1 ',
  'born 1',
  'secret.a.a.a',
  '<password>\n',
  'kind: secret\ndata:\n a\n',
  'aws_secret_',
  '://a@',
  '://a:b@c ',
  'full_name: Ab Cd ',
  '"x"=="x"==',
  'cookie:  ',
  '\ud83d',
  '.aaaaaa.',
  'eyJaaaaaaaa.',
  '%20',
  '\\n',
];
const fillers = [
  'a'.repeat(8),
  '0'.repeat(16),
  'aB3-_'.repeat(8),
  'deadbeef'.repeat(4),
  '-',
  '.',
  '/',
  '\n',
  ' ',
  '"',
  "'",
  '`',
  '<',
  '{',
  ':',
  '=',
];

const textOf = (parts: readonly string[]): string => {
  const one = parts.join('');
  return one.repeat(Math.ceil(chunkCharacters / Math.max(1, one.length))).slice(0, chunkCharacters);
};
export const attackText = ({ parts }: Attack): string => textOf(parts);

/** Processor time of this thread; where it seems slow, the best of two. */
function scanMs(scan: Scanner, text: string, floorMs: number): number {
  const first = processorMs(() => scan(text));
  return first > floorMs
    ? Math.min(
        first,
        processorMs(() => scan(text)),
      )
    : first;
}

/** Park and Miller's generator: the same search with the same seed. */
function diceOf(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % sides;
  };
}

const kept = 12;

export type Search = { readonly seed: number; readonly tries: number };

/** The slowest texts found, slowest first. */
export function findAttacks(scan: Scanner, { seed, tries }: Search): readonly Attack[] {
  const dice = diceOf(seed);
  const pick = <Item>(items: readonly [Item, ...Item[]] | readonly Item[], fallback: Item): Item =>
    items[dice(items.length)] ?? fallback;
  const fragment = (): string => {
    const kind = dice(4);
    if (kind === 0) return pick(forms, '');
    if (kind === 1) return pick(fillers, '');
    return pick(hints, '') + (kind === 2 ? pick(tails, '') : '');
  };
  const rated = (parts: readonly string[]): Attack => ({
    parts,
    ms: scanMs(scan, textOf(parts), best.at(-1)?.ms ?? 0),
  });
  let best: readonly Attack[] = [];
  const single = [...hints.flatMap((hint) => tails.map((tail) => [hint + tail])), ...forms.map((form) => [form])];
  best = best12(
    [...single, hints, hints.map((hint) => `${hint}="`), hints.map((hint) => `${hint}aaaaaaaa-`)].map(rated),
  );
  for (let tried = 0; tried < tries; tried += 1) {
    const parent = pick(best, { parts: [''], ms: 0 }).parts;
    const other = pick(best, { parts: [''], ms: 0 }).parts;
    const child = mutated({ parent, other, dice, fragment });
    best = best12([...best, rated(child)]);
  }
  return best.map(({ parts }) => rated(parts)).toSorted((a, b) => b.ms - a.ms);
}

/** Of one shape only one is kept, so that the climb does not end on a single hill. */
function best12(attacks: readonly Attack[]): readonly Attack[] {
  const byShape = new Map<string, Attack>();
  for (const attack of attacks) {
    const shape = [...new Set(attack.parts)].toSorted().join('\u0000');
    const known = byShape.get(shape);
    if (known === undefined || known.ms < attack.ms) byShape.set(shape, attack);
  }
  return [...byShape.values()].toSorted((a, b) => b.ms - a.ms).slice(0, kept);
}

type Mutation = {
  readonly parent: readonly string[];
  readonly other: readonly string[];
  readonly dice: (sides: number) => number;
  readonly fragment: () => string;
};

function mutated({ parent, other, dice, fragment }: Mutation): readonly string[] {
  const at = dice(parent.length + 1);
  switch (dice(5)) {
    case 0:
      return [...parent.slice(0, at), fragment(), ...parent.slice(at)];
    case 1:
      return parent.length > 1 ? parent.toSpliced(Math.min(at, parent.length - 1), 1) : [fragment()];
    case 2:
      return parent.toSpliced(Math.min(at, parent.length - 1), 1, fragment());
    case 3:
      return [...parent, ...other];
    default:
      return [...parent.slice(0, at), ...other.slice(dice(other.length + 1))].concat(fragment());
  }
}
