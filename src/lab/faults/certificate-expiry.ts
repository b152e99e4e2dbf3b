/** The TLS certificate of one service ran out; its callers refuse to talk to it as their connections are renewed. */
import { pick } from '../dice.ts';
import type { Fault } from '../fault.ts';
import { blankFault, errorsOf, onceOn } from '../fault.ts';
import { callsTo } from '../shop.ts';

const variants = [
  { service: 'payments', alertOn: [errorsOf('checkout')] },
  { service: 'accounts', alertOn: [errorsOf('web'), errorsOf('checkout')] },
  { service: 'inventory', alertOn: [errorsOf('checkout'), errorsOf('orders')] },
  { service: 'search', alertOn: [errorsOf('web')] },
  { service: 'shipping', alertOn: [errorsOf('checkout')] },
] as const;

export const certificateExpiry = (key: number): Fault => {
  const { service, alertOn } = pick(key, 0, variants);
  const callers = callsTo(service).map(({ from }) => from);
  return {
    ...blankFault,
    entity: service,
    kind: 'certificate',
    alertOn,
    rampMinutes: 5,
    remedies: [onceOn('rotate-certificate.yml', 'service', service)],
    edgeEffects: Object.fromEntries(
      callers.map((caller) => [`${caller}>${service}`, { errorRatio: 0.88, blocked: true }]),
    ),
    creeping: (since): Fault['effects'] => ({ [service]: { certificateDays: Math.max(0, -since / 1440) } }),
    voices: [
      ...callers.map((caller) => ({
        service: caller,
        level: 'error' as const,
        perMinute: 6,
        says: () => `request to https://${service}.prod.svc failed: certificate has expired (CERT_HAS_EXPIRED)`,
      })),
      {
        service,
        level: 'warn',
        perMinute: 5,
        says: (d) =>
          `TLS handshake failed from 10.20.${d.number(1, 9)}.${d.number(10, 99)}: remote error: certificate expired`,
      },
    ],
  };
};
