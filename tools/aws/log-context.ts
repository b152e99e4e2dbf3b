import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Window } from '../../src/core/evidence.ts';
import type { Bounds } from './ask.ts';
import { readEvents, type StreamLine } from './filter-events.ts';
import { writeInsights } from './insights-query.ts';
import { createLineReader } from './read-lines.ts';

export type ContextLine = StreamLine & { readonly service: string };
export type LogSource = { readonly service: string; readonly group: string };
export type ContextReading = {
  readonly client: CloudWatchLogsClient;
  readonly sources: readonly LogSource[];
  readonly window: Window;
  readonly bounds: Bounds;
};
export type ContextRead = {
  /** In time order. */
  readonly lines: readonly ContextLine[];
  readonly truncated: boolean;
  readonly notes: readonly string[];
  /** As a person can paste it. */
  readonly query: string;
  /** The same for Insights, where that was asked. */
  readonly insights: string | null;
};

/** Lines kept on each side of the moment, of all groups together. */
const beforeMax = 40;
const afterMax = 40;
const pagesMax = 5;

/** The lines nearest to a moment: backwards from it and onwards from it, in each group. */
export async function readAround(
  { client, sources, window, bounds }: ContextReading,
  { atMs, stream }: { readonly atMs: number; readonly stream?: string | undefined },
): Promise<ContextRead> {
  const moment = Math.min(Math.max(atMs, window.fromMs), window.toMs);
  const parts = await Promise.all(
    sources.map(async ({ service, group }) => {
      const ask = (side: Window, newestFirst: boolean) =>
        side.fromMs >= side.toMs
          ? { items: [], truncated: false }
          : readNearest(client, { group, window: side, stream, newestFirst }, bounds);
      const [before, after] = await Promise.all([
        ask({ fromMs: window.fromMs, toMs: moment }, true),
        ask({ fromMs: moment, toMs: window.toMs }, false),
      ]);
      const tag = (line: StreamLine): ContextLine => ({ ...line, service });
      return { before: before.items.map(tag), after: after.items.map(tag), short: before.truncated || after.truncated };
    }),
  );
  const before = parts.flatMap((part) => part.before).toSorted((one, other) => other.atMs - one.atMs);
  const after = parts.flatMap((part) => part.after).toSorted((one, other) => one.atMs - other.atMs);
  const short = parts.some((part) => part.short);
  const groups = sources.map(({ group }) => `filter-log-events ${group}`).join('; ');
  return {
    lines: [...before.slice(0, beforeMax).toReversed(), ...after.slice(0, afterMax)],
    truncated: short,
    notes: short ? ['searching was given up after some pages: nearer lines may be missing'] : [],
    query: `${groups}${stream === undefined ? '' : ` logStreamNames "${stream}"`} nearest to ${new Date(moment).toISOString()}`,
    insights: null,
  };
}

type Side = {
  readonly group: string;
  readonly window: Window;
  readonly stream: string | undefined;
  readonly newestFirst: boolean;
};

/** One full page is enough: it holds the nearest. An empty page with a token means that nothing was found so far. */
async function readNearest(client: CloudWatchLogsClient, side: Side, bounds: Bounds) {
  const wanted = side.newestFirst ? beforeMax : afterMax;
  const query = { ...side, pattern: null, pageSize: wanted, pagesMax, enough: wanted };
  return readEvents(client, query, bounds);
}

/** Every line with this id in any of the groups. `id` holds no character that a literal or a pattern takes as its own. */
export async function readCarrying(
  { client, sources, window, bounds }: ContextReading,
  id: string,
): Promise<ContextRead> {
  const query = writeInsights({
    fields: ['@timestamp', '@message', '@logStream', '@log'],
    where: [{ kind: 'contains', field: '@message', text: id }],
    sort: { field: '@timestamp', direction: 'asc' },
  });
  const parts = await Promise.all(
    [...new Set(sources.map(({ service }) => service))].map(async (service) => {
      const groups = sources.filter((source) => source.service === service).map(({ group }) => group);
      const search = { query, groups, phrases: { contains: id, without: null } };
      const read = await createLineReader(client, search, bounds)(window);
      return { ...read, lines: read.lines.map((line): ContextLine => ({ ...line, service })) };
    }),
  );
  const refused = parts.map(({ insteadOf }) => insteadOf).find((reason) => reason !== null);
  const bytesScanned = parts.reduce((sum, part) => sum + part.bytesScanned, 0);
  return {
    lines: parts.flatMap(({ lines }) => lines).toSorted((one, other) => one.atMs - other.atMs),
    truncated: parts.some(({ whole }) => !whole),
    notes: [
      ...(refused === undefined ? [] : [`Insights did not answer (${refused}): read by filter-log-events instead`]),
      ...(bytesScanned > 0 ? [`Insights scanned ${Math.ceil(bytesScanned / 100_000) / 10} MB`] : []),
      ...(parts.some(({ running }) => running)
        ? ['Insights still ran when time was up: what it had found so far']
        : []),
    ],
    query,
    insights: query,
  };
}
