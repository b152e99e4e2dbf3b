/** A disk that filled up over hours; then every write fails. */
import { drawInteger, pick } from '../dice.ts';
import type { Fault } from '../fault.ts';
import { blankFault, errorsOf, onceOn } from '../fault.ts';

const variants = [
  {
    store: 'orders-db',
    clients: ['orders'],
    usual: 0.58,
    says: 'could not extend file "base/16401/24682": No space left on device',
    alertOn: [errorsOf('checkout'), errorsOf('orders')],
  },
  {
    store: 'catalog-db',
    clients: ['inventory', 'catalog'],
    usual: 0.47,
    says: 'could not extend file "base/16401/31077": No space left on device',
    alertOn: [errorsOf('checkout'), errorsOf('inventory')],
  },
  {
    store: 'search',
    clients: [],
    usual: 0.54,
    says: 'index segment could not be written: ENOSPC: no space left on device',
    alertOn: [errorsOf('web'), errorsOf('search')],
  },
] as const;

export const diskFull = (key: number): Fault => {
  const { store, clients, usual, says, alertOn } = pick(key, 0, variants);
  const fillMinutes = drawInteger(key, 1, [240, 540]);
  return {
    ...blankFault,
    entity: store,
    kind: 'resource-exhaustion',
    alertOn,
    rampMinutes: 2,
    remedies: [onceOn('clean-up-disk.yml', 'store', store)],
    effects: { [store]: { errorRatio: 0.5 } },
    creeping: (since): Fault['effects'] =>
      since < -fillMinutes ? {} : { [store]: { disk: Math.min(1, usual + (1 - usual) * (1 + since / fillMinutes)) } },
    voices: [
      { service: store, level: 'error', perMinute: 8, says: () => says },
      ...clients.map((client) => ({
        service: client,
        level: 'error' as const,
        perMinute: 6,
        says: () => `write failed on ${store}: 53100 ${says}`,
      })),
    ],
  };
};
