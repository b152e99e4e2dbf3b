/** The Datadog metrics of the shop: how each is read from the world, and the queries that mean our metric names. */
import type { ShopMonitor, World, WorldMetric } from './world.ts';

/** One Datadog metric. A percentile metric answers only the percentile the world knows. */
export type DatadogMetric = {
  readonly aggregators: readonly string[];
  readonly counted: boolean;
  readonly unit: string | null;
  read(world: World, service: string, atMs: number): number | null;
};

const secondsPerMinute = 60;
const nanocores = 1_000_000_000;
const containerBytes = 536_870_912;
const poolSize = 20;
const spaceAggregators = ['avg', 'max', 'min', 'sum'];

type Scaled = { readonly metric: WorldMetric; readonly scale: number; readonly unit: string | null };

function gauge({ metric, scale, unit }: Scaled): DatadogMetric {
  return {
    aggregators: spaceAggregators,
    counted: false,
    unit,
    read: (world, service, atMs) => scaled(world.metric(service, metric, atMs), scale),
  };
}

/** The ceiling of a ratio: constant, and absent where the ratio is absent. */
function ceiling({ metric, scale, unit }: Scaled): DatadogMetric {
  const read: DatadogMetric['read'] = (world, service, atMs) =>
    world.metric(service, metric, atMs) === null ? null : scale;
  return { aggregators: spaceAggregators, counted: false, unit, read };
}

const scaled = (value: number | null, scale: number): number | null => (value === null ? null : value * scale);

function count(metric: WorldMetric): DatadogMetric {
  return { ...gauge({ metric, scale: 1, unit: null }), aggregators: ['sum'], counted: true };
}

const hits: DatadogMetric = {
  ...gauge({ metric: 'request_rate', scale: secondsPerMinute, unit: 'hit' }),
  counted: true,
};

const errors: DatadogMetric = {
  ...hits,
  unit: 'error',
  read: (world, service, atMs) => {
    const ratio = world.metric(service, 'error_ratio', atMs);
    return ratio === null ? null : scaled(hits.read(world, service, atMs), ratio);
  },
};

const latency: DatadogMetric = {
  ...gauge({ metric: 'latency_p95_ms', scale: 0.001, unit: 'second' }),
  aggregators: ['p95'],
};

export const datadogMetrics: ReadonlyMap<string, DatadogMetric> = new Map<string, DatadogMetric>([
  ['trace.http.request', latency],
  ['trace.http.request.hits', { ...hits, aggregators: ['sum'] }],
  ['trace.http.request.errors', { ...errors, aggregators: ['sum'] }],
  ['container.cpu.usage', gauge({ metric: 'cpu_ratio', scale: nanocores, unit: 'nanocore' })],
  ['container.cpu.limit', ceiling({ metric: 'cpu_ratio', scale: nanocores, unit: 'nanocore' })],
  ['container.memory.usage', gauge({ metric: 'memory_ratio', scale: containerBytes, unit: 'byte' })],
  ['container.memory.limit', ceiling({ metric: 'memory_ratio', scale: containerBytes, unit: 'byte' })],
  ['system.disk.in_use', gauge({ metric: 'disk_ratio', scale: 1, unit: 'fraction' })],
  ['db.pool.connections.in_use', gauge({ metric: 'pool_ratio', scale: poolSize, unit: 'connection' })],
  ['db.pool.connections.max', ceiling({ metric: 'pool_ratio', scale: poolSize, unit: 'connection' })],
  ['kubernetes.containers.restarts', { ...count('restart_count'), aggregators: spaceAggregators }],
  ['http.client.throttled', count('throttle_count')],
  ['tls.days_left', gauge({ metric: 'certificate_days', scale: 1, unit: 'day' })],
]);

const queries: Readonly<Record<WorldMetric, (scope: string) => string>> = {
  latency_p95_ms: (scope) => `p95:trace.http.request${scope}`,
  error_ratio: (scope) =>
    `sum:trace.http.request.errors${scope}.as_count() / sum:trace.http.request.hits${scope}.as_count()`,
  request_rate: (scope) => `sum:trace.http.request.hits${scope}.as_rate()`,
  cpu_ratio: (scope) => `avg:container.cpu.usage${scope} / avg:container.cpu.limit${scope}`,
  memory_ratio: (scope) => `max:container.memory.usage${scope} / max:container.memory.limit${scope}`,
  disk_ratio: (scope) => `max:system.disk.in_use${scope}`,
  pool_ratio: (scope) => `max:db.pool.connections.in_use${scope} / max:db.pool.connections.max${scope}`,
  restart_count: (scope) => `sum:kubernetes.containers.restarts${scope}`,
  throttle_count: (scope) => `sum:http.client.throttled${scope}.as_count()`,
  certificate_days: (scope) => `min:tls.days_left${scope}`,
};

/** The Datadog query that means this metric of this service. */
export const datadogQuery = (metric: WorldMetric, service: string): string =>
  queries[metric](`{service:${service},env:prod}`);

/** Our unit to the query's: Datadog measures latency in seconds. */
export const inDatadogUnit = (metric: WorldMetric, value: number): number =>
  metric === 'latency_p95_ms' ? value / 1_000 : value;

/** The monitor's query as Datadog stores it. */
export function monitorQuery(monitor: ShopMonitor): string {
  const threshold = inDatadogUnit(monitor.metric, monitor.threshold);
  return `avg(last_5m):${datadogQuery(monitor.metric, monitor.service)} ${monitor.comparator} ${threshold}`;
}
