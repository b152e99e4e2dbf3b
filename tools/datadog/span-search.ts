/** Spans as Datadog keeps them: `POST /api/v2/spans/events/search`, at most 1,000 a page and 300 requests an hour. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import { isoTime } from '../reading/window.ts';
import type { Ask } from './client.ts';
import { instant } from './search.ts';

const status = z.object({ status: z.string().optional() });

const spanAnswer = z.object({
  attributes: z.object({
    attributes: status.optional(),
    custom: z.object({ duration: z.number().optional(), error: z.unknown().optional() }).optional(),
    end_timestamp: instant,
    operation_name: z.string().optional(),
    parent_id: z.string().optional(),
    resource_name: z.string().default(''),
    service: z.string().default(''),
    span_id: z.string(),
    start_timestamp: instant,
    status: z.string().optional(),
    trace_id: z.string(),
    type: z.string().optional(),
  }),
});
type SpanAnswer = z.output<typeof spanAnswer>;

const answer = z.object({
  data: z.array(spanAnswer),
  meta: z.object({ page: z.object({ after: z.string().optional() }).optional() }).optional(),
});

export type ReadSpan = {
  readonly trace: string;
  readonly span: string;
  readonly parent: string | null;
  /** The `service` tag. */
  readonly tag: string;
  readonly operation: string;
  readonly resource: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly failed: boolean;
};

type SpanSearch = {
  readonly query: string;
  readonly window: Window;
  readonly pageSize: number;
  readonly pagesMax: number;
};

/** Newest first; `truncated` when there were more pages. */
export async function searchSpans(ask: Ask, { query, window, pageSize, pagesMax }: SpanSearch) {
  const filter = { from: isoTime(window.fromMs), query, to: isoTime(window.toMs) };
  const spans: ReadSpan[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const paging = { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const attributes = { filter, page: paging, sort: '-timestamp' };
    const body = { data: { attributes, type: 'search_request' } };
    const answered = await ask({ path: '/api/v2/spans/events/search', body }, answer);
    spans.push(...answered.data.map(readSpan));
    cursor = answered.meta?.page?.after;
    if (cursor === undefined) return { spans, truncated: false };
  }
  return { spans, truncated: true };
}

const nanosecondsPerMs = 1_000_000;
/** Zero is the parent of a root. */
const rootParents = new Set(['', '0']);

function readSpan({ attributes }: SpanAnswer): ReadSpan {
  const { custom = {}, parent_id: parent = '' } = attributes;
  const nanoseconds = custom.duration;
  const elapsedMs = Math.max(0, attributes.end_timestamp - attributes.start_timestamp);
  const states = [attributes.status, attributes.attributes?.status];
  return {
    trace: attributes.trace_id,
    span: attributes.span_id,
    parent: rootParents.has(parent) ? null : parent,
    tag: attributes.service,
    operation: attributes.operation_name ?? attributes.type ?? attributes.resource_name,
    resource: attributes.resource_name,
    startMs: attributes.start_timestamp,
    // Both timestamps are whole milliseconds, and in old answers the same one.
    durationMs: nanoseconds === undefined ? elapsedMs : nanoseconds / nanosecondsPerMs,
    failed: states.includes('error') || (custom.error !== undefined && !states.includes('ok')),
  };
}
