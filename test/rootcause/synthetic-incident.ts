/** Hand-made telemetry of one small system, independent of the lab: one failure class at a time, with decoys. */
import type { CauseKind } from '../../src/core/hypothesis.ts';
import type { ChangeEvent, EdgeStat, LogTemplate, Series, Telemetry } from '../../src/rootcause/telemetry.ts';

export const minute = 60_000;
export const nowMs = Date.UTC(2026, 10, 12, 14, 0);

/** Mulberry32: a seeded stream of numbers from 0 to 1. */
export function seededStream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `edge` calls everything else in a chain: edge -> api -> ledger -> ledger-store, and ledger -> bankline (external). */
const services = ['edge', 'api', 'profile', 'ledger', 'ledger-store', 'bankline'] as const;
type ServiceId = (typeof services)[number];
const calls: readonly (readonly [ServiceId, ServiceId])[] = [
  ['edge', 'api'],
  ['edge', 'profile'],
  ['api', 'ledger'],
  ['api', 'profile'],
  ['ledger', 'ledger-store'],
  ['ledger', 'bankline'],
];

type Effect = {
  readonly service: ServiceId;
  readonly metric: string;
  /** Value once the fault is on, from the usual value and minutes since the onset. */
  readonly value: (usual: number, sinceMinutes: number) => number;
};

export type Case = {
  readonly telemetry: Telemetry;
  readonly expected: { readonly entity: string; readonly kind: CauseKind; readonly change: string | null } | null;
};

export type Fault = {
  readonly effects: readonly Effect[];
  readonly logs: readonly Partial<LogTemplate>[];
  readonly edges: readonly Partial<EdgeStat>[];
  readonly changes: readonly Partial<ChangeEvent>[];
  readonly alert: { readonly service: ServiceId; readonly metric: string; readonly threshold: number };
  readonly expected: Case['expected'];
};

const usual: { readonly [metric: string]: number } = {
  latency_p95_ms: 90,
  error_ratio: 0.006,
  request_rate: 120,
  cpu_ratio: 0.35,
  memory_ratio: 0.5,
  disk_ratio: 0.4,
  pool_ratio: 0.3,
  restart_count: 0,
};

const afterOnsetMinutes = 9;
export const onsetMs = nowMs - afterOnsetMinutes * minute;

/** Lays a fault over two quiet hours, with decoy changes: a docs-only one, an unrelated one and a late one. */
export function compose(seed: number, fault: Fault): Case {
  const dice = seededStream(seed);
  const { alert } = fault;
  const telemetry: Telemetry = {
    alert: { ...alert, comparator: '>', triggeredAtMs: nowMs - 4 * minute },
    window: { fromMs: nowMs - 120 * minute, toMs: nowMs },
    services: services.map((id) => ({ id, external: id === 'bankline' })),
    edges: calls.map(([from, to]) => ({ from, to })),
    series: services
      .filter((id) => id !== 'bankline')
      .flatMap((service) => Object.keys(usual).map((metric) => quietSeries({ service, metric, fault, dice }))),
    logs: [...quietLogs(dice), ...fault.logs.map(logOf)],
    edgeStats: calls.map(([from, to]) => edgeOf(from, to, fault)),
    changes: [...fault.changes.map(changeOf), ...decoys(dice)],
  };
  return { telemetry, expected: fault.expected };
}

type Quiet = {
  readonly service: ServiceId;
  readonly metric: string;
  readonly fault: Fault;
  readonly dice: () => number;
};

function quietSeries({ service, metric, fault, dice }: Quiet): Series {
  const level = (usual[metric] ?? 1) * (0.8 + 0.4 * dice());
  const effect = fault.effects.find((one) => one.service === service && one.metric === metric);
  const points = Array.from({ length: 120 }, (_, at): [number, number] => {
    const atMs = nowMs - (120 - at) * minute;
    const noise = 1 + 0.06 * (dice() + dice() + dice() - 1.5);
    const since = (atMs - onsetMs) / minute;
    const value = effect === undefined ? level : effect.value(level, since);
    return [atMs, value * noise];
  });
  return { service, metric, points };
}

/** From the onset on, a new level. */
export const step =
  (level: number): Effect['value'] =>
  (quiet, since) =>
    since >= 0 ? level : quiet;

const logOf = (log: Partial<LogTemplate>): LogTemplate => ({
  service: 'ledger',
  template: 'something failed',
  level: 'error',
  count: 40,
  baselineCount: 0,
  firstSeenMs: onsetMs + 5_000,
  sample: log.template ?? 'something failed',
  ...log,
});

const quietLogs = (dice: () => number): readonly LogTemplate[] =>
  services.flatMap((service) => {
    const count = 100 + Math.floor(40 * dice());
    return [
      logOf({ service, level: 'info', template: 'handled <*> in <*> ms', count, baselineCount: count + 5 }),
      logOf({
        service,
        template: 'retry after a hiccup',
        count: 3,
        baselineCount: 4,
        firstSeenMs: nowMs - 100 * minute,
      }),
    ];
  });

function edgeOf(from: string, to: string, fault: Fault): EdgeStat {
  const quiet = { from, to, latencyMs: 60, baselineLatencyMs: 58, errorRatio: 0.006, baselineErrorRatio: 0.006 };
  return { ...quiet, ...fault.edges.find((edge) => edge.from === from && edge.to === to) };
}

export const changeOf = (change: Partial<ChangeEvent>): ChangeEvent => ({
  id: 'acme/core#1',
  kind: 'pull-request',
  service: null,
  atMs: onsetMs - 12 * minute,
  title: 'Change something',
  repository: 'acme/core',
  sha: change.id ?? 'acme/core#1',
  pullNumber: 1,
  paths: [],
  diff: '',
  ...change,
});

function decoys(dice: () => number): readonly ChangeEvent[] {
  const path = 'services/ledger/README.md';
  return [
    changeOf({
      id: 'acme/core#90',
      service: 'ledger',
      atMs: onsetMs - (1 + 4 * dice()) * minute,
      paths: [path],
      diff: diffOf(path, ['Run it with npm start.'], ['Run it with npm run dev.']),
    }),
    changeOf({
      id: 'acme/core#91',
      service: 'profile',
      atMs: onsetMs - (2 + 10 * dice()) * minute,
      paths: ['services/profile/src/avatar.ts'],
      diff: diffOf('services/profile/src/avatar.ts', ['const edge = 64;'], ['const edge = 96;']),
    }),
    changeOf({
      id: 'acme/core#92',
      service: 'ledger',
      atMs: onsetMs + 3 * minute,
      paths: ['services/ledger/src/late.ts'],
    }),
  ];
}

/** A unified diff of one hunk. */
export function diffOf(path: string, removed: readonly string[], added: readonly string[]): string {
  const lines = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
  return [`--- a/${path}`, `+++ b/${path}`, '@@ -1,3 +1,3 @@', ...lines].join('\n');
}
