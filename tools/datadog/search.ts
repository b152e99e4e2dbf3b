import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import { isoTime } from '../reading/window.ts';
import type { Ask } from './client.ts';

export type Search<Item extends z.ZodType> = {
  readonly path: '/api/v2/logs/events/search' | '/api/v2/events/search';
  readonly query: string;
  readonly window: Window;
  readonly sort: 'timestamp' | '-timestamp';
  readonly pageSize: number;
  readonly pagesMax: number;
  readonly item: Item;
};

/** Follows a search's cursor to its end or for `pagesMax` pages; `truncated` says which. */
export async function readSearch<Item extends z.ZodType>(
  ask: Ask,
  search: Search<Item>,
): Promise<{ readonly items: readonly z.output<Item>[]; readonly truncated: boolean }> {
  const answer = z.object({
    data: z.array(search.item),
    meta: z.object({ page: z.object({ after: z.string().optional() }).optional() }).optional(),
  });
  const filter = { query: search.query, from: isoTime(search.window.fromMs), to: isoTime(search.window.toMs) };
  const items: z.output<Item>[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < search.pagesMax; page += 1) {
    const paging = { limit: search.pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const answered = await ask({ path: search.path, body: { filter, page: paging, sort: search.sort } }, answer);
    items.push(...answered.data);
    cursor = answered.meta?.page?.after;
    if (cursor === undefined) return { items, truncated: false };
  }
  return { items, truncated: true };
}

/** The API writes instants as text, with or without a zone offset in hours. */
export const instant = z.string().transform((text, context) => {
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) context.addIssue({ code: 'custom', message: 'not an instant' });
  return atMs;
});
