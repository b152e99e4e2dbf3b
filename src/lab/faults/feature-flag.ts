/** A flag is turned on for everybody and its code path is not ready. */
import { drawInteger, pick } from '../dice.ts';
import type { Effect, Fault, LineDice } from '../fault.ts';
import { blankFault, errorsOf, latencyOf, switchOn } from '../fault.ts';

type Variant = {
  readonly service: string;
  readonly flag: string;
  readonly effect: Effect;
  readonly says: (dice: LineDice) => string;
  readonly alertOn: Fault['alertOn'];
};

const variants: readonly Variant[] = [
  {
    service: 'catalog',
    flag: 'related-products',
    effect: { latencyMs: 520, errorRatio: 0.06, cpu: 0.82 },
    says: (d) => `relatedProducts timed out after ${d.number(480, 560)}ms, answering without suggestions`,
    alertOn: [latencyOf('web'), latencyOf('catalog')],
  },
  {
    service: 'search',
    flag: 'semantic-ranking',
    effect: { latencyMs: 900, errorRatio: 0.1, cpu: 0.95 },
    says: (d) => `index.rerank gave up after ${d.number(850, 1000)}ms with ${d.number(40, 240)} hits`,
    alertOn: [latencyOf('web'), latencyOf('search')],
  },
  {
    service: 'accounts',
    flag: 'passkey-first',
    effect: { errorRatio: 0.33 },
    says: (d) => `login failed user=${d.number(1000, 99999)} reason=passkey_challenge_missing_origin`,
    alertOn: [errorsOf('web'), errorsOf('accounts')],
  },
  {
    service: 'checkout',
    flag: 'express-pay',
    effect: { errorRatio: 0.27, latencyMs: 300 },
    says: (d) => `express pay could not start for basket ${d.number(100000, 999999)}: wallet session is not ready`,
    alertOn: [errorsOf('checkout'), errorsOf('web')],
  },
  {
    service: 'shipping',
    flag: 'instant-quotes',
    effect: { errorRatio: 0.5, latencyMs: 250 },
    says: (d) => `instant quote missing for postcode ${d.number(10000, 99999)}: rate table has no version`,
    alertOn: [errorsOf('checkout'), errorsOf('shipping')],
  },
];

export const featureFlag = (key: number): Fault => {
  const { service, flag, effect, says, alertOn } = pick(key, 0, variants);
  return {
    ...blankFault,
    entity: service,
    kind: 'feature-flag',
    alertOn,
    rampMinutes: 2,
    remedies: [switchOn('feature-flag.yml', ['flag', flag], ['enabled', 'false', 'true'])],
    effects: { [service]: effect },
    voices: [{ service, level: 'error', perMinute: 7, says }],
    change: {
      type: 'flag',
      flag: {
        flag,
        service,
        title: `Flag ${flag} set to 100 %`,
        text: `${flag} was on for ${pick(key, 1, ['5', '10', '20'])} % of visitors and is now on for all of them in prod.`,
      },
      minutesBefore: drawInteger(key, 2, [0, 3]),
    },
  };
};
