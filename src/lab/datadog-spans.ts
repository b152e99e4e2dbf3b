/** Span analytics over the edges of the call graph: who calls whom, how often, how slowly, with how many errors. */
import { z } from 'zod';
import { done, failed, type Result } from '../core/result.ts';
import type { DatadogLab } from './datadog-metrics.ts';
import { datadogErrors } from './datadog-metrics.ts';
import { parseSearch, type SearchDocument, type SearchNode, searchMatches } from './datadog-search.ts';
import { readRange, searchFilter } from './datadog-time.ts';
import { derive, keyOf } from './dice.ts';
import { minuteMs } from './minute-buckets.ts';
import { jsonAnswer, readJson, type VendorAnswer, type VendorRequest } from './vendor-http.ts';

type Edge = { readonly from: string; readonly to: string };
type Window = { readonly fromMs: number; readonly toMs: number };
type Calls = { readonly calls: number; readonly p95Ms: number };

const nanosecondsPerMs = 1_000_000;

const compute = z
  .object({
    aggregation: z.enum(['count', 'pc95']),
    metric: z.literal('@duration').optional(),
    type: z.enum(['total', 'timeseries']).default('total'),
    interval: z
      .string()
      .regex(/^\d{1,4}m$/)
      .default('5m'),
  })
  .refine((value) => value.aggregation === 'count' || value.metric === '@duration', 'pc95 needs the metric @duration');
type Compute = z.output<typeof compute>;

const aggregateInput = z.object({
  data: z.object({
    type: z.literal('aggregate_request').optional(),
    attributes: z.object({
      filter: searchFilter.prefault({}),
      compute: z
        .array(compute)
        .min(1)
        .default([{ aggregation: 'count', type: 'total', interval: '5m' }]),
      group_by: z
        .array(
          z.object({
            facet: z.enum(['service', '@peer.service']),
            limit: z.number().int().min(1).max(1_000).default(10),
          }),
        )
        .default([]),
    }),
  }),
});
type Attributes = z.output<typeof aggregateInput>['data']['attributes'];

function documentOf(edge: Edge, status: 'ok' | 'error'): SearchDocument {
  const fields: Readonly<Record<string, string>> = {
    service: edge.from,
    '@peer.service': edge.to,
    env: 'prod',
    status,
    '@span.kind': 'client',
    'span.kind': 'client',
    operation_name: 'http.request',
    resource_name: edge.to,
  };
  return {
    text: `${edge.from} ${edge.to}`,
    field: (name) => {
      const value = fields[name];
      return value === undefined ? [] : [value];
    },
  };
}

const edgesOf = (lab: DatadogLab): readonly Edge[] =>
  lab.world.services.flatMap((service) => service.dependsOn.map((to) => ({ from: service.id, to })));

/** The calls of an edge that the filter finds: all, only the failed ones, or only the others. */
function callsOf(lab: DatadogLab, edge: Edge, selection: { node: SearchNode; window: Window }): Calls {
  const { node, window } = selection;
  const failures = searchMatches(node, documentOf(edge, 'error'));
  const successes = searchMatches(node, documentOf(edge, 'ok'));
  if (!failures && !successes) return { calls: 0, p95Ms: 0 };
  const { calls, errors, p95Ms } = lab.world.edge(edge.from, edge.to, window);
  return { calls: (failures ? errors : 0) + (successes ? calls - errors : 0), p95Ms };
}

function total(
  lab: DatadogLab,
  members: readonly Edge[],
  request: { node: SearchNode; window: Window; compute: Compute },
) {
  const calls = members.map((edge) => callsOf(lab, edge, request)).filter((each) => each.calls > 0);
  if (request.compute.aggregation === 'count') return calls.reduce((sum, each) => sum + each.calls, 0);
  return (calls[0]?.p95Ms ?? 0) * nanosecondsPerMs;
}

function timeseries(
  lab: DatadogLab,
  members: readonly Edge[],
  request: { node: SearchNode; window: Window; compute: Compute },
) {
  const stepMs = Number(request.compute.interval.slice(0, -1)) * minuteMs;
  const points: object[] = [];
  for (let atMs = Math.floor(request.window.fromMs / stepMs) * stepMs; atMs < request.window.toMs; atMs += stepMs) {
    const window = {
      fromMs: Math.max(atMs, request.window.fromMs),
      toMs: Math.min(atMs + stepMs, request.window.toMs),
    };
    const value = total(lab, members, { ...request, window });
    if (value > 0) points.push({ time: new Date(atMs).toISOString(), value });
  }
  return points;
}

function groupKey(edge: Edge, attributes: Attributes): string {
  return JSON.stringify(attributes.group_by.map(({ facet }) => [facet, facet === 'service' ? edge.from : edge.to]));
}

type Selection = { readonly node: SearchNode; readonly window: Window };

function bucketsOf(lab: DatadogLab, attributes: Attributes, selection: Selection): Result<readonly object[], string> {
  const matching = edgesOf(lab).filter((edge) => callsOf(lab, edge, selection).calls > 0);
  const groups = [...Map.groupBy(matching, (edge) => groupKey(edge, attributes))];
  const merges = groups.some(([, members]) => members.length > 1);
  if (merges && attributes.compute.some(({ aggregation }) => aggregation === 'pc95')) {
    return failed('the lab cannot merge percentiles: group by service and @peer.service');
  }
  const limit = attributes.group_by.reduce((product, group) => product * group.limit, 1);
  return done(
    groups.slice(0, limit).map(([key, members]) => {
      const values = attributes.compute.map((each, index) => {
        const request = { ...selection, compute: each };
        const value = each.type === 'total' ? total(lab, members, request) : timeseries(lab, members, request);
        return [`c${index}`, value];
      });
      // Recorded answers name the values `compute`; the API reference names them `computes`.
      const computed = Object.fromEntries(values);
      const by = Object.fromEntries(JSON.parse(key));
      return { type: 'bucket', id: crypto.randomUUID(), attributes: { by, compute: computed, computes: computed } };
    }),
  );
}

/** Cut at the last complete minute: the running one would carry what happens after now. */
const completeMinutes = (window: Window, nowMs: number): Window => ({
  fromMs: window.fromMs,
  toMs: Math.min(window.toMs, Math.floor(nowMs / minuteMs) * minuteMs),
});

const metaOf = () => ({ elapsed: 1, request_id: `lab-${crypto.randomUUID()}`, status: 'done' });

/** `POST /api/v2/spans/analytics/aggregate`: count and pc95 of `@duration` (nanoseconds) by caller and callee. */
export function aggregateSpans(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const input = aggregateInput.safeParse(readJson(request.body));
  if (!input.success) return datadogErrors(400, z.prettifyError(input.error));
  const { attributes } = input.data.data;
  const range = readRange(attributes.filter, lab.nowMs());
  if (!range.ok) return datadogErrors(400, range.failure);
  const node = parseSearch(attributes.filter.query);
  if (!node.ok) return datadogErrors(400, node.failure);
  const window = completeMinutes(range.value, lab.nowMs());
  if (window.fromMs >= window.toMs) return jsonAnswer(200, { data: [], meta: metaOf() });
  const buckets = bucketsOf(lab, attributes, { node: node.value, window });
  return buckets.ok ? jsonAnswer(200, { data: buckets.value, meta: metaOf() }) : datadogErrors(400, buckets.failure);
}

const searchInput = z.object({
  data: z.object({
    attributes: z.object({
      filter: searchFilter.prefault({}),
      page: z.object({ limit: z.number().int().min(1).max(1_000).default(10) }).prefault({}),
    }),
  }),
});

function spanRecord(edge: Edge, atMs: number, call: { p95Ms: number; status: 'ok' | 'error' }): object {
  const key = keyOf(edge.from, edge.to, atMs);
  return {
    id: `AQ${atMs.toString(36)}${key.toString(36)}`,
    type: 'spans',
    attributes: {
      service: edge.from,
      env: 'prod',
      resource_name: edge.to,
      span_id: String(derive(key, 1)),
      trace_id: String(derive(key, 2)),
      start_timestamp: new Date(atMs - call.p95Ms).toISOString(),
      end_timestamp: new Date(atMs).toISOString(),
      tags: ['env:prod', `service:${edge.from}`],
      custom: { duration: call.p95Ms * nanosecondsPerMs, span: { kind: 'client' }, peer: { service: edge.to } },
      attributes: { status: call.status },
    },
  };
}

function spansOf(lab: DatadogLab, selection: Selection, limit: number): readonly object[] {
  const spans: object[] = [];
  const { fromMs, toMs } = selection.window;
  for (let endMs = Math.floor(toMs / minuteMs) * minuteMs; endMs - minuteMs >= fromMs; endMs -= minuteMs) {
    const window = { fromMs: endMs - minuteMs, toMs: endMs };
    for (const edge of edgesOf(lab)) {
      if (spans.length === limit) return spans;
      const { calls, p95Ms } = callsOf(lab, edge, { node: selection.node, window });
      const status = searchMatches(selection.node, documentOf(edge, 'ok')) ? 'ok' : 'error';
      if (calls > 0) spans.push(spanRecord(edge, endMs - 1, { p95Ms, status }));
    }
  }
  return spans;
}

/** `POST /api/v2/spans/events/search`, newest first: one span a minute and edge, as slow as that minute's 95th percentile. */
export function searchSpans(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const input = searchInput.safeParse(readJson(request.body));
  if (!input.success) return datadogErrors(400, z.prettifyError(input.error));
  const { filter, page } = input.data.data.attributes;
  const range = readRange(filter, lab.nowMs());
  if (!range.ok) return datadogErrors(400, range.failure);
  const node = parseSearch(filter.query);
  if (!node.ok) return datadogErrors(400, node.failure);
  const window = completeMinutes(range.value, lab.nowMs());
  const data = spansOf(lab, { node: node.value, window }, page.limit);
  return jsonAnswer(200, { data, meta: metaOf() });
}
