/** Ticketing: people queue, hold seats and pay before the hold ends. Ruby and TypeScript. */
import { code, external, pull, store } from '../services.ts';
import type { SystemSketch } from '../sketch.ts';

const tagged = (level: string, text: string): string => `${level}, [<time> #<int:20-90>] [<request>] ${text}`;

export const boxoffice: SystemSketch = {
  name: 'boxoffice',
  owner: 'ticketing',
  repository: 'encore/boxoffice',
  folderOf: (service) => `components/${service}/`,
  callFails: (to) => tagged('E', `${to} answered <pick:500|502|503|timeout> (<int:40-4000> ms)`),
  services: [
    code('venue-web', 'Ticket shop', {
      tier: 1,
      pods: 8,
      ms: 60,
      enters: 80,
      certificateDays: 47,
      calls: {
        'queue-gate': [0.9, 0.6, 0.8],
        seats: [0.8, 0.7, 0.7],
        baskets: [0.3, 0.4, 0.6],
        search: [0.2, 0.2, 0.1],
      },
      says: [['info', tagged('I', 'Completed 200 OK in <int:50-300>ms (Views: <int:10-60>ms)'), 5]],
    }),
    code('queue-gate', 'Waiting room', {
      tier: 1,
      pods: 4,
      ms: 10,
      cpu: 0.3,
      calls: { 'hold-cache': [1, 1, 1] },
      says: [['info', '{"lvl":"info","msg":"admitted","show":"<hex:4>","waiting":<int:0-60>}', 3]],
    }),
    code('seats', 'Seat maps', {
      tier: 1,
      pods: 4,
      ms: 38,
      logs: 'cloudwatch',
      pool: 0.36,
      calls: { 'seats-db': [2, 1, 1], 'hold-cache': [1, 1, 0.9] },
      says: [
        ['info', '{"lvl":"info","msg":"map rendered","show":"<hex:4>","seats":<int:400-9000>,"ms":<int:15-90>}', 3],
      ],
    }),
    code('baskets', 'Baskets', {
      tier: 1,
      pods: 4,
      ms: 28,
      calls: { 'hold-cache': [2, 1, 1], checkout: [0.3, 0.4, 0.8] },
      says: [['info', '{"lvl":"info","msg":"hold placed","seats":<int:1-6>,"ttl":600}', 3]],
    }),
    code('checkout', 'Checkout', {
      tier: 1,
      pods: 4,
      ms: 45,
      logs: 'cloudwatch',
      pool: 0.3,
      calls: { payments: [1, 1, 1], 'orders-db': [3, 1, 1], mailer: [1, 0.05, 0.02] },
      says: [['info', tagged('I', 'order <hex:8> completed seats=<int:1-6>'), 3]],
    }),
    code('payments', 'Payments', {
      tier: 1,
      pods: 3,
      ms: 25,
      throttled: true,
      certificateDays: 93,
      calls: { paystream: [1, 1, 1] },
      says: [['info', '{"lvl":"info","msg":"captured","brand":"<pick:visa|mc|amex>","ms":<int:180-420>}', 3]],
    }),
    code('search', 'Show search', {
      tier: 3,
      pods: 2,
      ms: 40,
      says: [['info', '{"lvl":"info","msg":"search","hits":<int:0-90>,"ms":<int:10-60>}', 2]],
    }),
    code('mailer', 'Ticket mails', {
      tier: 3,
      pods: 2,
      ms: 30,
      calls: { postwing: [1, 1, 1] },
      says: [['info', '{"lvl":"info","msg":"mail queued","kind":"ticket"}', 2]],
    }),
    store('seats-db', 'Seats database (managed PostgreSQL)', {
      tier: 1,
      says: [['info', '<time> LOG:  checkpoint starting: time', 0.2]],
    }),
    store('orders-db', 'Orders database (managed PostgreSQL)', {
      tier: 1,
      says: [['info', '<time> LOG:  checkpoint starting: time', 0.2]],
    }),
    store('hold-cache', 'Hold cache (managed Redis)', {
      tier: 1,
      ms: 1.3,
      says: [['info', '1:M <clock> * DB saved on disk', 0.2]],
    }),
    external('paystream', 'Paystream (card payments)', { ms: 240 }),
    external('postwing', 'Postwing (mail)', { ms: 150 }),
  ],
  files: {
    'README.md': '# Box office\n\nComponents deploy on their own when their folder changes.\n',
    'components/search/boost.yml': 'boost:\n  title: 3\n  artist: 2\n  venue: 1\n',
    'components/mailer/subject.rb': 'module Mailer\n  SUBJECT = "Your tickets"\nend\n',
    'components/venue-web/footer.ts': "export const footer = ['Imprint', 'Privacy', 'Help'];\n",
    'components/seats/colours.ts': "export const colours = { free: '#2a7', held: '#c90', sold: '#999' };\n",
    'components/baskets/README.md': '# Baskets\n\nA hold lasts ten minutes.\n',
    'components/checkout/receipt.rb': 'class Receipt\n  def title\n    "Order #{number}"\n  end\nend\n',
  },
  chores: [
    pull(
      ['search: artists count as much as titles', 'Fans search for names.', 'ivo-k'],
      ['components/search/boost.yml', 'artist: 2', 'artist: 3'],
      { deploys: ['search'] },
    ),
    pull(
      ['mailer: say the show in the subject', 'Support asked.', 'pia-l'],
      ['components/mailer/subject.rb', '"Your tickets"', '"Your tickets for %{show}"'],
      { deploys: ['mailer'] },
    ),
    pull(
      ['venue-web: accessibility link in the footer', 'Law from June.', 'dov-s'],
      ['components/venue-web/footer.ts', "'Help'", "'Help', 'Accessibility'"],
      { deploys: ['venue-web'] },
    ),
    pull(
      ['seats: darker sold colour', 'Contrast.', 'pia-l'],
      ['components/seats/colours.ts', "sold: '#999'", "sold: '#777'"],
      { deploys: ['seats'] },
    ),
    pull(
      ['baskets: document the hold', 'Docs.', 'ivo-k'],
      ['components/baskets/README.md', 'ten minutes.', 'ten minutes, counted from the last click.'],
      { deploys: [] },
    ),
    pull(
      ['checkout: receipt title in small letters', 'Style guide.', 'dov-s'],
      ['components/checkout/receipt.rb', '"Order #{number}"', '"order #{number}"'],
      { deploys: ['checkout'] },
    ),
  ],
};
