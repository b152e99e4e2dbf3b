/** Internet of things: devices connect over MQTT, readings are stored and judged by rules. Rust and Elixir. */
import { code, external, pull, store } from '../services.ts';
import type { SystemSketch } from '../sketch.ts';

const rust = (level: string, target: string, text: string): string => `<time> ${level} ${target}: ${text}`;

export const sensora: SystemSketch = {
  name: 'sensora',
  owner: 'fleet',
  repository: 'sensora/fleet',
  folderOf: (service) => `crates/${service}/`,
  callFails: (to) =>
    rust(
      'ERROR',
      'client',
      `request to ${to} failed error=<pick:status 503|status 500|deadline elapsed|connection reset> id=<request>`,
    ),
  services: [
    code('mqtt-bridge', 'MQTT bridge', {
      tier: 1,
      pods: 6,
      ms: 15,
      enters: 300,
      memory: 0.56,
      certificateDays: 39,
      calls: { 'device-registry': [0.1, 0.4, 0.6], ingest: [0.9, 0.7, 0.8] },
      says: [['info', rust('INFO', 'bridge::session', 'session up device=<hex:10> keepalive=<pick:30|60>'), 4]],
    }),
    code('device-registry', 'Device registry', {
      tier: 1,
      pods: 3,
      ms: 20,
      logs: 'cloudwatch',
      pool: 0.3,
      calls: { 'registry-db': [1.2, 1, 1], 'device-cache': [1, 0.5, 0.3] },
      says: [['info', '<clock>.<int:100-999> [info] device <hex:10> authorised model=<pick:S2|S3|G1>', 3]],
    }),
    code('ingest', 'Reading ingest', {
      tier: 1,
      pods: 6,
      ms: 18,
      logs: 'cloudwatch',
      cpu: 0.44,
      calls: { tsdb: [1, 1, 1], rules: [0.5, 0.1, 0.05] },
      says: [
        ['info', rust('INFO', 'ingest::write', 'wrote points=<int:400-2000> shard=<int:0-15> took=<int:4-30>ms'), 4],
      ],
    }),
    code('rules', 'Rules engine', {
      tier: 2,
      pods: 4,
      ms: 30,
      cpu: 0.46,
      calls: { alarms: [0.05, 0.1, 0.1], tsdb: [0.3, 0.4, 0.5] },
      says: [
        ['info', rust('INFO', 'rules::eval', 'evaluated rules=<int:200-400> device=<hex:10> took=<int:8-50>ms'), 4],
      ],
    }),
    code('alarms', 'Alarm delivery', {
      tier: 1,
      pods: 2,
      ms: 22,
      throttled: true,
      enters: 2,
      calls: { smswire: [1, 0.9, 1] },
      says: [['info', '<clock>.<int:100-999> [info] alarm delivered channel=sms id=<hex:8>', 2]],
    }),
    code('fleet-web', 'Fleet console', {
      tier: 2,
      pods: 3,
      ms: 50,
      enters: 12,
      calls: { 'device-registry': [1, 0.5, 0.7], tsdb: [1.5, 0.8, 0.8] },
      says: [['info', '<clock>.<int:100-999> [info] GET /devices/<hex:6> Sent 200 in <int:40-200>ms', 3]],
    }),
    store('tsdb', 'Time-series database (self-run on a volume)', {
      tier: 1,
      ms: 9,
      disk: 0.63,
      says: [
        [
          'info',
          '{"level":"info","ts":"<time>","msg":"compaction done","shard":<int:0-15>,"took_ms":<int:400-3000>}',
          0.6,
        ],
      ],
    }),
    store('registry-db', 'Registry database (managed PostgreSQL)', { says: [] }),
    store('device-cache', 'Device cache (managed Redis)', { ms: 1.3, says: [] }),
    external('smswire', 'Smswire (text messages)', { ms: 190 }),
  ],
  files: {
    'README.md': '# Fleet\n\nRust crates and one Elixir app. `packs/` holds rule packs.\n',
    'packs/cold-chain.yaml':
      'pack: cold-chain\nversion: 12\nrules:\n  - when: temperature > 8\n    for: 10m\n    raise: warm\n',
    'crates/mqtt-bridge/src/limits.rs':
      'pub const MAX_SESSIONS: usize = 60_000;\npub const KEEPALIVE_SECS: u64 = 60;\n',
    'crates/fleet-web/locale.exs': '%{greeting: "Fleet", empty: "No devices yet"}\n',
    'crates/alarms/src/text.rs': 'pub fn text(device: &str) -> String {\n    format!("Alarm at {device}")\n}\n',
    'crates/ingest/README.md': '# ingest\n\nSixteen shards, points ordered by device.\n',
    'crates/device-registry/models.exs': '[s2: 2019, s3: 2022, g1: 2024]\n',
  },
  chores: [
    pull(
      ['fleet-web: kinder empty list', 'Copy.', 'tova-b'],
      ['crates/fleet-web/locale.exs', 'No devices yet', 'No devices yet. Add the first one'],
      { deploys: ['fleet-web'] },
    ),
    pull(
      ['alarms: say "reported by"', 'Legal wants no promise.', 'juno-w'],
      ['crates/alarms/src/text.rs', 'Alarm at {device}', 'Alarm reported by {device}'],
      { deploys: ['alarms'] },
    ),
    pull(
      ['ingest: document shards', 'Docs.', 'karl-z'],
      ['crates/ingest/README.md', 'ordered by device.', 'ordered by device and time.'],
      { deploys: [] },
    ),
    pull(
      ['device-registry: model G2', 'Ships in spring.', 'tova-b'],
      ['crates/device-registry/models.exs', 'g1: 2024]', 'g1: 2024, g2: 2027]'],
      { deploys: ['device-registry'] },
    ),
    pull(
      ['cold-chain pack: warm after eight minutes', 'Customer 88.', 'juno-w'],
      ['packs/cold-chain.yaml', 'for: 10m', 'for: 8m'],
      { deploys: ['rules'] },
    ),
    pull(
      ['README: where packs come from', 'Docs.', 'karl-z'],
      ['README.md', '`packs/` holds rule packs.', '`packs/` holds rule packs, written by customers and reviewed here.'],
      { deploys: [] },
    ),
  ],
};
