import { pull } from '../services.ts';
import { after, factor, only } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { vidra } from '../systems/vidra.ts';

export const viewing: readonly Recipe[] = [
  {
    folder: 'elm-court',
    title: 'A page about manifests that nobody could look at in time',
    system: vidra,
    zero: '2026-11-05T03:10:00Z',
    asked: '@causeway I was paged for this half an hour ago and only see it now. Is it still broken?',
    alert: { service: 'manifest', metric: 'error_ratio', name: 'Manifest service: error rate is high', askedAfter: 31 },
    effects: [{ on: 'segment-store', what: 'errors', value: after(0, 0.5, { until: 9 }) }],
    says: [
      ['origin-shield', 'error', '<clock> ERROR segment-store GET 503 SlowDown bucket=vod key=<hex:6>', [0, 9, 7]],
    ],
    truth: {
      kind: 'nothing-wrong',
      entity: null,
      change: null,
      onset: null,
      why: 'The object storage had nine bad minutes; every signal was back to normal twenty minutes before anybody asked.',
      hardness: ['healthy'],
    },
  },
  {
    folder: 'fern-gate',
    title: 'Slow starts while a final is on',
    system: vidra,
    zero: '2026-11-14T19:30:00Z',
    alert: { service: 'player-gateway', metric: 'latency_p95_ms', name: 'Player gateway: p95 latency is high' },
    effects: [
      { on: 'player-gateway', what: 'traffic', value: factor(-4, 3.1, { rise: 8 }) },
      { on: 'player-gateway', what: 'times', value: factor(0, 5, { rise: 6 }) },
      { on: 'manifest', what: 'times', value: factor(0, 4.5, { rise: 6 }) },
      { on: 'playback-auth', what: 'times', value: factor(0, 3, { rise: 6 }) },
      { on: 'player-gateway', what: 'cpu', value: after(-1, 0.93, { rise: 5 }) },
      { on: 'manifest', what: 'cpu', value: after(-1, 0.95, { rise: 5 }) },
    ],
    pulls: [
      pull(
        ['beacon: larger batches', 'Ingest asked for it.', 'ike-r'],
        ['apps/beacon/batch.ts', 'batchSize = 500', 'batchSize = 800'],
        { deploys: ['beacon'], live: -9 },
      ),
    ],
    events: [
      {
        at: -3,
        title: 'player-gateway scaled from 8 to 12 pods',
        text: 'Horizontal autoscaler, target 60 % CPU, limit 12.',
        service: 'player-gateway',
        changeType: 'scaling',
      },
    ],
    says: [
      ['player-gateway', 'warn', '<clock> WARN  accept queue <int:300-900> deep, oldest <int:400-2600>ms', [0, 60, 5]],
      ['manifest', 'warn', '<clock> WARN  worker pool saturated, <int:60-400> requests wait', [1, 60, 4]],
    ],
    truth: {
      kind: 'traffic-surge',
      entity: 'player-gateway',
      change: null,
      onset: -4,
      why: 'Three times the requests enter at the gateway; everything behind it is busier in proportion and the autoscaler is at its limit.',
      hardness: ['distractor-elsewhere'],
    },
  },
  {
    folder: 'gorse-field',
    title: 'Catalogue pages fail for some titles',
    system: vidra,
    zero: '2026-11-18T09:14:00Z',
    alert: { service: 'titles', metric: 'error_ratio', name: 'Title catalogue: error rate is high' },
    effects: [
      { on: 'titles', what: 'errors', value: after(0, 0.12, { rise: 4 }) },
      { on: 'beacon', what: 'ms', value: only([3, 4], 20) },
    ],
    says: [
      [
        'titles',
        'error',
        '<clock> ERROR decode title id=tt-90<int:100-140>: synopsis: invalid UTF-8 at byte <int:60-400> (import batch 7731)',
        [0, 60, 7],
      ],
      ['titles', 'info', '<clock> INFO  import batch 7731 from partner feed committed, 41 titles', [-1, 0, 1]],
    ],
    pulls: [
      pull(
        ['titles: newest releases first in search too', 'Same order as the home page.', 'bea-h'],
        ['apps/titles/search.go', 'order = "name"', 'order = "year desc, name"'],
        { deploys: ['titles'], live: -75 },
      ),
    ],
    files: { 'apps/titles/search.go': 'package titles\n\nvar order = "name"\n' },
    truth: {
      kind: 'data',
      entity: 'titles',
      change: null,
      onset: 0,
      why: 'A partner feed committed 41 titles with broken text; only their ids fail, from the minute of the import on.',
      hardness: ['distractor-same-service'],
    },
  },
];
