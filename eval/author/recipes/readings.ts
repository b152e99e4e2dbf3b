import { pull } from '../services.ts';
import { after, climb } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { sensora } from '../systems/sensora.ts';

const rust = (level: string, target: string, text: string): string => `<time> ${level} ${target}: ${text}`;

const decoder = `pub fn decode(payload: &[u8]) -> Result<Reading, Error> {
    let version = payload.first().ok_or(Error::Empty)?;
    match version {
        1 => v1::decode(&payload[1..]),
        2 => v2::decode(&payload[1..]),
        other => Err(Error::Version(*other)),
    }
}
`;

export const readings: readonly Recipe[] = [
  {
    folder: 'linden-shore',
    title: 'Text messages are not sent',
    system: sensora,
    zero: '2026-11-20T19:19:00Z',
    alert: {
      service: 'alarms',
      metric: 'error_ratio',
      name: 'Alarm delivery: error rate is high',
      note: 'Runbook: https://wiki.sensora.example/alarms. Call the customer desk when this lasts longer than ten minutes.',
    },
    effects: [
      { on: 'alarms>smswire', what: 'errors', value: after(0, 0.8, { rise: 2 }) },
      { on: 'alarms', what: 'throttles', value: after(0, 33) },
    ],
    says: [
      [
        'alarms',
        'error',
        '<clock>.<int:100-999> [error] smswire 429 code=20429 "Account rate limit: 1 message per second until balance is topped up" id=<hex:8>',
        [0, 60, 8],
      ],
    ],
    pulls: [
      pull(
        ['alarms: say device and site', 'Support.', 'juno-w'],
        ['crates/alarms/src/text.rs', 'Alarm at {device}', 'Alarm at {device}, please check'],
        { deploys: ['alarms'], live: -18 },
      ),
    ],
    chores: 3,
    truth: {
      kind: 'quota',
      entity: 'smswire',
      change: null,
      onset: 0,
      why: 'The provider limits the account to one message a second: 429 with its reason, and throttled calls on our side.',
      hardness: ['distractor-same-service'],
    },
  },
  {
    folder: 'moss-ferry',
    title: 'New firmware cannot sign in',
    system: sensora,
    zero: '2026-11-05T12:26:00Z',
    missing: [{ vendor: 'datadog', how: 'forbidden' }],
    alert: { service: 'device-registry', metric: 'error_ratio', name: 'Device registry: error rate is high' },
    effects: [{ on: 'device-registry', what: 'errors', value: after(0, 0.26, { rise: 3 }) }],
    files: {
      'crates/device-registry/auth.exs':
        'defmodule Auth do\n  def check(token), do: verify(token, [:ed25519, :rsa])\nend\n',
    },
    pulls: [
      pull(
        [
          'device-registry: only modern signatures',
          'RSA devices are gone since summer, says the spreadsheet.',
          'karl-z',
        ],
        ['crates/device-registry/auth.exs', '[:ed25519, :rsa]', '[:ed25519]'],
        { deploys: ['device-registry'], live: -1 },
      ),
    ],
    says: [
      [
        'device-registry',
        'error',
        '<clock>.<int:100-999> [error] device <hex:10> refused: unsupported signature algorithm rsa model=S2',
        [0, 60, 9],
      ],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'device-registry',
      change: 'device-registry: only modern signatures',
      onset: 0,
      why: 'The merge dropped RSA, and the refused devices say rsa. Datadog answers 403, the rest is enough.',
      hardness: ['missing-data'],
    },
  },
  {
    folder: 'nutmeg-cove',
    title: 'Readings fail after a release, days later than usual',
    system: sensora,
    zero: '2026-11-14T05:06:00Z',
    alert: { service: 'ingest', metric: 'error_ratio', name: 'Reading ingest: error rate is high' },
    effects: [{ on: 'ingest', what: 'errors', value: climb([-40, 0], [30, 0.3]) }],
    files: { 'crates/ingest/src/decode.rs': decoder },
    pulls: [
      pull(
        ['ingest: drop the old frame version', 'Version 1 frames were under one per hour last month.', 'karl-z'],
        ['crates/ingest/src/decode.rs', '        1 => v1::decode(&payload[1..]),\n', ''],
        { deploys: ['ingest'], live: -42 },
      ),
      pull(
        ['fleet-web: list is empty', 'Copy.', 'tova-b'],
        ['crates/fleet-web/locale.exs', 'No devices yet', 'Nothing here yet'],
        { deploys: ['fleet-web'], live: -3 },
      ),
    ],
    chores: 2,
    says: [
      [
        'ingest',
        'error',
        rust('ERROR', 'ingest::decode', 'frame refused err=Version(1) device=<hex:10>'),
        [-40, -20, 1],
        [-20, 0, 4],
        [0, 60, 9],
      ],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'ingest',
      change: 'ingest: drop the old frame version',
      onset: -40,
      why: 'Frames of version 1 are refused since the rollout; gateways fall back to it as they wake, so that the errors climb slowly.',
      hardness: ['slow-burn', 'distractor-elsewhere'],
    },
  },
];
