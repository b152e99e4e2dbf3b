import { z } from 'zod';
import type { DatadogLab } from './datadog-metrics.ts';
import { datadogErrors } from './datadog-metrics.ts';
import { narrow, parseSearch, type SearchDocument, type SearchNode, searchMatches } from './datadog-search.ts';
import { readRange, searchFilter } from './datadog-time.ts';
import { derive, keyOf } from './dice.ts';
import { jsonFields, type LogScan, readAllLogs, readLogPage } from './log-scan.ts';
import {
  decodeToken,
  encodeToken,
  jsonAnswer,
  readJson,
  type VendorAnswer,
  type VendorRequest,
} from './vendor-http.ts';
import type { LogLine } from './world.ts';

const searchInput = z.object({
  filter: searchFilter.prefault({}),
  sort: z.enum(['timestamp', '-timestamp']).default('-timestamp'),
  page: z.object({ limit: z.number().int().min(1).max(1_000).default(10), cursor: z.string().optional() }).prefault({}),
});

const cursorContent = z.object({
  fromMs: z.number(),
  toMs: z.number(),
  slice: z.number().int().nonnegative(),
  skip: z.number().int().nonnegative(),
});

/** Datadog lifts `message` out of a JSON line and keeps the other fields as attributes. */
function contentOf(line: LogLine): { message: string; attributes: Readonly<Record<string, unknown>> } {
  const fields = jsonFields(line.message);
  if (fields === null) return { message: line.message, attributes: {} };
  const { message, msg, ...attributes } = fields;
  const text = message ?? msg;
  return typeof text === 'string' ? { message: text, attributes } : { message: line.message, attributes: fields };
}

const tagsOf = (line: LogLine): readonly string[] => ['env:prod', `service:${line.service}`, `pod_name:${line.pod}`];

function attributeAt(attributes: unknown, path: readonly string[]): readonly string[] {
  const value = path.reduce<unknown>((inner, name) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return Object.entries(inner).find(([key]) => key === name)?.[1];
  }, attributes);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}

function documentOf(line: LogLine): SearchDocument {
  const { message, attributes } = contentOf(line);
  return {
    text: message,
    field: (name) => {
      if (name === 'status') return [line.level];
      if (name === 'host') return [line.pod];
      if (name.startsWith('@')) return attributeAt(attributes, name.slice(1).split('.'));
      return tagsOf(line).flatMap((tag) => (tag.startsWith(`${name}:`) ? [tag.slice(name.length + 1)] : []));
    },
  };
}

function logRecord(line: LogLine): object {
  const key = keyOf(line.service, line.pod, line.atMs, line.requestId, line.message);
  const { message, attributes } = contentOf(line);
  return {
    id: `AwAA${line.atMs.toString(36)}${key.toString(36)}${derive(key, 1).toString(36)}`,
    type: 'log',
    attributes: {
      service: line.service,
      host: line.pod,
      status: line.level,
      timestamp: new Date(line.atMs).toISOString(),
      message,
      tags: tagsOf(line),
      attributes: { ...attributes, request_id: line.requestId },
    },
  };
}

/** Services whose logs go to Datadog and that the query can match. */
function servicesFor(lab: DatadogLab, node: SearchNode): readonly string[] {
  const own = lab.world.services.filter((service) => !service.external && !service.logsInCloudWatch);
  return narrow(
    node,
    'service',
    own.map((service) => service.id),
  );
}

type Scanned = Pick<LogScan, 'fromMs' | 'toMs' | 'newestFirst'>;

function scanFor(lab: DatadogLab, node: SearchNode, scanned: Scanned): Omit<LogScan, 'limit'> {
  return {
    ...scanned,
    world: lab.world,
    services: servicesFor(lab, node),
    matches: (line) => searchMatches(node, documentOf(line)),
  };
}

const metaOf = (elapsed: number) => ({ elapsed, request_id: `lab-${crypto.randomUUID()}`, status: 'done' });

/** `POST /api/v2/logs/events/search`. A page may be short or empty and still have a cursor, as at Datadog. */
export function searchLogs(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const input = searchInput.safeParse(readJson(request.body));
  if (!input.success) return datadogErrors(400, z.prettifyError(input.error));
  const { filter, page, sort } = input.data;
  const range = readRange(filter, lab.nowMs());
  if (!range.ok) return datadogErrors(400, range.failure);
  const node = parseSearch(filter.query);
  if (!node.ok) return datadogErrors(400, node.failure);
  const cursor = page.cursor === undefined ? null : cursorContent.safeParse(decodeToken(page.cursor));
  if (cursor !== null && !cursor.success)
    return datadogErrors(400, "input_validation_error(Field 'page' is invalid: invalid cursor)");
  // The window travels in the cursor, so that `now-15m` means the same on every page.
  const { fromMs, toMs } = cursor?.data ?? range.value;
  const scan = { ...scanFor(lab, node.value, { fromMs, toMs, newestFirst: sort === '-timestamp' }), limit: page.limit };
  const found = readLogPage(scan, cursor?.data ?? null);
  const data = found.lines.map(logRecord);
  const meta = metaOf(found.scanned);
  if (found.next === null) return jsonAnswer(200, { data, meta });
  const after = encodeToken({ fromMs, toMs, ...found.next });
  const next = `${lab.webUrl()}/api/v2/logs/events?page[cursor]=${after}`;
  return jsonAnswer(200, { data, links: { next }, meta: { ...meta, page: { after } } });
}

const aggregateInput = z.object({
  filter: searchFilter.prefault({}),
  compute: z
    .array(
      z.object({
        aggregation: z.literal('count'),
        type: z.enum(['total', 'timeseries']).default('total'),
        interval: z
          .string()
          .regex(/^\d{1,4}[mh]$/)
          .default('5m'),
      }),
    )
    .min(1)
    .default([{ aggregation: 'count', type: 'total', interval: '5m' }]),
  group_by: z.array(z.object({ facet: z.string(), limit: z.number().int().min(1).max(1_000).default(10) })).default([]),
});
type Aggregate = z.output<typeof aggregateInput>;

const intervalOf = (text: string): number => Number(text.slice(0, -1)) * (text.endsWith('h') ? 3_600_000 : 60_000);

function computed(compute: Aggregate['compute'][number], lines: readonly LogLine[]): unknown {
  if (compute.type === 'total') return lines.length;
  const intervalMs = intervalOf(compute.interval);
  const counts = Map.groupBy(lines, (line) => Math.floor(line.atMs / intervalMs) * intervalMs);
  return [...counts]
    .toSorted(([left], [right]) => left - right)
    .map(([atMs, members]) => ({ time: new Date(atMs).toISOString(), value: members.length }));
}

function bucketsOf(input: Aggregate, lines: readonly LogLine[]): readonly object[] {
  if (lines.length === 0) return [];
  const facets = input.group_by.map((group) => group.facet);
  const groups = Map.groupBy(lines, (line) => {
    const document = documentOf(line);
    return JSON.stringify(
      facets.flatMap((facet) =>
        document
          .field(facet)
          .slice(0, 1)
          .map((value) => [facet, value]),
      ),
    );
  });
  const limit = input.group_by.reduce((product, group) => product * group.limit, 1);
  return [...groups]
    .toSorted(([, left], [, right]) => right.length - left.length)
    .slice(0, limit)
    .map(([key, members]) => ({
      by: Object.fromEntries(JSON.parse(key)),
      computes: Object.fromEntries(input.compute.map((compute, index) => [`c${index}`, computed(compute, members)])),
    }));
}

/** `POST /api/v2/logs/analytics/aggregate`: counts only, in total or per interval, by any facets. */
export function aggregateLogs(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const input = aggregateInput.safeParse(readJson(request.body));
  if (!input.success) return datadogErrors(400, z.prettifyError(input.error));
  const range = readRange(input.data.filter, lab.nowMs());
  if (!range.ok) return datadogErrors(400, range.failure);
  const node = parseSearch(input.data.filter.query);
  if (!node.ok) return datadogErrors(400, node.failure);
  const scan = scanFor(lab, node.value, { ...range.value, newestFirst: false });
  const { lines, scanned, whole } = readAllLogs(scan);
  const meta = { ...metaOf(scanned), status: whole ? 'done' : 'timeout' };
  return jsonAnswer(200, { meta, data: { buckets: bucketsOf(input.data, lines) } });
}
