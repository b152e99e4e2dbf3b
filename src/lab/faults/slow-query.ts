/** A code change that makes the database work much harder for the same answer. */
import { drawInteger, pick } from '../dice.ts';
import type { Edit, Fault } from '../fault.ts';
import { blankFault, latencyOf } from '../fault.ts';
import { codePull } from '../sources/source.ts';

type Variant = {
  readonly service: string;
  readonly store: string;
  readonly title: string;
  readonly body: string;
  readonly edits: readonly Edit[];
  readonly statement: string;
  readonly addedMs: number;
  readonly alertOn: Fault['alertOn'];
};

const variants: readonly Variant[] = [
  {
    service: 'orders',
    store: 'orders-db',
    title: 'Find recent orders by mail address',
    body: 'Guests have no customer id, so the check for a second order did not see them.',
    edits: [
      {
        path: 'src/queries.ts',
        find: "'SELECT id, placed_at FROM orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20'",
        replace:
          "'SELECT id, placed_at FROM orders WHERE lower(customer_email) = lower($1) ORDER BY placed_at DESC LIMIT 20'",
      },
    ],
    statement: 'SELECT id, placed_at FROM orders WHERE lower(customer_email) = lower($1)',
    addedMs: 1500,
    alertOn: [latencyOf('checkout'), latencyOf('orders')],
  },
  {
    service: 'catalog',
    store: 'catalog-db',
    title: 'Match related products by title too',
    body: 'Merchandising wants more suggestions on thin categories.',
    edits: [
      {
        path: 'src/queries.ts',
        find: "'SELECT sku, title, price FROM products WHERE sku = $1'",
        replace: "'SELECT sku, title, price FROM products WHERE sku = $1 OR title ILIKE $1'",
      },
    ],
    statement: 'SELECT sku, title, price FROM products WHERE sku = $1 OR title ILIKE $1',
    addedMs: 620,
    alertOn: [latencyOf('web'), latencyOf('catalog')],
  },
  {
    service: 'inventory',
    store: 'catalog-db',
    title: 'Free stock counts open reservations',
    body: 'The number on the page should not include what others have in their basket.',
    edits: [
      {
        path: 'src/stock.ts',
        find: "'SELECT free FROM stock WHERE sku = $1'",
        replace:
          "'SELECT s.free - (SELECT count(*) FROM reservations r WHERE r.sku = s.sku) AS free FROM stock s WHERE sku = $1'",
      },
    ],
    statement: 'SELECT s.free - (SELECT count(*) FROM reservations r WHERE r.sku = s.sku) AS free FROM stock s',
    addedMs: 900,
    alertOn: [latencyOf('checkout'), latencyOf('orders'), latencyOf('inventory')],
  },
];

export const slowQuery = (key: number): Fault => {
  const { service, store, addedMs, statement, ...variant } = pick(key, 0, variants);
  return {
    ...blankFault,
    entity: service,
    kind: 'bad-deploy',
    alertOn: variant.alertOn,
    rampMinutes: 5,
    effects: { [store]: { cpu: 0.93 }, [service]: { errorRatio: 0.012 } },
    edgeEffects: { [`${service}>${store}`]: { latencyMs: addedMs } },
    voices: [
      {
        service,
        level: 'warn',
        perMinute: 6,
        says: (d) => `slow query ${d.number(addedMs * 0.7, addedMs * 1.6) | 0}ms: ${statement}`,
      },
      {
        service: store,
        level: 'info',
        perMinute: 4,
        says: (d) =>
          `duration: ${d.number(addedMs * 0.7, addedMs * 1.6) | 0}.${d.number(100, 999)} ms  statement: ${statement}`,
      },
      {
        service,
        level: 'error',
        perMinute: 1,
        says: (d) => `query cancelled after ${d.number(4800, 5200)}ms: canceling statement due to statement timeout`,
      },
    ],
    change: {
      type: 'pull',
      pull: codePull(service, { title: variant.title, body: variant.body, edits: variant.edits }),
      liveMinutesBefore: drawInteger(key, 1, [0, 6]),
    },
  };
};
