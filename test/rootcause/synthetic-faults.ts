import { changeOf, diffOf, type Fault, minute, onsetMs, step } from './synthetic-incident.ts';

const slow = (service: 'edge' | 'api' | 'ledger' | 'ledger-store', level: number) => ({
  service,
  metric: 'latency_p95_ms',
  value: step(level),
});
const failing = (service: 'edge' | 'api' | 'ledger' | 'ledger-store', level: number) => ({
  service,
  metric: 'error_ratio',
  value: step(level),
});

const alertOnEdge = { service: 'edge', metric: 'error_ratio', threshold: 0.03 } as const;
const spread = [failing('edge', 0.12), failing('api', 0.2), failing('ledger', 0.35)];
const spreadEdges = [
  { from: 'edge', to: 'api', errorRatio: 0.1 },
  { from: 'api', to: 'ledger', errorRatio: 0.17 },
];
const callerLines = [
  {
    service: 'api',
    template: 'call to ledger failed with status <*>',
    sample: 'call to ledger failed with status 500',
  },
  { service: 'edge', template: 'upstream api answered <*>', sample: 'upstream api answered 502' },
];
const base = { effects: spread, logs: callerLines, edges: spreadEdges, changes: [], alert: alertOnEdge };
/** A real change of the failing service, an hour old, that has nothing to do with the failure. */
const bystander = changeOf({
  id: 'acme/core#7',
  service: 'ledger',
  atMs: onsetMs - 20 * minute,
  paths: ['services/ledger/src/statement.ts'],
  diff: diffOf('services/ledger/src/statement.ts', ["const title = 'Statement';"], ["const title = 'Your statement';"]),
});

const source = 'services/ledger/src/settle.ts';
const settings = 'config/ledger.yaml';

/** One fault per failure class; every one has the bystander or a stronger decoy. */
export const faults: { readonly [name: string]: Fault } = {
  'bad deploy': {
    ...base,
    logs: [
      ...callerLines,
      { template: "TypeError: Cannot read properties of undefined (reading 'settledAmount')", count: 60 },
    ],
    changes: [
      bystander,
      changeOf({
        id: 'acme/core#8',
        service: 'ledger',
        paths: [source],
        diff: diffOf(source, ['  return entry.amount;'], ['  return entry.settlement.settledAmount;']),
      }),
    ],
    expected: { entity: 'ledger', kind: 'bad-deploy', change: 'acme/core#8' },
  },
  'pool set too small': {
    ...base,
    effects: [
      ...spread,
      slow('ledger', 1800),
      slow('api', 1900),
      { service: 'ledger', metric: 'pool_ratio', value: step(0.99) },
    ],
    logs: [...callerLines, { template: 'timeout acquiring a connection from the pool', count: 50 }],
    changes: [
      bystander,
      changeOf({ id: 'acme/core#8', paths: [settings], diff: diffOf(settings, ['  poolMax: 40'], ['  poolMax: 4']) }),
    ],
    expected: { entity: 'ledger', kind: 'config-change', change: 'acme/core#8' },
  },
  'feature flag': {
    ...base,
    logs: [...callerLines, { template: 'instant payout rejected: no route', count: 45 }],
    changes: [
      bystander,
      changeOf({
        id: 'event:77',
        kind: 'flag',
        service: 'ledger',
        sha: null,
        atMs: onsetMs - minute,
        title: 'Flag instant-payout turned on for everybody',
      }),
    ],
    expected: { entity: 'ledger', kind: 'feature-flag', change: 'event:77' },
  },
  'memory leak': {
    ...base,
    effects: [
      ...spread,
      slow('ledger', 700),
      {
        service: 'ledger',
        metric: 'memory_ratio',
        value: (quiet, since) => Math.min(0.97, quiet + 0.006 * Math.max(0, since + 75)),
      },
      {
        service: 'ledger',
        metric: 'restart_count',
        value: (_, since) => (since >= 0 && Math.round(since) % 2 === 0 ? 1 : 0),
      },
    ],
    logs: [...callerLines, { template: 'process was OOMKilled', count: 6 }],
    changes: [
      changeOf({
        id: 'acme/core#8',
        service: 'ledger',
        atMs: onsetMs - 80 * minute,
        paths: [source],
        diff: diffOf(source, [], ['const remembered = new Map();', '  remembered.set(entry.id, entry);']),
      }),
      bystander,
    ],
    expected: { entity: 'ledger', kind: 'bad-deploy', change: 'acme/core#8' },
  },
  'provider outage': {
    ...base,
    edges: [...spreadEdges, { from: 'ledger', to: 'bankline', errorRatio: 0.5, latencyMs: 4_000 }],
    logs: [...callerLines, { template: 'bankline: 503 service unavailable', count: 70 }],
    changes: [bystander],
    expected: { entity: 'bankline', kind: 'dependency-failure', change: null },
  },
  'expired certificate': {
    ...base,
    edges: [...spreadEdges, { from: 'ledger', to: 'bankline', errorRatio: 0.6 }],
    logs: [...callerLines, { template: 'bankline handshake failed: certificate has expired', count: 70 }],
    changes: [bystander],
    expected: { entity: 'bankline', kind: 'certificate', change: null },
  },
  'quota used up': {
    ...base,
    effects: [...spread, { service: 'ledger', metric: 'restart_count', value: () => 0 }],
    edges: [...spreadEdges, { from: 'ledger', to: 'bankline', errorRatio: 0.4 }],
    logs: [...callerLines, { template: 'bankline answered 429 too many requests', count: 70 }],
    changes: [bystander],
    expected: { entity: 'bankline', kind: 'quota', change: null },
  },
  'names do not resolve': {
    ...base,
    edges: [...spreadEdges, { from: 'ledger', to: 'ledger-store', errorRatio: 0.4 }],
    logs: [
      ...callerLines,
      { template: 'getaddrinfo ENOTFOUND ledger-store.internal', count: 40 },
      { template: 'getaddrinfo ENOTFOUND bankline.example', count: 30 },
    ],
    changes: [bystander],
    expected: { entity: 'ledger', kind: 'network', change: null },
  },
  'disk full': {
    ...base,
    effects: [
      ...spread,
      {
        service: 'ledger-store',
        metric: 'disk_ratio',
        value: (_, since) => Math.min(0.995, 0.9 + 0.0012 * (since + 111)),
      },
    ],
    edges: [...spreadEdges, { from: 'ledger', to: 'ledger-store', errorRatio: 0.4 }],
    logs: [
      ...callerLines,
      { service: 'ledger-store', template: 'could not extend file: no space left on device', count: 40 },
    ],
    changes: [bystander],
    expected: { entity: 'ledger-store', kind: 'resource-exhaustion', change: null },
  },
  'traffic surge': {
    ...base,
    alert: { service: 'edge', metric: 'latency_p95_ms', threshold: 300 },
    effects: [
      ...(['edge', 'api', 'profile', 'ledger', 'ledger-store'] as const).flatMap((service) => [
        { service, metric: 'request_rate', value: step(330) },
        { service, metric: 'cpu_ratio', value: step(0.9) },
      ]),
      slow('edge', 900),
      slow('api', 700),
      slow('ledger', 500),
    ],
    logs: [],
    changes: [bystander],
    expected: { entity: 'edge', kind: 'traffic-surge', change: null },
  },
  'nothing at all': { ...base, effects: [], logs: [], edges: [], changes: [bystander], expected: null },
  'one spike': {
    ...base,
    effects: [{ ...failing('edge', 0), value: (quiet, since) => (since >= 0 && since < 2 ? 0.09 : quiet) }],
    logs: [],
    edges: [],
    changes: [bystander],
    expected: null,
  },
};
