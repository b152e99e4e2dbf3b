/** Nothing is wrong: the monitor is set inside the usual range, or it saw one short spike that was over at once. */
import { pick } from '../dice.ts';
import type { Fault } from '../fault.ts';
import { blankFault, latencyOf } from '../fault.ts';

const tight = [
  { service: 'web', metric: 'latency_p95_ms', name: 'Storefront feels slow' },
  { service: 'checkout', metric: 'latency_p95_ms', name: 'Checkout is slower than planned' },
  { service: 'search', metric: 'latency_p95_ms', name: 'Search is slower than planned' },
  { service: 'catalog', metric: 'error_ratio', name: 'Catalog has errors' },
  { service: 'notifications', metric: 'latency_p95_ms', name: 'Mail takes long to leave' },
] as const;

const spiking = [
  { service: 'search', latencyMs: 900 },
  { service: 'orders', latencyMs: 1100 },
  { service: 'payments', latencyMs: 2800 },
] as const;

const blank = { ...blankFault, entity: null, kind: 'nothing-wrong' } as const;

const spike = (key: number): Fault => {
  const { service, latencyMs } = pick(key, 1, spiking);
  return {
    ...blank,
    alertOn: [latencyOf(service)],
    creeping: (since): Fault['effects'] => (since >= 0 && since < 2 ? { [service]: { latencyMs } } : {}),
    confirmMinutes: 6,
  };
};

export const noisyMonitor = (key: number): Fault => {
  if (pick(key, 0, ['tight', 'tight', 'spike']) === 'spike') return spike(key);
  const nervous = pick(key, 1, tight);
  return { ...blank, alertOn: [nervous], nervous, confirmMinutes: 1 };
};
