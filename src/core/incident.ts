import type { Tainted } from './tainted.ts';

/** `INC-7`: made by the store, unique in one installation. */
export type IncidentId = `INC-${number}`;

/** A conversation somewhere. `root` is the message a thread hangs from; absent means top level. */
export type Place = {
  readonly platform: 'slack' | 'teams' | 'web';
  /** Slack team id, Entra tenant id, or `local`. */
  readonly tenant: string;
  readonly channel: string;
  readonly root?: string;
};

/** What people or a monitor complained about, as the platform that computed it tells it. */
export type Symptom = {
  /** Catalogue id of the service whose signal alerts. */
  readonly service: string;
  readonly title: Tainted;
  /** Vendor monitor id, when a monitor told us. */
  readonly monitor: string | null;
  /** Metric name in telemetry, e.g. `latency_p95_ms`. */
  readonly metric: string;
  readonly query: string;
  readonly comparator: '>' | '<';
  readonly threshold: number;
  readonly triggeredAtMs: number;
};

export const phases = ['open', 'looking', 'reasoning', 'settled', 'proposed', 'acting', 'watching', 'closed'] as const;
export type Phase = (typeof phases)[number];

export type Incident = {
  readonly id: IncidentId;
  readonly place: Place;
  readonly phase: Phase;
  readonly openedAtMs: number;
  readonly openedBy: string;
  readonly question: Tainted | null;
  readonly symptom: Symptom | null;
  /** Change point of the symptom, once known. */
  readonly onsetMs: number | null;
};
