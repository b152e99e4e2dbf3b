import { pull } from '../services.ts';
import { after, factor } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { boxoffice } from '../systems/boxoffice.ts';

const tagged = (level: string, text: string): string => `${level}, [<time> #<int:20-90>] [<request>] ${text}`;

const json = (level: string, rest: string): string => `{"lvl":"${level}",${rest}}`;

const order = `class OrderWriter
  COLUMNS = %w[number total currency]

  def write(order)
    insert(:orders, order.slice(*COLUMNS))
  end
end
`;

export const ticketing: readonly Recipe[] = [
  {
    folder: 'ash-corner',
    title: "Ten o'clock sale",
    system: boxoffice,
    zero: '2026-11-13T09:00:00Z',
    alert: { service: 'venue-web', metric: 'latency_p95_ms', name: 'Ticket shop: p95 latency is high' },
    effects: [
      { on: 'venue-web', what: 'traffic', value: factor(-2, 5.2, { rise: 4 }) },
      { on: 'venue-web', what: 'times', value: factor(0, 6, { rise: 4 }) },
      { on: 'seats', what: 'times', value: factor(0, 7, { rise: 4 }) },
      { on: 'queue-gate', what: 'times', value: factor(0, 4, { rise: 4 }) },
      { on: 'venue-web', what: 'cpu', value: after(-1, 0.96, { rise: 3 }) },
      { on: 'seats', what: 'pool', value: after(0, 0.97, { rise: 3 }) },
    ],
    says: [
      ['queue-gate', 'info', json('info', '"msg":"admitted","show":"7fa2","waiting":<int:9000-48000>'), [-2, 60, 12]],
      ['venue-web', 'warn', tagged('W', 'puma backlog <int:60-400>'), [0, 60, 4]],
    ],
    pulls: [
      pull(
        ['seats: colour-blind palette', 'Accessibility.', 'pia-l'],
        ['components/seats/colours.ts', "free: '#2a7'", "free: '#06c'"],
        { deploys: ['seats'], live: -31 },
      ),
      pull(
        ['search: venue counts double', 'Editors.', 'ivo-k'],
        ['components/search/boost.yml', 'venue: 1', 'venue: 2'],
        { deploys: ['search'], live: -7 },
      ),
    ],
    chores: 3,
    truth: {
      kind: 'traffic-surge',
      entity: 'venue-web',
      change: null,
      onset: -2,
      why: 'A sale opened: five times the visitors enter at the shop, the waiting room holds tens of thousands, and what is behind is full.',
      hardness: ['distractor-elsewhere'],
    },
  },
  {
    folder: 'bramble-way',
    title: 'Cards are declined everywhere',
    system: boxoffice,
    zero: '2026-11-14T12:00:00Z',
    alert: { service: 'checkout', metric: 'error_ratio', name: 'Checkout: error rate is high' },
    effects: [
      { on: 'payments', what: 'certificate', value: (minute) => Math.max(-5, -minute / 1440) },
      { on: 'payments>paystream', what: 'errors', value: after(0, 0.93) },
    ],
    says: [
      [
        'payments',
        'error',
        json(
          'error',
          '"msg":"paystream handshake failed","err":"SSL alert number 45: certificate expired","client_cert":"CN=boxoffice-mtls","not_after":"2026-11-14T12:00:00Z"',
        ),
        [0, 60, 8],
      ],
    ],
    pulls: [
      pull(
        ['checkout: shorter receipt', 'Copy.', 'dov-s'],
        ['components/checkout/receipt.rb', '"Order #{number}"', '"No. #{number}"'],
        { deploys: ['checkout'], live: -12 },
      ),
    ],
    chores: 3,
    truth: {
      kind: 'certificate',
      entity: 'payments',
      change: null,
      onset: 0,
      why: 'The client certificate that payments shows to Paystream expired at noon; the provider refuses the handshake.',
      hardness: ['distractor-elsewhere', 'far-from-alert'],
    },
  },
  {
    folder: 'clover-rise',
    title: 'Holds vanish',
    system: boxoffice,
    zero: '2026-11-17T18:24:00Z',
    alert: { service: 'baskets', metric: 'error_ratio', name: 'Baskets: error rate is high' },
    effects: [
      { on: 'hold-cache', what: 'errors', value: after(0, 0.35, { rise: 2 }) },
      { on: 'hold-cache', what: 'ms', value: after(0, 40) },
    ],
    events: [
      {
        at: -0.8,
        title: 'hold-cache: node hold-cache-1 in zone eu-west-1b replaced',
        text: 'Host retired by the provider. Replica promoted, resynchronisation in progress.',
        service: 'hold-cache',
        changeType: 'infrastructure',
      },
    ],
    says: [
      [
        'hold-cache',
        'warn',
        '1:S <clock> # Connection with master lost. <pick:MASTER aborted replication|Failed trying to load the MASTER synchronization DB>',
        [0, 60, 3],
      ],
      [
        'baskets',
        'error',
        json('error', '"msg":"hold failed","err":"READONLY You can\'t write against a read only replica."'),
        [0, 60, 8],
      ],
      [
        'seats',
        'error',
        json('error', '"msg":"hold read failed","err":"LOADING Redis is loading the dataset in memory"'),
        [0, 60, 5],
      ],
    ],
    truth: {
      kind: 'infrastructure',
      entity: 'hold-cache',
      change: 'hold-cache: node hold-cache-1 in zone eu-west-1b replaced',
      alternates: [
        { kind: 'infrastructure', entity: 'hold-cache', change: null },
        { kind: 'dependency-failure', entity: 'hold-cache', change: null },
        {
          kind: 'dependency-failure',
          entity: 'hold-cache',
          change: 'hold-cache: node hold-cache-1 in zone eu-west-1b replaced',
        },
      ],
      onset: 0,
      why: 'The provider replaced a node of the hold cache; its three users fail with the words of a failover.',
      hardness: ['plain'],
    },
  },
  {
    folder: 'drift-yard',
    title: 'Orders cannot be written',
    system: boxoffice,
    zero: '2026-11-19T11:11:00Z',
    alert: { service: 'checkout', metric: 'error_ratio', name: 'Checkout: error rate is high' },
    effects: [{ on: 'checkout', what: 'errors', value: after(0, 0.94) }],
    files: { 'components/checkout/order_writer.rb': order },
    pulls: [
      pull(
        [
          'checkout: keep the sales channel of an order',
          'The column comes with the migration of #next, which runs on its own.',
          'dov-s',
        ],
        ['components/checkout/order_writer.rb', '%w[number total currency]', '%w[number total currency channel]'],
        { deploys: ['checkout'], live: -0.5 },
      ),
    ],
    says: [
      [
        'checkout',
        'error',
        tagged(
          'E',
          'ActiveRecord::StatementInvalid (PG::UndefinedColumn: ERROR:  column "channel" of relation "orders" does not exist)',
        ),
        [0, 60, 9],
      ],
      [
        'orders-db',
        'error',
        '<time> ERROR:  column "channel" of relation "orders" does not exist at character <int:40-60>',
        [0, 60, 5],
      ],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'checkout',
      change: 'checkout: keep the sales channel of an order',
      onset: 0,
      why: 'The code writes a column that the database does not have yet; the database says so by name.',
      hardness: ['plain'],
    },
  },
];
