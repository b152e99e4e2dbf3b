/** A part of a stored result, a page at a time: what the compact view left out. */

import type { Json } from './json.ts';
import { atPointer } from './json-pointer.ts';
import { estimateTokens } from './token-estimate.ts';

export type Closer = {
  /** JSON pointer (RFC 6901) into the result; empty for the whole. */
  readonly pointer: string;
  /** Only lines that contain this, upper and lower case alike; empty for all. */
  readonly contains: string;
  /** Lines to skip, counted after `contains`. */
  readonly offset: number;
};

export type Page =
  | { readonly kind: 'page'; readonly lines: readonly string[]; readonly total: number; readonly next: number | null }
  | { readonly kind: 'no-such-place'; readonly pointer: string; readonly there: readonly string[] };

const lineCharactersMax = 2_000;
const placesMax = 40;

/** The lines of the value at a pointer: one for each item, member or line of text, with its own pointer in front. */
export function lookCloser(result: Json, { pointer, contains, offset }: Closer, tokensMax: number): Page {
  const value = atPointer(result, pointer);
  if (value === undefined) return { kind: 'no-such-place', pointer, there: placesIn(result) };
  const wanted = contains.toLowerCase();
  const all = linesOf(value, pointer).filter((line) => line.toLowerCase().includes(wanted));
  const lines: string[] = [];
  let left = tokensMax;
  for (const line of all.slice(offset)) {
    const clamped = line.length > lineCharactersMax ? `${line.slice(0, lineCharactersMax)} (cut)` : line;
    left -= estimateTokens(clamped) + 1;
    if (left < 0 && lines.length > 0) break;
    lines.push(clamped);
  }
  const next = offset + lines.length;
  return { kind: 'page', lines, total: all.length, next: next < all.length ? next : null };
}

function linesOf(value: Json, pointer: string): readonly string[] {
  if (typeof value === 'string') return value.split('\n');
  if (value === null || typeof value !== 'object') return [`${pointer} = ${JSON.stringify(value)}`];
  return Object.entries<Json>(value).map(([key, item]) => `${pointer}/${escapeKey(key)} = ${JSON.stringify(item)}`);
}

const escapeKey = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** The first levels of a result, so that a wrong pointer can be put right. */
function placesIn(result: Json): readonly string[] {
  if (result === null || typeof result !== 'object') return [''];
  return Object.keys(result)
    .slice(0, placesMax)
    .map((key) => `/${escapeKey(key)}`);
}
