/** What a metric says about its service: something people feel, something that runs out, or how much is asked of it. */
export type MetricRole =
  | 'latency'
  | 'errors'
  | 'load'
  | 'resource'
  | 'restarts'
  | 'throttling'
  | 'certificate'
  | 'other';

export type MetricMeaning = {
  readonly role: MetricRole;
  /** 1: growth is bad. -1: shrinking is bad. */
  readonly bad: 1 | -1;
  /** Smallest spread that means anything, in the metric's own unit; 0 where the unit is unknown. */
  readonly absoluteFloor: number;
  readonly relativeFloor: number;
};

/** Share of the level below which a spread is not believed; traffic and certificates move by themselves. */
const relativeFloors: ReadonlyMap<MetricRole, number> = new Map([
  ['latency', 0.06],
  ['load', 0.08],
  ['certificate', 0.1],
]);

const meaning = (role: MetricRole, bad: 1 | -1, absoluteFloor: number): MetricMeaning => ({
  role,
  bad,
  absoluteFloor,
  relativeFloor: relativeFloors.get(role) ?? 0.05,
});

const known: ReadonlyMap<string, MetricMeaning> = new Map([
  ['latency_p95_ms', meaning('latency', 1, 0)],
  ['error_ratio', meaning('errors', 1, 0.004)],
  ['request_rate', meaning('load', 1, 0)],
  ['cpu_ratio', meaning('resource', 1, 0.025)],
  ['memory_ratio', meaning('resource', 1, 0.025)],
  ['disk_ratio', meaning('resource', 1, 0.02)],
  ['pool_ratio', meaning('resource', 1, 0.04)],
  ['restart_count', meaning('restarts', 1, 0)],
  ['throttle_count', meaning('throttling', 1, 0.5)],
  ['certificate_days', meaning('certificate', -1, 1)],
]);

const byWord: readonly (readonly [RegExp, MetricMeaning])[] = [
  [/^1 - /u, meaning('errors', 1, 0.004)],
  [/^100 - /u, meaning('errors', 1, 0.4)],
  [/error|fail|fault|5xx|4xx|exception|drop|loss|abort|timeout|reject/u, meaning('errors', 1, 0)],
  [/latency|duration|response_time|lat$|p9\d|elapsed|wait/u, meaning('latency', 1, 0)],
  [/restart|oomkill|crash/u, meaning('restarts', 1, 0)],
  [/throttl|rate_limit|429/u, meaning('throttling', 1, 0)],
  [/free|available|remaining|days_left/u, meaning('resource', -1, 0)],
  [/workload/u, meaning('load', 1, 0)],
  [
    /cpu|mem|disk|pool|connection|thread|heap|queue|lag|saturation|util|inflight|load|io_|fd_/u,
    meaning('resource', 1, 0),
  ],
  [/request|throughput|rate$|rps|qps|hits|calls|workload/u, meaning('load', 1, 0)],
];

/** An hour of minutes: the past the absolute floors are made for. */
const floorSamples = 60;

/**
 * The absolute floor stands for what a short past cannot rule out: it shrinks with the root of the number of samples, to
 * a quarter at most.
 */
export const floorOf = (
  { relativeFloor, absoluteFloor }: MetricMeaning,
  samples: number,
): { readonly relative: number; readonly absolute: number } => ({
  relative: relativeFloor,
  absolute: absoluteFloor * Math.min(1, Math.max(0.25, Math.sqrt(floorSamples / Math.max(1, samples)))),
});

/** Resources that fill over hours, unlike processors and pools, which follow the moment. */
export const accumulates = ({ role }: MetricMeaning, metric: string): boolean =>
  role === 'resource' && /mem|heap|disk|volume|inode|free|remaining|queue|lag|fd_/u.test(metric.toLowerCase());

/** Known metrics by contract; any other by the words the field uses in metric names. */
export function meaningOf(metric: string): MetricMeaning {
  const exact = known.get(metric);
  if (exact !== undefined) return exact;
  const name = metric.toLowerCase();
  return byWord.find(([pattern]) => pattern.test(name))?.[1] ?? meaning('other', 1, 0);
}
