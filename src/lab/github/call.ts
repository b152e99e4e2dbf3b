import { z } from 'zod';
import type { Json } from '../../core/json.ts';

/** One request that passed the front's checks. */
export type Call = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON, or null when there was none. */
  readonly body: Json;
  readonly accept: string;
  /** GitHub login of whoever holds the token, or of the person at the page. */
  readonly actor: string;
  /** True for a person (the page, the simulated teammate), false for a token. */
  readonly person: boolean;
  readonly nowMs: number;
};

export type Page = { readonly page: number; readonly size: number };

const positive = (text: string | null, fallback: number): number => {
  const value = z.coerce.number().int().positive().safeParse(text);
  return value.success ? value.data : fallback;
};

/** GitHub's paging: 30 a page, 100 at most. */
export const pageOf = (query: URLSearchParams): Page => ({
  page: positive(query.get('page'), 1),
  size: Math.min(100, positive(query.get('per_page'), 30)),
});

export const cut = <Item>(items: readonly Item[], { page, size }: Page): readonly Item[] =>
  items.slice((page - 1) * size, page * size);

/** GitHub's `Link` header (first, prev, next, last), or no header when one page holds everything. */
export function linkHeader(origin: string, call: Call, total: number): { readonly [name: string]: string } {
  const { page, size } = pageOf(call.query);
  const last = Math.max(1, Math.ceil(total / size));
  const link = (target: number, relation: string): string => {
    const query = new URLSearchParams(call.query);
    query.set('page', String(target));
    return `<${origin}${call.path}?${query.toString()}>; rel="${relation}"`;
  };
  const before = page > 1 ? [link(page - 1, 'prev'), link(1, 'first')] : [];
  const after = page < last ? [link(page + 1, 'next'), link(last, 'last')] : [];
  const links = [...before, ...after];
  return links.length === 0 ? {} : { link: links.join(', ') };
}
