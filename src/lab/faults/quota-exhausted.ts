/** An external provider answers, but refuses: the quota of this account is used up. */
import { pick } from '../dice.ts';
import type { Fault } from '../fault.ts';
import { blankFault, errorsOf, switchOn } from '../fault.ts';

const variants = [
  {
    caller: 'shipping',
    provider: 'parcelgate',
    quota: 'daily rate lookups',
    alertOn: [errorsOf('checkout'), errorsOf('shipping')],
  },
  {
    caller: 'payments',
    provider: 'cardgate',
    quota: 'authorisations per minute',
    alertOn: [errorsOf('checkout'), errorsOf('payments')],
  },
  { caller: 'notifications', provider: 'mailgate', quota: 'monthly messages', alertOn: [errorsOf('notifications')] },
] as const;

export const quotaExhausted = (key: number): Fault => {
  const { caller, provider, quota, alertOn } = pick(key, 0, variants);
  return {
    ...blankFault,
    entity: provider,
    kind: 'quota',
    alertOn,
    rampMinutes: 2,
    remedies: [switchOn('provider-quota.yml', ['provider', provider], ['level', 'raised', 'usual'])],
    effects: { [caller]: { throttled: pick(key, 1, [38, 55, 74]) } },
    edgeEffects: { [`${caller}>${provider}`]: { errorRatio: 0.78 } },
    voices: [
      {
        service: caller,
        level: 'error',
        perMinute: 8,
        says: (d) =>
          `${provider} answered 429 Too Many Requests: quota exceeded (${quota}), retry after ${d.number(30, 3600)}s`,
      },
    ],
  };
};
