import { pull } from '../services.ts';
import { after, climb, factor } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { sensora } from '../systems/sensora.ts';

const rust = (level: string, target: string, text: string): string => `<time> ${level} ${target}: ${text}`;

export const fleet: readonly Recipe[] = [
  {
    folder: 'hazel-drift',
    title: 'Rules take seconds',
    system: sensora,
    zero: '2026-11-11T07:29:00Z',
    alert: { service: 'rules', metric: 'latency_p95_ms', name: 'Rules engine: p95 latency is high' },
    effects: [
      { on: 'rules', what: 'ms', value: after(0, 1_400, { rise: 3 }) },
      { on: 'rules', what: 'cpu', value: after(0, 0.99, { rise: 2 }) },
    ],
    files: {
      'packs/harbour.yaml':
        "pack: harbour\nversion: 4\nrules:\n  - when: label matches '^[a-z]+-[0-9]+$'\n    raise: berth\n",
    },
    pulls: [
      pull(
        ['harbour pack: labels with several parts', 'Customer 31 names berths like a-b-c-14.', 'juno-w'],
        ['packs/harbour.yaml', "'^[a-z]+-[0-9]+$'", "'^([a-z]+-?)+[0-9]*x$'"],
        { deploys: ['rules'], live: -1 },
      ),
      pull(
        ['alarms: say the site', 'Support.', 'tova-b'],
        ['crates/alarms/src/text.rs', 'Alarm at {device}', 'Alarm on site, device {device}'],
        { deploys: ['alarms'], live: -6 },
      ),
    ],
    chores: 3,
    says: [
      [
        'rules',
        'warn',
        rust('WARN', 'rules::eval', 'pattern of pack=harbour took=<int:900-2600>ms label_len=<int:28-60>'),
        [0, 60, 7],
      ],
    ],
    truth: {
      kind: 'config-change',
      entity: 'rules',
      change: 'harbour pack: labels with several parts',
      alternates: [{ kind: 'bad-deploy', entity: 'rules', change: 'harbour pack: labels with several parts' }],
      onset: 0,
      why: 'The new pattern backtracks without end on long labels: CPU is full and the slow lines name the pack.',
      hardness: ['distractor-elsewhere'],
    },
  },
  {
    folder: 'ivory-strand',
    title: 'Readings are lost in the night',
    system: sensora,
    zero: '2026-11-16T01:15:00Z',
    alert: { service: 'ingest', metric: 'error_ratio', name: 'Reading ingest: error rate is high' },
    effects: [
      { on: 'tsdb', what: 'disk', value: climb([-1_100, 0.66], [-1, 0.995]) },
      { on: 'tsdb', what: 'errors', value: after(0, 0.6, { rise: 2 }) },
    ],
    says: [
      [
        'tsdb',
        'error',
        '{"level":"error","ts":"<time>","msg":"write failed","shard":<int:0-15>,"err":"write /data/wal/<hex:6>: no space left on device"}',
        [0, 60, 6],
      ],
      [
        'tsdb',
        'warn',
        '{"level":"warn","ts":"<time>","msg":"compaction skipped, not enough free space","shard":<int:0-15>}',
        [-90, 60, 1],
      ],
    ],
    pulls: [
      pull(
        ['ingest: say the shard when a write is slow', 'Small thing.', 'karl-z'],
        ['crates/ingest/src/slow.rs', 'SAY: bool = false', 'SAY: bool = true'],
        { deploys: ['ingest'], live: -55 },
      ),
    ],
    files: { 'crates/ingest/src/slow.rs': 'pub const SAY: bool = false;\n' },
    truth: {
      kind: 'resource-exhaustion',
      entity: 'tsdb',
      change: null,
      onset: 0,
      why: 'The volume of the database filled over eighteen hours, compaction gave up first, then writes.',
      hardness: ['slow-burn', 'distractor-elsewhere'],
    },
  },
  {
    folder: 'juniper-lock',
    title: 'A third of the devices flaps',
    system: sensora,
    zero: '2026-11-18T03:52:00Z',
    alert: { service: 'mqtt-bridge', metric: 'error_ratio', name: 'MQTT bridge: error rate is high' },
    effects: [
      { on: 'mqtt-bridge>ingest', what: 'errors', value: after(0, 0.3, { rise: 2 }) },
      { on: 'mqtt-bridge>ingest', what: 'ms', value: after(0, 240) },
      { on: 'mqtt-bridge>device-registry', what: 'errors', value: after(0, 0.32, { rise: 2 }) },
    ],
    says: [
      [
        'mqtt-bridge',
        'error',
        rust(
          'ERROR',
          'bridge::net',
          'connect 10.20.<int:0-3>.<int:2-250>:7400 failed: No route to host (os error 113) zone=b',
        ),
        [0, 60, 8],
      ],
      [
        'mqtt-bridge',
        'warn',
        rust('WARN', 'bridge::net', 'packet loss <int:20-45>% between zone a and zone b'),
        [0, 60, 2],
      ],
    ],
    truth: {
      kind: 'network',
      entity: 'mqtt-bridge',
      change: null,
      alternates: [{ kind: 'infrastructure', entity: 'mqtt-bridge', change: null }],
      onset: 0,
      why: 'Packets between two zones get lost: the calls of the bridge fail by a third to every callee while the callees are healthy.',
      hardness: ['plain'],
    },
  },
  {
    folder: 'kestrel-low',
    title: 'Everything connects at once',
    system: sensora,
    zero: '2026-11-09T14:00:00Z',
    alert: { service: 'mqtt-bridge', metric: 'latency_p95_ms', name: 'MQTT bridge: p95 latency is high' },
    effects: [
      { on: 'mqtt-bridge', what: 'traffic', value: factor(0, 4.2, { rise: 3 }) },
      { on: 'mqtt-bridge', what: 'times', value: factor(1, 12, { rise: 3 }) },
      { on: 'device-registry', what: 'times', value: factor(1, 6, { rise: 3 }) },
      { on: 'mqtt-bridge', what: 'cpu', value: after(0, 0.94, { rise: 2 }) },
    ],
    events: [
      {
        at: -0.5,
        title: 'Flag reconnect-jitter set to 0 %',
        text: 'reconnect-jitter is now off for all device models.',
        service: 'mqtt-bridge',
        changeType: 'feature_flag',
        flag: 'reconnect-jitter',
      },
    ],
    says: [
      [
        'mqtt-bridge',
        'warn',
        rust('WARN', 'bridge::session', 'connect burst <int:3000-9000>/s, jitter=0s, backlog=<int:2000-20000>'),
        [0, 60, 6],
      ],
    ],
    truth: {
      kind: 'feature-flag',
      entity: 'mqtt-bridge',
      change: 'Flag reconnect-jitter set to 0 %',
      alternates: [{ kind: 'traffic-surge', entity: 'mqtt-bridge', change: 'Flag reconnect-jitter set to 0 %' }],
      onset: 0,
      why: 'The flag took away the jitter, so that all devices reconnect in the same seconds. The surge is its effect.',
      hardness: ['plain'],
    },
  },
];
