import type { EvidenceId } from '../core/evidence.ts';

/** One sample: milliseconds since the epoch, value. Gaps are simply absent; NaN is never valid. */
export type Point = readonly [atMs: number, value: number];

/**
 * Metric names the engine knows the meaning of. Others are allowed and scored by deviation alone.
 * Ratios are 0 to 1.
 */
export const knownMetrics = [
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
] as const;

export type Series = {
  readonly service: string;
  readonly metric: string;
  readonly points: readonly Point[];
  readonly evidence?: EvidenceId;
};

/** A log template with its counts before and during the incident window. */
export type LogTemplate = {
  readonly service: string;
  /** Constant words with `<*>` for variables. */
  readonly template: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Lines in the incident window, and in an equally long baseline window. */
  readonly count: number;
  readonly baselineCount: number;
  readonly firstSeenMs: number;
  readonly sample: string;
  readonly evidence?: EvidenceId;
};

/** Calls along one edge, before and during the window; self time is the caller's own. */
export type EdgeStat = {
  readonly from: string;
  readonly to: string;
  readonly latencyMs: number;
  readonly baselineLatencyMs: number;
  readonly errorRatio: number;
  readonly baselineErrorRatio: number;
  readonly evidence?: EvidenceId;
};

export const changeKinds = ['deploy', 'pull-request', 'commit', 'config', 'flag', 'scaling', 'certificate'] as const;

/** Something that changed on purpose. Deploys and the pull request they ship share `sha`. */
export type ChangeEvent = {
  /** Unique in the document, e.g. `acme/shop#41` or `deploy:912`. */
  readonly id: string;
  readonly kind: (typeof changeKinds)[number];
  /** Catalogue id of the service it lands on; null when unknown. */
  readonly service: string | null;
  readonly atMs: number;
  readonly title: string;
  readonly repository: string | null;
  readonly sha: string | null;
  readonly pullNumber: number | null;
  readonly paths: readonly string[];
  /** Unified diff, possibly cut; empty when not read. */
  readonly diff: string;
  readonly evidence?: EvidenceId;
};

/** What the monitor watches. The engine measures onset on the series with this service and metric. */
export type AlertSignal = {
  readonly service: string;
  readonly metric: string;
  readonly comparator: '>' | '<';
  readonly threshold: number;
  readonly triggeredAtMs: number;
};

/** A monitor as its platform reports it now. `metric` is one of ours when the tool could map the query. */
export type MonitorState = AlertSignal & {
  readonly monitor: string;
  readonly title: string;
  readonly query: string;
  readonly state: 'alert' | 'warn' | 'ok' | 'no-data';
  readonly evidence?: EvidenceId;
};

/** Everything the engine may see of one incident. Any list may be empty: it says what it could not use. */
export type Telemetry = {
  readonly alert: AlertSignal | null;
  readonly window: { readonly fromMs: number; readonly toMs: number };
  readonly services: readonly { readonly id: string; readonly external: boolean }[];
  /** `from` calls `to`. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  readonly series: readonly Series[];
  readonly logs: readonly LogTemplate[];
  readonly edgeStats: readonly EdgeStat[];
  readonly changes: readonly ChangeEvent[];
};

/** The part of `Telemetry` that one tool call can contribute. */
export type Signals = Partial<Pick<Telemetry, 'series' | 'logs' | 'edgeStats' | 'changes' | 'edges'>> & {
  readonly monitors?: readonly MonitorState[];
};
