/** Analytics as a service: events stream in, queries run over them. Python and Rust. */
import { code, external, pull, store } from '../services.ts';
import type { SystemSketch } from '../sketch.ts';

const json = (level: string, event: string, rest = ''): string =>
  `{"timestamp":"<time>","level":"${level}","event":"${event}"${rest === '' ? '' : `,${rest}`},"pod":"<pod>"}`;

export const plotlane: SystemSketch = {
  name: 'plotlane',
  owner: 'data-plane',
  repository: 'plotlane/cloud',
  folderOf: (service) => `services/${service}/`,
  callFails: (to) =>
    json('error', 'upstream_error', `"upstream":"${to}","status":<pick:500|502|503|504>,"ms":<int:30-3000>`),
  services: [
    code('ingest-api', 'Ingest API', {
      tier: 1,
      pods: 8,
      ms: 12,
      enters: 420,
      cpu: 0.4,
      certificateDays: 71,
      calls: { eventlog: [1, 1, 1], tenants: [0.05, 0.05, 0.1] },
      says: [['info', json('info', 'batch_accepted', '"tenant":"t-<int:100-400>","events":<int:20-500>'), 5]],
    }),
    code('pipeline', 'Event pipeline', {
      tier: 1,
      pods: 6,
      ms: 60,
      enters: 60,
      logs: 'cloudwatch',
      memory: 0.58,
      calls: { eventlog: [1, 0.5, 1], warehouse: [0.3, 0.4, 0.8] },
      says: [['info', json('info', 'batch_written', '"rows":<int:2000-9000>,"ms":<int:40-180>'), 3]],
    }),
    code('dashboards', 'Dashboards', {
      tier: 1,
      pods: 4,
      ms: 35,
      enters: 40,
      calls: { 'query-engine': [2, 0.8, 0.8], tenants: [0.5, 0.2, 0.4] },
      says: [['info', json('info', 'request', '"path":"/d/<hex:6>","status":200,"ms":<int:60-600>'), 4]],
    }),
    code('query-engine', 'Query engine', {
      tier: 1,
      pods: 6,
      ms: 140,
      cpu: 0.52,
      memory: 0.6,
      logs: 'cloudwatch',
      calls: { warehouse: [1.2, 0.7, 0.9], 'result-cache': [1, 0.3, 0.1] },
      says: [
        ['info', json('info', 'query_done', '"ms":<int:40-500>,"rows":<int:10-9000>,"scanned_mb":<int:5-90>'), 4],
        ['warn', json('warn', 'query_slow', '"ms":<int:900-1400>,"scanned_mb":<int:120-300>'), 0.3],
      ],
    }),
    code('tenants', 'Tenants', {
      pods: 3,
      ms: 15,
      pool: 0.26,
      calls: { 'meta-db': [1.5, 1, 1] },
      says: [['info', json('info', 'tenant_loaded', '"tenant":"t-<int:100-400>"'), 2]],
    }),
    code('scheduler', 'Report scheduler', {
      tier: 3,
      pods: 2,
      ms: 25,
      enters: 4,
      calls: { 'query-engine': [1, 0.3, 0.5], 'meta-db': [1, 0.6, 0.9] },
      says: [['info', json('info', 'report_sent', '"report":"r-<int:1000-9000>"'), 1]],
    }),
    store('eventlog', 'Event log (managed Kafka)', {
      tier: 1,
      ms: 5,
      disk: 0.57,
      says: [
        [
          'info',
          '[<time>] INFO [Log partition=events-<int:0-31>] Rolled new log segment at offset <int:100000-999999>',
          0.4,
        ],
      ],
    }),
    store('meta-db', 'Metadata database (managed MySQL)', {
      says: [['info', '<time> [Note] InnoDB: page_cleaner: 1000ms intended loop took <int:1001-1100>ms', 0.1]],
    }),
    store('result-cache', 'Result cache (managed Redis)', { ms: 1.4, says: [] }),
    external('warehouse', 'Icefield (column warehouse)', { ms: 95 }),
  ],
  files: {
    'README.md': '# Plotlane cloud\n\n`services/` holds what runs, `config/` how. Both roll out on merge.\n',
    'config/dashboards.yaml': 'dashboards:\n  queryTimeoutMs: 30000\n  panels: 24\n  theme: light\n',
    'config/pipeline.yaml': 'pipeline:\n  batchRows: 5000\n  lingerMs: 500\n  workers: 12\n',
    'services/tenants/plans.py':
      'PLANS = {\n    "starter": 1_000_000,\n    "team": 20_000_000,\n    "scale": 500_000_000,\n}\n',
    'services/scheduler/mail.py': 'SUBJECT = "Your Plotlane report"\nHOUR = 7\n',
    'services/query-engine/formats.py':
      'def as_csv(rows):\n    return "\\n".join(",".join(map(str, row)) for row in rows)\n',
    'services/ingest-api/README.md': '# Ingest API\n\nAccepts batches of up to 500 events.\n',
  },
  chores: [
    pull(
      ['dashboards: thirty panels', 'Two customers hit the limit.', 'ana-c'],
      ['config/dashboards.yaml', 'panels: 24', 'panels: 30'],
      { deploys: ['dashboards'] },
    ),
    pull(
      ['tenants: starter plan gets two million events', 'Pricing page went live.', 'rolf-e'],
      ['services/tenants/plans.py', '1_000_000', '2_000_000'],
      { deploys: ['tenants'] },
    ),
    pull(
      ['scheduler: reports leave at six', 'Asked for by EMEA.', 'yuki-n'],
      ['services/scheduler/mail.py', 'HOUR = 7', 'HOUR = 6'],
      { deploys: ['scheduler'] },
    ),
    pull(
      ['query-engine: CSV ends with a newline', 'Excel complains.', 'ana-c'],
      ['services/query-engine/formats.py', 'for row in rows)\n', 'for row in rows) + "\\n"\n'],
      { deploys: ['query-engine'] },
    ),
    pull(
      ['ingest-api: document batch size', 'Docs.', 'yuki-n'],
      ['services/ingest-api/README.md', 'up to 500 events', 'up to 500 events or 1 MB'],
      { deploys: [] },
    ),
    pull(
      ['pipeline: linger a little longer', 'Fewer small files.', 'rolf-e'],
      ['config/pipeline.yaml', 'lingerMs: 500', 'lingerMs: 650'],
      { deploys: ['pipeline'] },
    ),
  ],
};
