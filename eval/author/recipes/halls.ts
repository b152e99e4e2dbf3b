import { pull } from '../services.ts';
import { after } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { boxoffice } from '../systems/boxoffice.ts';

const json = (level: string, rest: string): string => `{"lvl":"${level}",${rest}}`;

export const halls: readonly Recipe[] = [
  {
    folder: 'ember-walk',
    title: 'One hall shows no seats',
    system: boxoffice,
    zero: '2026-11-12T15:37:00Z',
    alert: { service: 'seats', metric: 'error_ratio', name: 'Seat maps: error rate is high' },
    effects: [{ on: 'seats', what: 'errors', value: after(0, 0.15, { rise: 3 }) }],
    says: [
      [
        'seats',
        'info',
        json('info', '"msg":"seat plan imported","hall":"opera-3","seats":1840,"by":"venue portal"'),
        [-1, 0, 1],
      ],
      [
        'seats',
        'error',
        json('error', '"msg":"map failed","hall":"opera-3","err":"duplicate key row=K seat=14"'),
        [0, 60, 8],
      ],
    ],
    pulls: [
      pull(
        ['venue-web: new imprint link', 'Law.', 'pia-l'],
        ['components/venue-web/footer.ts', "'Imprint'", "'Imprint and terms'"],
        { deploys: ['venue-web'], live: -3 },
      ),
    ],
    chores: 3,
    truth: {
      kind: 'data',
      entity: 'seats',
      change: null,
      onset: 0,
      why: 'A venue imported a plan with a seat twice; only that hall fails, from the import on.',
      hardness: ['distractor-elsewhere'],
    },
  },
  {
    folder: 'flint-bend',
    title: 'Payments run out of time',
    system: boxoffice,
    zero: '2026-11-10T20:48:00Z',
    alert: { service: 'payments', metric: 'error_ratio', name: 'Payments: error rate is high' },
    effects: [{ on: 'payments', what: 'errors', value: after(0, 0.42, { rise: 2 }) }],
    files: {
      'components/payments/client.ts':
        "export const client = {\n  baseUrl: 'https://api.paystream.example',\n  timeoutMs: 5000,\n  retries: 1,\n};\n",
      'components/payments/logging.ts': "export const fields = ['brand', 'ms'];\n",
    },
    pulls: [
      pull(
        ['payments: log the scheme fee', 'For finance.', 'ivo-k'],
        ['components/payments/logging.ts', "'ms'", "'ms', 'fee'"],
        { deploys: ['payments'], live: -9 },
      ),
      pull(
        [
          'payments: budgets in seconds like everywhere',
          'The client takes milliseconds and we wrote 5000; use the shared helper with 5.',
          'dov-s',
        ],
        ['components/payments/client.ts', 'timeoutMs: 5000', 'timeoutMs: budget(0.2)'],
        { deploys: ['payments'], live: -1 },
      ),
    ],
    says: [
      [
        'payments',
        'error',
        json('error', '"msg":"paystream aborted by us","after_ms":200,"brand":"<pick:visa|mc|amex>"'),
        [0, 60, 9],
      ],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'payments',
      change: 'payments: budgets in seconds like everywhere',
      alternates: [
        { kind: 'config-change', entity: 'payments', change: 'payments: budgets in seconds like everywhere' },
      ],
      onset: 0,
      why: "The second of two rollouts cut the timeout to 200 ms, below the provider's usual time; the provider has not changed.",
      hardness: ['distractor-same-service'],
    },
  },
  {
    folder: 'grove-end',
    title: 'No data',
    system: boxoffice,
    zero: '2026-11-15T16:02:00Z',
    asked: '@causeway we have no numbers for the waiting room any more. Is it down?',
    alert: {
      service: 'queue-gate',
      metric: 'error_ratio',
      name: 'Waiting room: error rate is high',
      firesAt: 4,
      askedAfter: 8,
    },
    effects: [{ on: 'queue-gate', what: 'silent', value: after(-2, 1) }],
    events: [
      {
        at: -2.4,
        title: 'Metrics agent 7.61 rolled out to node pool c',
        text: 'Routine update of the metrics agent.',
        service: 'queue-gate',
        changeType: 'infrastructure',
      },
    ],
    truth: {
      kind: 'nothing-wrong',
      entity: null,
      change: null,
      alternates: [
        { kind: 'monitor-fault', entity: 'queue-gate', change: null },
        { kind: 'monitor-fault', entity: 'queue-gate', change: 'Metrics agent 7.61 rolled out to node pool c' },
      ],
      onset: null,
      why: 'The metrics stopped when the agent was updated; logs and the traces of callers show that people are let in as always.',
      hardness: ['healthy', 'missing-data'],
    },
  },
];
