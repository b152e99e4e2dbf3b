/** One message that its consumer cannot read: the broker delivers it again and again, and what waits behind it grows old. */
import { drawInteger, pick } from '../dice.ts';
import type { Fault } from '../fault.ts';
import { blankFault, errorsOf } from '../fault.ts';

const variants = [
  { service: 'notifications', queue: 'mails', field: 'locale', alertOn: [errorsOf('notifications')] },
  {
    service: 'inventory',
    queue: 'stock-counts',
    field: 'warehouse',
    alertOn: [errorsOf('orders'), errorsOf('inventory')],
  },
  { service: 'search', queue: 'index-updates', field: 'price', alertOn: [errorsOf('web'), errorsOf('search')] },
] as const;

export const poisonMessage = (key: number): Fault => {
  const { service, queue, field, alertOn } = pick(key, 0, variants);
  const message = `${queue}-${drawInteger(key, 1, [400_000, 900_000])}`;
  return {
    ...blankFault,
    entity: service,
    kind: 'data',
    alertOn,
    rampMinutes: 3,
    remedies: [
      {
        workflow: 'purge-queue.yml',
        turns: (inputs) => (inputs['service'] === service && inputs['queue'] === queue ? 'healthy' : null),
      },
    ],
    effects: { [service]: { errorRatio: 0.24, latencyMs: 260 } },
    voices: [
      {
        service,
        level: 'error',
        perMinute: 7,
        says: (d) =>
          `cannot read message ${message} of queue ${queue}: unexpected value in field "${field}", redelivered ${d.number(3, 900)} times`,
      },
      {
        service,
        level: 'warn',
        perMinute: 3,
        says: (d) => `oldest message in ${queue} waits ${d.number(60, 3_000)}s, ${d.number(300, 90_000)} behind it`,
      },
    ],
  };
};
