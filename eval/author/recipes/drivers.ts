import { pull } from '../services.ts';
import { after, factor, only } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { curbside } from '../systems/curbside.ts';

export const drivers: readonly Recipe[] = [
  {
    folder: 'reed-basin',
    title: 'Trips fail while half of the tools are gone',
    system: curbside,
    zero: '2026-11-10T14:51:00Z',
    missing: [{ vendor: 'datadog', how: 'off' }],
    alert: { service: 'dispatch', metric: 'error_ratio', name: 'Dispatch: error rate is high' },
    effects: [{ on: 'dispatch', what: 'errors', value: after(0, 0.33, { rise: 2 }) }],
    files: {
      'svc/dispatch/region.go':
        'package dispatch\n\nfunc region(r Ride) string {\n\tif r.Region == "" {\n\t\treturn "default"\n\t}\n\treturn r.Region\n}\n',
    },
    pulls: [
      pull(
        ['dispatch: regions are required now', 'All apps send it since version 9.', 'teo-m'],
        [
          'svc/dispatch/region.go',
          '\tif r.Region == "" {\n\t\treturn "default"\n\t}\n\treturn r.Region',
          '\tif r.Region == "" {\n\t\tpanic("ride without region")\n\t}\n\treturn r.Region',
        ],
        { deploys: ['dispatch'], live: -1 },
      ),
    ],
    says: [
      [
        'dispatch',
        'error',
        'ts=<time> level=error msg="panic recovered" err="ride without region" app=<pick:8.4|8.6|8.9> ride=<hex:8>',
        [0, 60, 9],
      ],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'dispatch',
      change: 'dispatch: regions are required now',
      onset: 0,
      why: 'Older apps send no region; the panic and the merge carry the same words. CloudWatch, GitHub and Prometheus are enough to see it.',
      hardness: ['missing-data'],
    },
  },
  {
    folder: 'sable-turn',
    title: 'A page in the small hours',
    system: curbside,
    zero: '2026-11-08T02:40:00Z',
    alert: {
      service: 'trips',
      metric: 'latency_p95_ms',
      name: 'Trips: p95 latency is high',
      threshold: 37.5,
      firesAt: 2,
      askedAfter: 4,
    },
    effects: [{ on: 'trips', what: 'ms', value: only([-1, 0, 1], 10) }],
    truth: {
      kind: 'nothing-wrong',
      entity: null,
      change: null,
      onset: null,
      why: 'The threshold lies within the usual noise of the service: it was crossed for two minutes by a few milliseconds, as on other nights.',
      hardness: ['healthy'],
    },
  },
  {
    folder: 'teal-ferry',
    title: 'Driver pings pile up',
    system: curbside,
    zero: '2026-11-19T16:05:00Z',
    alert: { service: 'driver-api', metric: 'latency_p95_ms', name: 'Driver API: p95 latency is high' },
    effects: [
      { on: 'driver-location', what: 'times', value: factor(0, 9, { rise: 5 }) },
      { on: 'driver-location', what: 'cpu', value: after(0, 0.97, { rise: 4 }) },
    ],
    events: [
      {
        at: -0.4,
        title: 'driver-location scaled from 6 to 2 pods',
        text: 'Manual change by teo-m: kubectl scale --replicas=2, cost review.',
        service: 'driver-location',
        changeType: 'scaling',
      },
    ],
    says: [
      [
        'driver-location',
        'warn',
        'ts=<time> level=warn msg="work queue full" depth=<int:400-2000> dropped=<int:0-9>',
        [0, 60, 6],
      ],
    ],
    truth: {
      kind: 'resource-exhaustion',
      entity: 'driver-location',
      change: 'driver-location scaled from 6 to 2 pods',
      alternates: [
        { kind: 'resource-exhaustion', entity: 'driver-location', change: null },
        { kind: 'config-change', entity: 'driver-location', change: 'driver-location scaled from 6 to 2 pods' },
        { kind: 'infrastructure', entity: 'driver-location', change: 'driver-location scaled from 6 to 2 pods' },
      ],
      onset: 0,
      why: 'Four of six pods were taken away by hand: CPU is full at the usual traffic. Exhaustion and the change that caused it are both right.',
      hardness: ['plain'],
    },
  },
];
