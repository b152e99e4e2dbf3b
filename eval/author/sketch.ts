/** What a person writes down about a system and about one incident in it. `compose-recording.ts` makes the files from it. */
import type { CauseKind } from '../../src/core/hypothesis.ts';
import type { EventRow, LogRow, Scenario } from '../recording/format.ts';
import type { Truth } from '../recording/truth.ts';

type Level = LogRow['level'];

/** Calls per request of the caller; parts of the callee's latency and of its errors that its caller's users see. */
export type CallSketch = readonly [perRequest: number, latencyShare: number, errorShare: number];

export type ServiceSketch = {
  readonly id: string;
  readonly title: string;
  readonly tier: 1 | 2 | 3;
  /** `store`: run by a cloud, no code of ours. `external`: somebody else's. */
  readonly kind: 'code' | 'store' | 'external';
  readonly logs: Scenario['services'][number]['logs'];
  readonly pods: number;
  /** 95th percentile alone, without its callees, milliseconds. */
  readonly ms: number;
  /** Requests per second at the busiest hour, where traffic enters. */
  readonly enters?: number;
  readonly calls?: { readonly [to: string]: CallSketch };
  readonly errors?: number;
  readonly cpu?: number;
  readonly memory?: number;
  readonly disk?: number;
  readonly pool?: number;
  readonly certificateDays?: number;
  /** It calls somebody who throttles. */
  readonly throttled?: boolean;
  /** Lines of a quiet day: level, text, lines a minute. */
  readonly says: readonly (readonly [level: Level, text: string, perMinute: number])[];
};

export type SystemSketch = {
  readonly name: string;
  readonly owner: string;
  readonly repository: string;
  /** Folder of a service in the repository, with its slash. */
  readonly folderOf: (service: string) => string;
  readonly services: readonly ServiceSketch[];
  /** What a caller prints when a call fails. */
  readonly callFails: (to: string) => string;
  readonly files: { readonly [path: string]: string };
  readonly chores: readonly PullSketch[];
};

export type EditSketch = { readonly path: string; readonly find: string; readonly replace: string };

export type PullSketch = {
  readonly repository?: string;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly edits: readonly EditSketch[];
  /** Services it rolls out; none for documents and tests. */
  readonly deploys: readonly string[];
  /** Minute the rollout is done, or the merge where nothing is rolled out. Chores are given theirs. */
  readonly live?: number;
};

/** A value by minute. */
export type Shape = (minute: number) => number;

export type EffectSketch = {
  /** A service, or `caller>callee` for the calls between two. */
  readonly on: string;
  readonly what: /** Added milliseconds; factor on the own latency; added part of failures, 0 to 1. */
    | 'ms'
    | 'times'
    | 'errors'
    /** Level instead of the usual one, where it is higher. */
    | 'cpu'
    | 'memory'
    | 'pool'
    | 'disk'
    /** A minute. */
    | 'restarts'
    | 'throttles'
    /** Level instead of the usual one. */
    | 'certificate'
    /** Factor on what enters here, or on the calls. */
    | 'traffic'
    /** 1 where this metric agent is silent. */
    | 'silent';
  readonly value: Shape;
};

export type LineSketch = readonly [
  service: string,
  level: Level,
  text: string,
  ...spans: (readonly [from: number, to: number, perMinute: number])[],
];

export type EventSketch = Pick<EventRow, 'at' | 'title' | 'text' | 'service' | 'changeType'> & {
  readonly flag?: string;
};

type MonitorSketch = {
  readonly service: string;
  readonly metric: Scenario['monitors'][number]['metric'];
  readonly name: string;
  readonly comparator?: '>' | '<';
  /** In the metric's unit; by what is usual where absent. */
  readonly threshold?: number;
};

export type Recipe = {
  readonly folder: string;
  readonly title: string;
  readonly system: SystemSketch;
  /** The minute from which all times count; by habit about when the trouble begins. */
  readonly zero: string;
  readonly asked?: string;
  readonly alert: MonitorSketch & {
    readonly note?: string;
    /** Where the monitor fires by itself, not by the lasting violation of its threshold. */
    readonly firesAt?: number;
    /** Minutes between the monitor and the question. */
    readonly askedAfter?: number;
  };
  readonly monitors?: readonly MonitorSketch[];
  readonly effects: readonly EffectSketch[];
  readonly says?: readonly LineSketch[];
  readonly files?: { readonly [path: string]: string };
  readonly pulls?: readonly PullSketch[];
  readonly events?: readonly EventSketch[];
  readonly missing?: Scenario['missing'];
  /** No traces were kept. */
  readonly withoutCalls?: boolean;
  /** How many of the system's chores were merged in the days before. */
  readonly chores?: number;
  readonly truth: {
    readonly kind: CauseKind | 'nothing-wrong' | 'cannot-tell';
    readonly entity: string | null;
    /** Title of the pull request or event; null where nothing that people did is the cause. */
    readonly change: string | null;
    readonly alternates?: readonly {
      readonly kind: CauseKind | 'nothing-wrong';
      readonly entity: string | null;
      readonly change: string | null;
    }[];
    readonly onset: number | null;
    readonly why: string;
    readonly hardness: Truth['hardness'];
  };
};
