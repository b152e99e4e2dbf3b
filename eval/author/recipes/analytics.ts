import { pull } from '../services.ts';
import { after, climb, factor } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { plotlane } from '../systems/plotlane.ts';

const line = (level: string, event: string, rest: string): string =>
  `{"timestamp":"<time>","level":"${level}","event":"${event}",${rest},"pod":"<pod>"}`;

const planner = `def plan(query, table):
    parts = partitions(table, query.time_range)
    return Scan(table, parts, columns=query.columns, limit=query.limit)
`;

export const analytics: readonly Recipe[] = [
  {
    folder: 'tern-field',
    title: 'Events are refused on a Monday',
    system: plotlane,
    zero: '2026-11-16T05:58:00Z',
    alert: { service: 'ingest-api', metric: 'error_ratio', name: 'Ingest API: error rate is high' },
    effects: [
      { on: 'eventlog', what: 'disk', value: climb([-1_300, 0.71], [0, 0.995]) },
      { on: 'eventlog', what: 'errors', value: after(0, 0.44, { rise: 2 }) },
    ],
    says: [
      [
        'eventlog',
        'error',
        '[<time>] ERROR Error while appending records to events-<int:0-31> in dir /kafka/data (org.apache.kafka.storage): java.io.IOException: No space left on device',
        [0, 60, 5],
      ],
      [
        'ingest-api',
        'error',
        line('error', 'produce_failed', '"error":"KafkaStorageException","tenant":"t-<int:100-400>"'),
        [0, 60, 7],
      ],
    ],
    truth: {
      kind: 'resource-exhaustion',
      entity: 'eventlog',
      change: null,
      onset: 0,
      why: 'The disk of the event log filled over a day and is full; appends fail for both its users.',
      hardness: ['slow-burn'],
    },
  },
  {
    folder: 'umber-vale',
    title: 'Dashboards load for half a minute',
    system: plotlane,
    zero: '2026-11-12T09:41:00Z',
    alert: { service: 'dashboards', metric: 'latency_p95_ms', name: 'Dashboards: p95 latency is high', askedAfter: 5 },
    effects: [
      { on: 'query-engine', what: 'ms', value: after(0, 2_600, { rise: 3 }) },
      { on: 'query-engine', what: 'cpu', value: after(0, 0.88, { rise: 3 }) },
      { on: 'query-engine', what: 'memory', value: after(0, 0.79, { rise: 3 }) },
    ],
    files: { 'services/query-engine/planner.py': planner },
    pulls: [
      pull(
        [
          'query-engine: one plan for all tables',
          'Partition lookup is a special case that two tables do not have. Filter by time after the scan instead, simpler.',
          'rolf-e',
        ],
        [
          'services/query-engine/planner.py',
          '    parts = partitions(table, query.time_range)\n    return Scan(table, parts, columns',
          '    return Scan(table, all_parts(table), keep=in_range(query.time_range), columns',
        ],
        { deploys: ['query-engine'], live: -2 },
      ),
      pull(['dashboards: dark theme', 'Finally.', 'ana-c'], ['config/dashboards.yaml', 'theme: light', 'theme: auto'], {
        deploys: ['dashboards'],
        live: -0.5,
      }),
    ],
    says: [
      [
        'query-engine',
        'warn',
        line('warn', 'query_slow', '"ms":<int:2400-9000>,"scanned_mb":<int:4000-16000>,"parts":<int:700-2100>'),
        [0, 60, 7],
      ],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'query-engine',
      change: 'query-engine: one plan for all tables',
      onset: 0,
      why: 'Without partition pruning a query scans a hundred times more data; slow lines show the scanned parts from the rollout on.',
      hardness: ['distractor-elsewhere'],
    },
  },
  {
    folder: 'vine-cross',
    title: 'The front door is crowded',
    system: plotlane,
    zero: '2026-11-05T20:22:00Z',
    alert: { service: 'ingest-api', metric: 'latency_p95_ms', name: 'Ingest API: p95 latency is high' },
    effects: [
      { on: 'ingest-api', what: 'traffic', value: factor(-3, 3.8, { rise: 5 }) },
      { on: 'ingest-api', what: 'times', value: factor(0, 11, { rise: 5 }) },
      { on: 'ingest-api', what: 'cpu', value: after(-1, 0.97, { rise: 4 }) },
    ],
    says: [
      [
        'ingest-api',
        'warn',
        line('warn', 'queue_full', '"depth":<int:2000-9000>,"oldest_ms":<int:300-1800>'),
        [0, 60, 5],
      ],
      [
        'ingest-api',
        'info',
        line('info', 'batch_accepted', '"tenant":"t-233","events":500,"replay":true'),
        [-3, 60, 14],
      ],
    ],
    pulls: [
      pull(
        ['ingest-api: say the tenant in rejections', 'For support.', 'yuki-n'],
        ['services/ingest-api/reject.py', 'SAY_TENANT = False', 'SAY_TENANT = True'],
        { deploys: ['ingest-api'], live: -27 },
      ),
    ],
    files: { 'services/ingest-api/reject.py': 'SAY_TENANT = False\n' },
    truth: {
      kind: 'traffic-surge',
      entity: 'ingest-api',
      change: null,
      onset: -3,
      why: 'One tenant replays its history: four times the requests enter, and the service is slow because it is full.',
      hardness: ['distractor-same-service'],
    },
  },
  {
    folder: 'willow-keep',
    title: 'Empty panels',
    system: plotlane,
    zero: '2026-11-18T13:07:00Z',
    alert: { service: 'dashboards', metric: 'error_ratio', name: 'Dashboards: error rate is high' },
    effects: [{ on: 'dashboards', what: 'errors', value: after(0, 0.37, { rise: 2 }) }],
    pulls: [
      pull(
        ['dashboards: fail fast', 'Nobody waits thirty seconds for a panel.', 'ana-c'],
        ['config/dashboards.yaml', 'queryTimeoutMs: 30000', 'queryTimeoutMs: 150'],
        { deploys: ['dashboards'], live: -1 },
      ),
      pull(
        ['query-engine: quote commas in CSV', 'Bug 2210.', 'rolf-e'],
        ['services/query-engine/quote.py', 'QUOTE = False', 'QUOTE = True'],
        { deploys: ['query-engine'], live: -5 },
      ),
    ],
    files: { 'services/query-engine/quote.py': 'QUOTE = False\n' },
    says: [
      [
        'dashboards',
        'error',
        line('error', 'panel_failed', '"reason":"query timed out after 150 ms","panel":"<hex:6>"'),
        [0, 60, 9],
      ],
    ],
    truth: {
      kind: 'config-change',
      entity: 'dashboards',
      change: 'dashboards: fail fast',
      onset: 0,
      why: 'The timeout was cut from 30 s to 150 ms; the query engine is as fast as before, but its usual answer takes longer than that.',
      hardness: ['distractor-elsewhere'],
    },
  },
  {
    folder: 'yarrow-mill',
    title: 'Slow queries and nothing to look at',
    system: plotlane,
    zero: '2026-11-13T18:16:00Z',
    missing: [
      { vendor: 'datadog', how: 'unreachable' },
      { vendor: 'cloudwatch', how: 'forbidden' },
      { vendor: 'github', how: 'forbidden' },
    ],
    withoutCalls: true,
    alert: { service: 'query-engine', metric: 'latency_p95_ms', name: 'Query engine: p95 latency is high' },
    effects: [{ on: 'query-engine', what: 'ms', value: after(0, 480, { rise: 4 }) }],
    truth: {
      kind: 'cannot-tell',
      entity: null,
      change: null,
      onset: 0,
      why: 'Only the latency itself can be seen: no logs, no traces, no code host, and no resource that moved. The warehouse, a change or the queries themselves would look the same.',
      hardness: ['cannot-tell', 'missing-data', 'no-traces'],
    },
  },
  {
    folder: 'zinc-harbour',
    title: 'Reports page at night',
    system: plotlane,
    zero: '2026-11-15T02:25:00Z',
    alert: {
      service: 'scheduler',
      metric: 'error_ratio',
      name: 'Report scheduler: error rate is high',
      threshold: 0.05,
      firesAt: 3,
      askedAfter: 6,
    },
    effects: [
      { on: 'scheduler', what: 'traffic', value: factor(-200, 0.02) },
      { on: 'scheduler', what: 'errors', value: (minute) => (minute === 0 ? 0.5 : 0) },
    ],
    says: [
      [
        'scheduler',
        'warn',
        line('warn', 'report_skipped', '"report":"r-4410","reason":"recipient left the workspace"'),
        [0, 1, 1],
      ],
    ],
    truth: {
      kind: 'nothing-wrong',
      entity: null,
      change: null,
      alternates: [{ kind: 'monitor-fault', entity: 'scheduler', change: null }],
      onset: null,
      why: 'At a few requests an hour one skipped report is half of a minute. A ratio over almost nothing fired the monitor; no report was lost.',
      hardness: ['healthy'],
    },
  },
  {
    folder: 'basalt-row',
    title: 'Warehouse loads fail after a credential was replaced',
    system: plotlane,
    zero: '2026-11-20T10:44:00Z',
    alert: { service: 'pipeline', metric: 'error_ratio', name: 'Event pipeline: error rate is high' },
    effects: [{ on: 'pipeline>warehouse', what: 'errors', value: after(0, 0.9) }],
    events: [
      {
        at: -0.7,
        title: 'Secret pipeline/warehouse-key rotated',
        text: 'New version 14 of pipeline/warehouse-key is active in prod; version 13 was revoked.',
        service: 'pipeline',
        changeType: 'configuration',
      },
    ],
    says: [
      [
        'pipeline',
        'error',
        line(
          'error',
          'load_failed',
          '"warehouse":"icefield","status":401,"message":"JWT token is invalid: signing key not registered for user LOADER"',
        ),
        [0, 60, 8],
      ],
    ],
    truth: {
      kind: 'config-change',
      entity: 'pipeline',
      change: 'Secret pipeline/warehouse-key rotated',
      alternates: [{ kind: 'certificate', entity: 'pipeline', change: 'Secret pipeline/warehouse-key rotated' }],
      onset: 0,
      why: 'The key was rotated and its new half is not registered at the warehouse: 401 from that minute on, only for the service that uses the key.',
      hardness: ['plain'],
    },
  },
];
