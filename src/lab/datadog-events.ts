import { z } from 'zod';
import type { DatadogLab } from './datadog-metrics.ts';
import { datadogErrors } from './datadog-metrics.ts';
import { parseSearch, type SearchDocument, searchMatches } from './datadog-search.ts';
import { readRange, searchFilter } from './datadog-time.ts';
import {
  decodeToken,
  encodeToken,
  jsonAnswer,
  readJson,
  type VendorAnswer,
  type VendorRequest,
} from './vendor-http.ts';
import type { ShopEvent } from './world.ts';

const listInput = z.object({
  filter: searchFilter.prefault({}),
  sort: z.enum(['timestamp', '-timestamp']).default('timestamp'),
  page: z
    .object({ limit: z.coerce.number().int().min(1).max(1_000).default(10), cursor: z.string().optional() })
    .prefault({}),
});
type ListInput = z.output<typeof listInput>;

const cursorContent = z.object({ fromMs: z.number(), toMs: z.number(), offset: z.number().int().nonnegative() });

function tagsOf(event: ShopEvent): readonly string[] {
  const own = [`service:${event.service}`, `change_type:${event.changeType}`, 'env:prod', 'source:lab'];
  return [...new Set([...event.tags, ...own])];
}

function documentOf(event: ShopEvent): SearchDocument {
  return {
    text: `${event.title} ${event.text}`,
    field: (name) => tagsOf(event).flatMap((tag) => (tag.startsWith(`${name}:`) ? [tag.slice(name.length + 1)] : [])),
  };
}

function eventRecord(event: ShopEvent): object {
  const tags = tagsOf(event);
  return {
    id: event.id,
    type: 'event',
    attributes: {
      timestamp: new Date(event.atMs).toISOString(),
      message: event.text,
      tags,
      attributes: {
        title: event.title,
        timestamp: event.atMs,
        service: event.service,
        status: 'info',
        source_type_name: 'lab',
        evt: { id: event.id, name: event.title, source_id: 36, type: event.changeType },
        tags,
      },
    },
  };
}

function listEvents(lab: DatadogLab, input: ListInput): VendorAnswer {
  const range = readRange(input.filter, lab.nowMs());
  if (!range.ok) return datadogErrors(400, range.failure);
  const node = parseSearch(input.filter.query);
  if (!node.ok) return datadogErrors(400, node.failure);
  const token = input.page.cursor === undefined ? { ...range.value, offset: 0 } : decodeToken(input.page.cursor);
  const cursor = cursorContent.safeParse(token);
  if (!cursor.success) return datadogErrors(400, "input_validation_error(Field 'page' is invalid: invalid cursor)");
  const { fromMs, toMs, offset } = cursor.data;
  const direction = input.sort === 'timestamp' ? 1 : -1;
  const found = lab.world
    .events(fromMs, toMs)
    .filter((event) => event.atMs < toMs && searchMatches(node.value, documentOf(event)))
    .toSorted((left, right) => direction * (left.atMs - right.atMs));
  const end = offset + input.page.limit;
  const data = found.slice(offset, end).map(eventRecord);
  const meta = { elapsed: 1, request_id: `lab-${crypto.randomUUID()}`, status: 'done' };
  if (end >= found.length) return jsonAnswer(200, { data, meta });
  const after = encodeToken({ fromMs, toMs, offset: end });
  const next = `${lab.webUrl()}/api/v2/events?page[cursor]=${after}`;
  return jsonAnswer(200, { data, links: { next }, meta: { ...meta, page: { after } } });
}

/** `POST /api/v2/events/search`. */
export function searchEvents(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const input = listInput.safeParse(readJson(request.body));
  return input.success ? listEvents(lab, input.data) : datadogErrors(400, z.prettifyError(input.error));
}

/** `GET /api/v2/events` with `filter[query]`, `filter[from]`, `filter[to]`, `sort`, `page[limit]`, `page[cursor]`. */
export function getEvents(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const value = (name: string) => request.query.get(name) ?? undefined;
  const input = listInput.safeParse({
    filter: { query: value('filter[query]'), from: value('filter[from]'), to: value('filter[to]') },
    sort: value('sort'),
    page: { limit: value('page[limit]'), cursor: value('page[cursor]') },
  });
  return input.success ? listEvents(lab, input.data) : datadogErrors(400, z.prettifyError(input.error));
}
