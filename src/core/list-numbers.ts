/** The numbers of a stored result with their pointers, so that they can be cited; each row says which row it is. */
import type { Json } from './json.ts';
import { estimateTokens } from './token-estimate.ts';

export type ListedNumbers = {
  /** `checkout: /services/0/errors = 12, /services/0/calls = 300`; pointers are whole, to be copied. */
  readonly lines: readonly string[];
  /** Numbers that did not fit. */
  readonly rest: number;
};

/** Members that name what a row is about, the most telling first. */
const naming = [
  'service',
  'entity',
  'workload',
  'name',
  'metric',
  'rule',
  'monitor',
  'template',
  'group',
  'from',
  'to',
];
const namesMax = 2;
const headCharacters = 28;
const tailCharacters = 19;
const nameCharactersMax = headCharacters + 1 + tailCharacters;
const moment = /^\d{4}-\d\d-\d\dT/u;

/** Shallow numbers are summaries, deep ones points of a series: level by level, until `tokensMax` are used. */
export function listNumbers(result: Json, tokensMax: number): ListedNumbers {
  const lines: string[] = [];
  let left = tokensMax;
  let rest = 0;
  let row: string | null = null;
  for (const { name, owner, numbers } of rowsOf(result)) {
    const start = owner === row ? ', ' : startOf(name);
    const fitting = whatFits(numbers, left - estimateTokens(start) - 1);
    const { length } = fitting.taken;
    rest += numbers.length - length;
    if (length > 0) {
      const written = `${start}${fitting.taken.join(', ')}`;
      lines.push(owner === row ? `${lines.pop() ?? ''}${written}` : written);
      row = owner;
      left -= estimateTokens(start) + 1 + fitting.tokens;
    }
    // What does not fit ends the list: a later, shorter row would look like the next one.
    if (length < numbers.length) left = 0;
  }
  return { lines, rest };
}

const startOf = (name: string): string => (name === '' ? '' : `${name}: `);

function whatFits(numbers: Row['numbers'], tokensMax: number): { taken: readonly string[]; tokens: number } {
  const taken: string[] = [];
  let tokens = 0;
  if (tokensMax <= 0) return { taken, tokens };
  for (const [pointer, number] of numbers) {
    const written = `${pointer} = ${number}`;
    const cost = estimateTokens(written) + 1;
    if (tokens + cost > tokensMax) break;
    tokens += cost;
    taken.push(written);
  }
  return { taken, tokens };
}

type Row = {
  readonly name: string;
  /** Pointer of what the name is taken from: points of one series share its line. */
  readonly owner: string;
  readonly numbers: readonly (readonly [pointer: string, value: number])[];
};
type Container = Extract<Json, object>;
type Place = {
  readonly value: Container;
  readonly pointer: string;
  readonly owner: string;
  readonly names: readonly string[];
};

/** Every object and array that holds numbers, level by level. The root's own words stand in the headline. */
function rowsOf(result: Json): readonly Row[] {
  const rows: Row[] = [];
  const places: Place[] = isContainer(result) ? [{ value: result, pointer: '', owner: '', names: [] }] : [];
  for (const { value, pointer, owner, names } of places) {
    const numbers: (readonly [string, number])[] = [];
    for (const [key, item] of Object.entries<Json>(value)) {
      const at = `${pointer}/${escapeKey(key)}`;
      if (typeof item === 'number') numbers.push([at, item]);
      // The loop goes on over what it adds: a queue.
      else if (isContainer(item)) places.push(placeOf(item, at, { owner, names }));
    }
    if (numbers.length > 0) rows.push({ name: [...new Set(names)].join(', '), owner, numbers });
  }
  return rows;
}

function placeOf(value: Container, pointer: string, parent: Pick<Place, 'owner' | 'names'>): Place {
  const own = namesIn(value);
  return own.length === 0
    ? { value, pointer, ...parent }
    : { value, pointer, owner: pointer, names: [...parent.names, ...own] };
}

const isContainer = (value: Json): value is Container => value !== null && typeof value === 'object';

const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** Its own words, else those of what describes it (`labels`, `tags`). */
function namesIn(value: Container): readonly string[] {
  if (Array.isArray(value)) return [];
  const own = textsOf(value);
  const texts = own.length > 0 ? own : Object.values<Json>(value).flatMap(textsOf);
  return texts
    .toSorted(([a], [b]) => rankOf(a) - rankOf(b))
    .slice(0, namesMax)
    .map(([, text]) => clamp(text.replaceAll(/\s+/gu, ' ').trim()));
}

function textsOf(value: Json): readonly (readonly [key: string, text: string])[] {
  if (!isContainer(value) || Array.isArray(value)) return [];
  return Object.entries<Json>(value).flatMap(([key, text]) =>
    typeof text === 'string' && text.trim() !== '' && !moment.test(text) ? [[key, text] as const] : [],
  );
}

function rankOf(key: string): number {
  const at = naming.indexOf(key);
  return at === -1 ? naming.length : at;
}

/** Log templates differ at their end as often as at their beginning. */
const clamp = (text: string): string =>
  text.length > nameCharactersMax ? `${text.slice(0, headCharacters)}…${text.slice(-tailCharacters)}` : text;
