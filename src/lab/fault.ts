/**
 * What one way of breaking the shop consists of. A fault is data: what it does to services and calls, what it makes
 * them say, which monitor notices, and the change behind it, if there is one.
 */
import type { CauseKind } from '../core/hypothesis.ts';
import type { LogLine, WorldMetric } from './world.ts';

/** On one service. Amounts are added; levels (`cpu`, `memory`, `disk`, `pool`, `certificateDays`) are moved towards. */
export type Effect = {
  readonly latencyMs?: number;
  readonly errorRatio?: number;
  readonly cpu?: number;
  readonly memory?: number;
  readonly disk?: number;
  readonly pool?: number;
  readonly certificateDays?: number;
  /** Per minute. */
  readonly restarts?: number;
  readonly throttled?: number;
};

/** On one edge of the call graph. `blocked`: failing calls never reach the callee. */
export type EdgeEffect = { readonly latencyMs?: number; readonly errorRatio?: number; readonly blocked?: boolean };

/** Text for one log line. `number(low, high)` and `word(...)` draw, the same each time the line is asked for. */
export type LineDice = {
  readonly number: (low: number, high: number) => number;
  readonly word: (...words: readonly string[]) => string;
  readonly requestId: string;
};

/** Lines a service writes while the fault lasts. */
export type Voice = {
  readonly service: string;
  readonly level: LogLine['level'];
  /** At full strength. */
  readonly perMinute: number;
  readonly says: (dice: LineDice) => string;
  /** Says nothing once people gave the service more replicas. */
  readonly quietOnceScaled?: true;
};

/** Replace the only occurrence of `find` in a file. `find` empty: the file is new. */
export type Edit = { readonly path: string; readonly find: string; readonly replace: string };

/** A pull request as its author wrote it, before it has a time and a number. */
export type PullScript = {
  readonly repository: string;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly branch: string;
  readonly edits: readonly Edit[];
  /** Services that CI deploys after the merge; none for documentation and tests. */
  readonly deploys: readonly string[];
};

type FlagScript = {
  readonly flag: string;
  readonly service: string;
  readonly title: string;
  readonly text: string;
};

type FaultChange =
  | { readonly type: 'pull'; readonly pull: PullScript; readonly liveMinutesBefore: number }
  | { readonly type: 'flag'; readonly flag: FlagScript; readonly minutesBefore: number };

/**
 * A workflow of the operations repository that people can run against a fault. `turns`: what these inputs do: end it,
 * bring it back, end it for a while, or nothing (another service, too little).
 */
export type Remedy = {
  readonly workflow: string;
  readonly turns: (inputs: {
    readonly [name: string]: string;
  }) => 'healthy' | 'faulty' | { againAfterMs: number } | null;
};

export type Fault = {
  /** Catalogue id at fault; null when nothing is wrong. */
  readonly entity: string | null;
  readonly kind: CauseKind | 'nothing-wrong';
  /** The first of these monitors that fires opens the incident. */
  readonly alertOn: readonly { readonly service: string; readonly metric: WorldMetric }[];
  /** From the first sign to full strength. */
  readonly rampMinutes: number;
  readonly effects: { readonly [service: string]: Effect };
  /** Keys are `from>to`. */
  readonly edgeEffects: { readonly [edge: string]: EdgeEffect };
  /** What builds up by itself, also before the onset (a disk that fills, memory that leaks). Stops when healed. */
  readonly creeping?: (minutesSinceOnset: number) => { readonly [service: string]: Effect };
  /** Traffic at the entry at full strength, in units of the daily peak, whatever the time of day. */
  readonly surgeTo?: number;
  /** Factor on calls per request at full strength, by edge. */
  readonly trafficMix?: { readonly [edge: string]: number };
  readonly voices: readonly Voice[];
  readonly change: FaultChange | null;
  /** Workflow runs that end it, beside the revert of its change. */
  readonly remedies: readonly Remedy[];
  /** A monitor that exists for this fault only: too tight, or watching a spike. */
  readonly nervous?: { readonly service: string; readonly metric: WorldMetric; readonly name: string };
  /** How many minutes in a row the monitor must be in violation before it tells people. Default 3. */
  readonly confirmMinutes?: number;
};

/** Builds one fault. Draws decide the variant; the same key gives the same fault. */
export type FaultMaker = (key: number) => Fault;

/** A fault that does nothing: spread it and say what differs. */
export const blankFault = {
  rampMinutes: 3,
  effects: {},
  edgeEffects: {},
  voices: [],
  change: null,
  remedies: [],
} as const satisfies Partial<Fault>;

export const latencyOf = (service: string) => ({ service, metric: 'latency_p95_ms' }) as const;
export const errorsOf = (service: string) => ({ service, metric: 'error_ratio' }) as const;

/** A workflow that heals when one input names the thing at fault, and cannot be taken back. */
export const onceOn = (workflow: string, input: string, target: string): Remedy => ({
  workflow,
  turns: (inputs) => (inputs[input] === target ? 'healthy' : null),
});

/** A workflow with a switch: one value heals, the other brings the trouble back. */
export const switchOn = (
  workflow: string,
  [input, target]: readonly [input: string, target: string],
  [setting, heals, undoes]: readonly [setting: string, heals: string, undoes: string],
): Remedy => ({
  workflow,
  turns: (inputs) => {
    if (inputs[input] !== target) return null;
    if (inputs[setting] === heals) return 'healthy';
    return inputs[setting] === undoes ? 'faulty' : null;
  },
});
