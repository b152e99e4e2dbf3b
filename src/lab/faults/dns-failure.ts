/** Name resolution fails in the pods of one service: each of its calls is hit, its callees are idle and healthy. */
import { pick } from '../dice.ts';
import type { Fault } from '../fault.ts';
import { blankFault, errorsOf, onceOn } from '../fault.ts';
import { callsFrom } from '../shop.ts';

const variants = [
  { service: 'orders', alertOn: [errorsOf('checkout'), errorsOf('orders')] },
  { service: 'catalog', alertOn: [errorsOf('web'), errorsOf('catalog')] },
  { service: 'cart', alertOn: [errorsOf('checkout'), errorsOf('cart')] },
  { service: 'checkout', alertOn: [errorsOf('checkout')] },
] as const;

export const dnsFailure = (key: number): Fault => {
  const { service, alertOn } = pick(key, 0, variants);
  const targets = callsFrom(service).map(({ to }) => to);
  const code = pick(key, 1, ['EAI_AGAIN', 'ENOTFOUND']);
  return {
    ...blankFault,
    entity: service,
    kind: 'network',
    alertOn,
    rampMinutes: 2,
    remedies: [onceOn('restart-resolver.yml', 'service', service)],
    edgeEffects: Object.fromEntries(
      targets.map((target) => [`${service}>${target}`, { errorRatio: 0.42, latencyMs: 130, blocked: true }]),
    ),
    voices: [
      {
        service,
        level: 'error',
        perMinute: 8,
        says: (d) => `getaddrinfo ${code} ${d.word(...targets)}.prod.svc.cluster.local`,
      },
      {
        service,
        level: 'warn',
        perMinute: 2,
        says: (d) => `name lookup took ${d.number(2000, 5000)}ms, resolver 10.20.0.10`,
      },
    ],
  };
};
