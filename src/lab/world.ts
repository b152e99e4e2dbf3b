/**
 * What the simulated shop can be asked. A pure function of seed, fault and what people did (`Intervention`s): any
 * metric, log line, edge or event at any moment is computed on demand from hashes, so a week of history costs nothing.
 * The vendor servers in this folder speak their protocols over exactly this; they know nothing else.
 */
import type { CauseKind } from '../core/hypothesis.ts';
import type { Deploy } from './changes.ts';

export type ShopService = {
  readonly id: string;
  readonly title: string;
  readonly tier: 1 | 2 | 3;
  readonly external: boolean;
  /** `owner/name`, null for external providers and managed stores. */
  readonly repository: string | null;
  readonly paths: readonly string[];
  readonly dependsOn: readonly string[];
  readonly owners: readonly string[];
  /** True: logs go to CloudWatch `/<system>/prod/<id>`; false: to Datadog. */
  readonly logsInCloudWatch: boolean;
  readonly pods: number;
};

export type LogLine = {
  readonly atMs: number;
  readonly service: string;
  readonly pod: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly requestId: string;
};

/** Names are those of the metric vocabulary; units are ours (`latency_p95_ms` in milliseconds, ratios 0 to 1). */
export type WorldMetric =
  | 'latency_p95_ms'
  | 'error_ratio'
  | 'request_rate'
  | 'cpu_ratio'
  | 'memory_ratio'
  | 'disk_ratio'
  | 'pool_ratio'
  | 'restart_count'
  | 'throttle_count'
  | 'certificate_days';

export type ShopEvent = {
  readonly id: string;
  readonly atMs: number;
  readonly title: string;
  readonly text: string;
  readonly service: string;
  readonly changeType: 'feature_flag' | 'configuration' | 'scaling' | 'certificate' | 'infrastructure';
  readonly tags: readonly string[];
};

export type ShopMonitor = {
  readonly id: number;
  readonly name: string;
  readonly service: string;
  readonly metric: WorldMetric;
  readonly comparator: '>' | '<';
  /** In our units. */
  readonly threshold: number;
};

/** What people did that the world reacts to. Stored; everything else is computed. */
export type Intervention =
  /** The default branch of a repository moved (a merge), and CI deploys it. `heals` is worked out from blob ids. */
  | {
      readonly kind: 'merge';
      readonly repository: string;
      readonly sha: string;
      readonly atMs: number;
      readonly heals: boolean;
      /** What CI rolls out because of it; nothing where that is not told. */
      readonly deploys?: readonly Deploy[];
    }
  /** A workflow of the ops repository ran, e.g. `feature-flag.yml` with `{ flag, enabled }`. */
  | {
      readonly kind: 'workflow';
      readonly workflow: string;
      readonly inputs: { readonly [name: string]: string };
      readonly atMs: number;
    };

/** Known to the lab and its scorer only. */
export type Truth = {
  readonly fault: string;
  /** Null when nothing is wrong. */
  readonly entity: string | null;
  readonly kind: CauseKind | 'nothing-wrong';
  /** `owner/name#pull` or `event:<id>`; null when the fault is not a change. */
  readonly change: string | null;
  readonly onsetMs: number;
  /** What ends or relieves it: a revert of `change`, a workflow run, or nothing people can do from here. */
  readonly remedy: 'revert' | 'workflow' | 'none';
};

export type World = {
  /** Lower-case name in log groups and metric names; the shop without it. */
  readonly system?: string;
  readonly services: readonly ShopService[];
  readonly monitors: readonly ShopMonitor[];
  /** The monitor that fires for this fault, and when. */
  readonly alert: { readonly monitor: ShopMonitor; readonly triggeredAtMs: number };
  /** Value of the one-minute bucket that contains `atMs`; null where this service has no such metric. */
  metric(service: string, metric: WorldMetric, atMs: number): number | null;
  /** Lines in time order, `[fromMs, toMs)`. A bounded sample of real volume (about 2 to 40 lines a minute per service). */
  logs(service: string, fromMs: number, toMs: number): readonly LogLine[];
  /** Calls on one edge of the call graph in the window. */
  edge(
    from: string,
    to: string,
    window: { fromMs: number; toMs: number },
  ): { readonly calls: number; readonly errors: number; readonly p95Ms: number };
  events(fromMs: number, toMs: number): readonly ShopEvent[];
  monitorState(monitor: ShopMonitor, atMs: number): 'alert' | 'ok' | 'no-data';
  intervene(intervention: Intervention): void;
  interventions(): readonly Intervention[];
};
