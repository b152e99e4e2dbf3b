/** The Datadog queries that mean our metrics, both ways. Trace metrics are Datadog APM's own names. */
import type { knownMetrics } from '../../src/rootcause/telemetry.ts';

export type Metric = (typeof knownMetrics)[number];

type Meaning = {
  /** `S` stands for the scope, e.g. `{service:checkout,env:prod}`. */
  readonly query: string;
  readonly unit: string;
  readonly title: string;
  /** Datadog's number times this is ours. */
  readonly factor: number;
};

export const meanings: { readonly [Name in Metric]: Meaning } = {
  latency_p95_ms: { query: 'p95:trace.http.request{S}', unit: 'ms', title: 'latency (p95)', factor: 1_000 },
  error_ratio: {
    query: 'sum:trace.http.request.errors{S}.as_count() / sum:trace.http.request.hits{S}.as_count()',
    unit: 'ratio',
    title: 'error ratio',
    factor: 1,
  },
  request_rate: { query: 'sum:trace.http.request.hits{S}.as_rate()', unit: '/s', title: 'request rate', factor: 1 },
  cpu_ratio: {
    query: 'avg:container.cpu.usage{S} / avg:container.cpu.limit{S}',
    unit: 'ratio',
    title: 'CPU of limit',
    factor: 1,
  },
  memory_ratio: {
    query: 'max:container.memory.usage{S} / max:container.memory.limit{S}',
    unit: 'ratio',
    title: 'memory of limit',
    factor: 1,
  },
  disk_ratio: { query: 'max:system.disk.in_use{S}', unit: 'ratio', title: 'disk in use', factor: 1 },
  pool_ratio: {
    query: 'max:db.pool.connections.in_use{S} / max:db.pool.connections.max{S}',
    unit: 'ratio',
    title: 'connection pool in use',
    factor: 1,
  },
  restart_count: { query: 'sum:kubernetes.containers.restarts{S}', unit: 'restarts', title: 'restarts', factor: 1 },
  throttle_count: {
    query: 'sum:http.client.throttled{S}.as_count()',
    unit: 'requests',
    title: 'throttled requests',
    factor: 1,
  },
  certificate_days: { query: 'min:tls.days_left{S}', unit: 'days', title: 'certificate days left', factor: 1 },
};

export const metricNames = [
  'latency_p95_ms',
  'error_ratio',
  'request_rate',
  'cpu_ratio',
  'memory_ratio',
  'disk_ratio',
  'pool_ratio',
  'restart_count',
  'throttle_count',
  'certificate_days',
] as const satisfies typeof knownMetrics;

/** The query for one service tag and environment. */
export const queryFor = (metric: Metric, tag: string, environment: string): string =>
  meanings[metric].query.replaceAll('{S}', `{service:${tag},env:${environment}}`);

export type MonitorMeaning = {
  /** One of ours, or null when the query means something else. */
  readonly metric: Metric | null;
  readonly tag: string | null;
  readonly comparator: '>' | '<';
  /** In our units when `metric` is known, else as written. */
  readonly threshold: number;
};

const alertQuery =
  /^(?:avg|min|max|sum|percentile)\(last_\d+[mhdw]\):(?<inner>.+?)\s*(?<sign>[<>])=?\s*(?<number>-?[\d.eE+-]+)$/su;

/** What a metric monitor's query watches; null for other monitor types (logs, composite, synthetics). */
export function readMonitorQuery(query: string): MonitorMeaning | null {
  const groups = alertQuery.exec(query.trim())?.groups;
  const threshold = Number(groups?.['number']);
  if (groups?.['inner'] === undefined || !Number.isFinite(threshold)) return null;
  const metric = metricOf(groups['inner']);
  return {
    metric,
    tag: /[{,]\s*service:([\w.-]+)/u.exec(groups['inner'])?.[1] ?? null,
    comparator: groups['sign'] === '<' ? '<' : '>',
    threshold: metric === null ? threshold : threshold * meanings[metric].factor,
  };
}

/** Scopes, groupings and spaces do not change what a query measures. */
const skeleton = (query: string): string =>
  query
    .replaceAll(/\{[^}]*\}/gu, '{}')
    .replaceAll(/\s+by\s+\{\}/gu, '')
    .replaceAll(/[\s()]/gu, '');

const metricOf = (query: string): Metric | null =>
  metricNames.find((name) => skeleton(meanings[name].query) === skeleton(query)) ?? null;
