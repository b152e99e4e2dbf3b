/** An external provider is down. Nothing of ours changed or can fix it; some providers have a stand-in here. */
import { pick } from '../dice.ts';
import type { EdgeEffect, Fault, LineDice } from '../fault.ts';
import { blankFault, errorsOf, switchOn } from '../fault.ts';

/** Flat rates for parcels, a queue for mails. Nobody else takes cards. */
const standIns: readonly string[] = ['parcelgate', 'mailgate'];

type Way = { readonly effect: EdgeEffect; readonly says: (provider: string) => (dice: LineDice) => string };

const providers = [
  { caller: 'payments', provider: 'cardgate', alertOn: [errorsOf('checkout'), errorsOf('payments')] },
  { caller: 'shipping', provider: 'parcelgate', alertOn: [errorsOf('checkout'), errorsOf('shipping')] },
  { caller: 'notifications', provider: 'mailgate', alertOn: [errorsOf('notifications')] },
] as const;

const ways: readonly Way[] = [
  {
    effect: { errorRatio: 0.85, latencyMs: 150 },
    says: (provider) => (d) => `${provider} answered 503 Service Unavailable after ${d.number(90, 700)}ms`,
  },
  {
    effect: { errorRatio: 0.7, latencyMs: 2600 },
    says: (provider) => (d) => `${provider} did not answer within ${d.number(2900, 3100)}ms: ETIMEDOUT`,
  },
  {
    effect: { errorRatio: 0.9, latencyMs: 40, blocked: true },
    says: (provider) => (d) => `connection to ${provider} was reset by peer: ECONNRESET attempt ${d.number(1, 3)}`,
  },
];

export const dependencyOutage = (key: number): Fault => {
  const { caller, provider, alertOn } = pick(key, 0, providers);
  const way = pick(key, 1, ways);
  return {
    ...blankFault,
    entity: provider,
    kind: 'dependency-failure',
    alertOn,
    rampMinutes: 2,
    remedies: standIns.includes(provider)
      ? [switchOn('provider-fallback.yml', ['provider', provider], ['enabled', 'true', 'false'])]
      : [],
    edgeEffects: { [`${caller}>${provider}`]: way.effect },
    voices: [{ service: caller, level: 'error', perMinute: 8, says: way.says(provider) }],
  };
};
