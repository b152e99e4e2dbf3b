import type { EvidenceId } from '../core/evidence.ts';
import type { CauseKind } from '../core/hypothesis.ts';

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

export const changeKinds = [
  'deploy',
  'pull-request',
  'commit',
  'config',
  'flag',
  'scaling',
  'certificate',
  'infrastructure',
] as const;

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
  /** Of a deployment, where its platform says how it ended. */
  readonly outcome?: 'succeeded' | 'failed';
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

/** One span of a trace as recorded; times before `window.fromMs` belong to the past. Milliseconds. */
export type Span = {
  readonly trace: string;
  readonly span: string;
  /** Span id of the caller; null at the root. */
  readonly parent: string | null;
  readonly service: string;
  readonly operation: string;
  readonly startMs: number;
  readonly durationMs: number;
  /** Whether the span ended in an error; absent when the tracer does not say. */
  readonly failed?: boolean;
  readonly evidence?: EvidenceId;
};

/** One log line as written, with the trace and span it was written in when they are known. */
export type TracedLine = {
  readonly service: string;
  readonly atMs: number;
  /** The platform's word, or empty when it is only in the text. */
  readonly level: string;
  readonly message: string;
  readonly trace?: string;
  readonly span?: string;
  readonly evidence?: EvidenceId;
};

/** How long the calls along one edge took, as one side of them measured it (a service mesh reports both). Milliseconds. */
export type CallSeries = {
  readonly from: string;
  readonly to: string;
  readonly side: 'caller' | 'callee';
  readonly points: readonly Point[];
  readonly evidence?: EvidenceId;
};

/** A thing alerts are about, where the platform knows what it is and what it belongs to. Each is a possible cause. */
export type Entity = {
  readonly id: string;
  readonly kind: 'service' | 'instance' | 'host';
  /** The service an instance is one of; siblings share it. It need not be listed itself. */
  readonly partOf?: string;
};

/** How one instance stands now, as its platform reports it: a pod, a node or a managed database. No history. */
export type InstanceState = {
  readonly service: string;
  readonly instance: string;
  readonly ready: boolean;
  /** It is being removed on purpose. */
  readonly leaving: boolean;
  readonly restarts: number;
  /** The platform's words: state reasons, conditions, warning events about it, last lines before it ended. */
  readonly says: readonly string[];
  readonly evidence?: EvidenceId;
};

/** One alert of a monitoring system during the incident. */
export type FiredAlert = {
  /** An `Entity.id`, or a service. For an alert about calls: the caller. */
  readonly entity: string;
  /** For an alert about calls: the called side; the same as `entity` for a call inside it. */
  readonly peer?: string;
  readonly modality: 'metric' | 'log' | 'trace';
  /** Metric, template or operation, without the entity's own name in it. */
  readonly name: string;
  /** What about it, such as `up`, `down`, `slow`, `500`; empty when that says nothing. */
  readonly direction: string;
  /** Milliseconds since the epoch; null when only the fact is known. */
  readonly atMs: number | null;
  readonly evidence?: EvidenceId;
};

/** What one pod of a rollout did. Ratios are 0 to 1. */
export type PodSeries = {
  readonly pod: string;
  readonly isNew: boolean;
  readonly metric: 'success_ratio' | 'latency_ms' | 'cpu_ratio';
  readonly points: readonly Point[];
};

/** A new version of a service that ran, or still runs, beside the old one. */
export type Rollout = {
  /** `ChangeEvent.id` of the change it ships, when that is in the document. */
  readonly id: string;
  readonly service: string;
  readonly startedMs: number;
  readonly pods: readonly PodSeries[];
  readonly evidence?: EvidenceId;
};

/** What `learn` kept of past incidents: plain JSON. */
export type Memory = {
  readonly version: 1;
  /** How many incidents it has seen. */
  readonly incidents: number;
  /** In how many of them an entity raised a kind of alert; the key is entity, tab, kind. */
  readonly seen: { readonly [entityAndKind: string]: number };
  /** Weight of each feature of a candidate; empty when no past incident had a known cause. */
  readonly weights: { readonly [feature: string]: number };
};

/** What earlier incidents of the alerting service turned out to be, as people graded them. */
export type PastCause = { readonly entity: string; readonly kind: CauseKind | null; readonly times: number };

/** Everything the engine may see of one incident. Any list may be empty: it says what it could not use. */
export type Telemetry = {
  readonly alert: AlertSignal | null;
  /**
   * The incident. Where series have samples before it, those are the past, and a departure counts that ended before the
   * window did; else the onset is searched inside the window, and what came back is called recovered.
   */
  readonly window: { readonly fromMs: number; readonly toMs: number };
  readonly services: readonly { readonly id: string; readonly external: boolean }[];
  /** `from` calls `to`. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  readonly series: readonly Series[];
  readonly logs: readonly LogTemplate[];
  readonly edgeStats: readonly EdgeStat[];
  readonly changes: readonly ChangeEvent[];
  /** Raw spans of the window and of a stretch before it; compared edge by edge and operation by operation. */
  readonly spans?: readonly Span[];
  /** Raw lines of the window and of a stretch before it; mined into templates that keep their place in the trace. */
  readonly lines?: readonly TracedLine[];
  readonly callSeries?: readonly CallSeries[];
  /** What platforms say of their instances now. */
  readonly instances?: readonly InstanceState[];
  /** What the alerts below are about. */
  readonly entities?: readonly Entity[];
  /** Every alert of the incident's time, from any monitoring system. */
  readonly alerts?: readonly FiredAlert[];
  /** Rollouts with the old pods' and the new pods' behaviour over the same minutes. */
  readonly rollouts?: readonly Rollout[];
  /** Past incidents of the same systems, as `learn` remembers them. */
  readonly memory?: Memory;
  /** Decides between causes that score alike, and nothing else. */
  readonly pastCauses?: readonly PastCause[];
};

/** The lists of `Telemetry` that one tool call can contribute to. */
export const signalLists = [
  'series',
  'logs',
  'edgeStats',
  'changes',
  'edges',
  'spans',
  'lines',
  'callSeries',
  'instances',
  'entities',
  'alerts',
  'rollouts',
] as const;

/** The part of `Telemetry` that one tool call can contribute. */
export type Signals = Partial<Pick<Telemetry, (typeof signalLists)[number]>> & {
  readonly monitors?: readonly MonitorState[];
};
