import type { Telemetry } from '../../src/rootcause/telemetry.ts';
import {
  type Case,
  changeOf,
  compose,
  diffOf,
  type Fault,
  minute,
  nowMs,
  onsetMs,
  step,
} from './synthetic-incident.ts';

/** Kinds of cause that no diff shows, each beside a real but innocent change of the failing service. */
const failing = (service: 'edge' | 'api' | 'ledger', level: number) => ({
  service,
  metric: 'error_ratio',
  value: step(level),
});
const alert = { service: 'edge', metric: 'error_ratio', threshold: 0.03 } as const;
const effects = [failing('edge', 0.12), failing('api', 0.2), failing('ledger', 0.35)];
const above = [
  { from: 'edge', to: 'api', errorRatio: 0.1 },
  { from: 'api', to: 'ledger', errorRatio: 0.17 },
];
const aboveLines = [
  {
    service: 'api',
    template: 'call to ledger failed with status <*>',
    sample: 'call to ledger failed with status 500',
  },
  { service: 'edge', template: 'upstream api answered <*>', sample: 'upstream api answered 500' },
];
const caption = 'services/ledger/src/caption.ts';
const bystander = changeOf({
  id: 'acme/core#7',
  service: 'ledger',
  atMs: onsetMs - 70 * minute,
  paths: [caption],
  diff: diffOf(caption, ["const caption = 'Sum';"], ["const caption = 'Total';"]),
});
const base = { effects, logs: aboveLines, edges: above, changes: [bystander], alert };

const eventOf = (event: Parameters<typeof changeOf>[0]) =>
  changeOf({ kind: 'config', repository: null, sha: null, pullNumber: null, atMs: onsetMs - 3 * minute, ...event });

export const kinds: { readonly [name: string]: Fault } = {
  'rows that an import left': {
    ...base,
    logs: [
      ...aboveLines,
      { template: 'statement <*> skipped: tariff must not be null', count: 44 },
      { level: 'info', template: 'bulk upload <*> accepted, <*> tariffs', count: 1, firstSeenMs: onsetMs - 2 * minute },
    ],
    expected: { entity: 'ledger', kind: 'data', change: null },
  },
  'a message that cannot be read': {
    ...base,
    logs: [...aboveLines, { template: 'unable to parse message partition <*> offset <*> : unexpected end of input' }],
    expected: { entity: 'ledger', kind: 'data', change: null },
  },
  'a host that was replaced': {
    ...base,
    edges: [...above, { from: 'ledger', to: 'ledger-store', errorRatio: 0.34, latencyMs: 300 }],
    logs: [...aboveLines, { template: 'connection reset by peer', count: 50 }],
    changes: [
      bystander,
      eventOf({ id: 'event:5', kind: 'infrastructure', service: 'ledger-store', title: 'Instance 2 was replaced' }),
    ],
    expected: { entity: 'ledger-store', kind: 'infrastructure', change: 'event:5' },
  },
  'a secret that was rotated': {
    ...base,
    edges: [...above, { from: 'ledger', to: 'ledger-store', errorRatio: 0.34 }],
    logs: [...aboveLines, { template: 'password authentication failed for user <*>', count: 60 }],
    changes: [bystander, eventOf({ id: 'event:6', service: 'ledger', title: 'Secret prod/db-login rotated' })],
    expected: { entity: 'ledger', kind: 'config-change', change: 'event:6' },
  },
  'a secret that was rotated where it is asked for': {
    ...base,
    logs: [...aboveLines, { template: 'password authentication failed for user <*>', count: 60 }],
    changes: [bystander, eventOf({ id: 'event:9', service: 'ledger-store', title: 'Password of role app rotated' })],
    expected: { entity: 'ledger-store', kind: 'config-change', change: 'event:9' },
  },
  'a credential that ran out': {
    ...base,
    logs: [...aboveLines, { template: 'request refused: access token has expired', count: 60 }],
    expected: { entity: 'ledger', kind: 'config-change', change: null },
  },
  'a cache that is full': {
    ...base,
    effects: [...effects, { service: 'ledger-store', metric: 'memory_ratio', value: () => 0.985 }],
    edges: [...above, { from: 'ledger', to: 'ledger-store', errorRatio: 0.34 }],
    logs: [
      ...aboveLines,
      { template: "write failed: OOM command not allowed when used memory > 'maxmemory'", count: 55 },
    ],
    expected: { entity: 'ledger-store', kind: 'resource-exhaustion', change: null },
  },
  'a store that changes hosts': {
    ...base,
    edges: [...above, { from: 'ledger', to: 'ledger-store', errorRatio: 0.34 }],
    logs: [...aboveLines, { template: "READONLY You can't write against a read only replica", count: 55 }],
    expected: { entity: 'ledger-store', kind: 'infrastructure', change: null },
  },
  'a switch that makes clients ask more': {
    ...base,
    effects: [
      { service: 'edge', metric: 'request_rate', value: (quiet, since) => (since >= -1 ? 4 * quiet : quiet) },
      { service: 'api', metric: 'request_rate', value: (quiet, since) => (since >= -1 ? 4 * quiet : quiet) },
      { service: 'ledger', metric: 'request_rate', value: (quiet, since) => (since >= -1 ? 4 * quiet : quiet) },
      { service: 'ledger', metric: 'latency_p95_ms', value: step(700) },
      { service: 'api', metric: 'latency_p95_ms', value: step(800) },
      { service: 'edge', metric: 'latency_p95_ms', value: step(900) },
    ],
    logs: [],
    edges: [
      { from: 'edge', to: 'api', latencyMs: 700 },
      { from: 'api', to: 'ledger', latencyMs: 600 },
    ],
    changes: [
      bystander,
      eventOf({
        id: 'event:8',
        kind: 'flag',
        service: 'edge',
        title: 'Flag live-prices on',
        atMs: onsetMs - 2 * minute,
      }),
    ],
    alert: { service: 'edge', metric: 'latency_p95_ms', threshold: 300 },
    expected: { entity: 'edge', kind: 'feature-flag', change: 'event:8' },
  },
  'a way out that loses calls': {
    ...base,
    effects: [...effects, { service: 'ledger', metric: 'latency_p95_ms', value: step(1_500) }],
    edges: [
      ...above,
      { from: 'ledger', to: 'ledger-store', errorRatio: 0.3, latencyMs: 900 },
      { from: 'ledger', to: 'bankline', errorRatio: 0.3, latencyMs: 900 },
    ],
    logs: [...aboveLines, { template: 'dial tcp <*> : i/o timeout', count: 50 }],
    expected: { entity: 'ledger', kind: 'network', change: null },
  },
};

export const kindNamed = (name: string, seed = 3): Case => {
  const fault = kinds[name];
  if (fault === undefined) throw new Error(`no kind ${name}`);
  return compose(seed, fault);
};

/** The same incident seen twenty minutes later, all of them well again. */
export function wellAgain(telemetry: Telemetry): Telemetry {
  const later = Array.from({ length: 20 }, (_, at) => nowMs + (at + 1) * minute);
  const series = telemetry.series.map((one) => {
    const early = one.points.filter(([atMs]) => atMs < onsetMs - 20 * minute);
    const back = later.map((atMs, at): [number, number] => [atMs, early[at]?.[1] ?? 0]);
    return { ...one, points: [...one.points, ...back] };
  });
  return { ...telemetry, series, window: { ...telemetry.window, toMs: nowMs + 20 * minute } };
}
