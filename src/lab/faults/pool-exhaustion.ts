/** A configuration change that leaves too few connections for the traffic. */
import { drawInteger, pick } from '../dice.ts';
import type { Fault, Remedy } from '../fault.ts';
import { blankFault, errorsOf, latencyOf } from '../fault.ts';
import { configPull } from '../sources/source.ts';

type Variant = { readonly service: string; readonly store: string; readonly alertOn: Fault['alertOn'] };

const variants: readonly Variant[] = [
  { service: 'orders', store: 'orders-db', alertOn: [latencyOf('checkout'), latencyOf('orders')] },
  { service: 'catalog', store: 'catalog-db', alertOn: [latencyOf('web'), latencyOf('catalog')] },
  { service: 'inventory', store: 'catalog-db', alertOn: [latencyOf('checkout'), latencyOf('inventory')] },
  { service: 'cart', store: 'cart-cache', alertOn: [errorsOf('checkout'), latencyOf('cart')] },
  { service: 'accounts', store: 'cart-cache', alertOn: [errorsOf('web'), latencyOf('accounts')] },
];

/** Traffic needs about half of the usual 40. */
const neededConnections = 20;

const enoughConnections = (service: string): Remedy => ({
  workflow: 'pool-size.yml',
  turns: (inputs) => {
    if (inputs['service'] !== service) return null;
    return Number(inputs['max']) >= neededConnections ? 'healthy' : 'faulty';
  },
});

export const poolExhaustion = (key: number): Fault => {
  const { service, store, alertOn } = pick(key, 0, variants);
  const max = pick(key, 1, [4, 6, 8]);
  return {
    ...blankFault,
    entity: service,
    kind: 'config-change',
    alertOn,
    rampMinutes: 4,
    remedies: [enoughConnections(service)],
    effects: { [service]: { latencyMs: 1300, errorRatio: 0.14, pool: 1 } },
    voices: [
      {
        service,
        level: 'error',
        perMinute: 7,
        says: (d) =>
          `timeout acquiring a connection to ${store} after 2000ms: pool max ${max}, in use ${max}, waiting ${d.number(11, 64)}`,
      },
      {
        service,
        level: 'warn',
        perMinute: 3,
        says: (d) => `waited ${d.number(700, 1900)}ms for a connection from the pool`,
      },
    ],
    change: {
      type: 'pull',
      pull: configPull(service, {
        title: pick(key, 2, [
          `Right-size the connections of ${service}`,
          `Lower idle connections from ${service} to ${store}`,
          `Align ${service} with the connection budget`,
        ]),
        body: `The ${store} dashboard shows mostly idle connections at night. Frees memory on the server.`,
        find: '  max: 40\n',
        replace: `  max: ${max}\n`,
      }),
      liveMinutesBefore: drawInteger(key, 3, [1, 9]),
    },
  };
};
