/** A code change that fails for a part of the requests. */
import { drawInteger, pick } from '../dice.ts';
import type { Edit, Effect, Fault, LineDice } from '../fault.ts';
import { blankFault, errorsOf } from '../fault.ts';
import { codePull } from '../sources/source.ts';

type Variant = {
  readonly service: string;
  readonly title: string;
  readonly body: string;
  readonly edit: Edit;
  readonly effect: Effect;
  readonly says: (dice: LineDice) => string;
  readonly alertOn: Fault['alertOn'];
};

const variants: readonly Variant[] = [
  {
    service: 'checkout',
    title: 'Show the first discount code on the receipt',
    body: 'The receipt names the code that was used. Tried with the WELCOME10 basket on staging.',
    edit: {
      path: 'src/place-checkout.ts',
      find: '  const off = (basket.discounts ?? []).reduce((sum, discount) => sum + discount.amountCents, 0);',
      replace:
        '  const [first, ...others] = basket.discounts;\n  const off = others.reduce((sum, discount) => sum + discount.amountCents, first.amountCents);',
    },
    effect: { errorRatio: 0.38 },
    says: (d) =>
      `checkout ${d.number(100000, 999999)} failed: TypeError: basket.discounts is not iterable at totalCents`,
    alertOn: [errorsOf('web'), errorsOf('checkout')],
  },
  {
    service: 'payments',
    title: 'Read currencies from the market table',
    body: 'One table instead of a default hidden in code. Markets come from the checkout address.',
    edit: {
      path: 'src/charge.ts',
      find: '  return currencies.get(market) ?? defaultCurrency;',
      replace:
        "  const currency = currencies.get(market);\n  if (currency === undefined) throw new RangeError('no currency for market ' + market);\n  return currency;",
    },
    effect: { errorRatio: 0.55 },
    says: (d) => `charge failed: RangeError: no currency for market ${d.word('de', 'at', 'nl', 'fr')} at currencyOf`,
    alertOn: [errorsOf('checkout'), errorsOf('payments')],
  },
  {
    service: 'orders',
    title: 'Keep gift notes with the order line',
    body: 'Packing prints the note. Column exists since last week.',
    edit: {
      path: 'src/place-order.ts',
      find: 'position: index + 1 };',
      replace: 'position: index + 1, note: line.gift.note };',
    },
    effect: { errorRatio: 0.45 },
    says: (d) =>
      `order ${d.number(400000, 499999)} failed: TypeError: Cannot read properties of undefined (reading 'note') at toRow`,
    alertOn: [errorsOf('checkout'), errorsOf('orders')],
  },
  {
    service: 'accounts',
    title: 'Put the region into session tokens',
    body: 'Needed for the second region later this year.',
    edit: {
      path: 'src/sessions.ts',
      find: "  const [session, signature] = token.split('.');\n  if (!session || !signature)",
      replace: "  const [region, session, signature] = token.split('.');\n  if (!region || !session || !signature)",
    },
    effect: { errorRatio: 0.4 },
    says: (d) => `request failed: Error: invalid session token at parseToken user=${d.number(1000, 99999)}`,
    alertOn: [errorsOf('web'), errorsOf('accounts')],
  },
  {
    service: 'catalog',
    title: 'Format prices in one place',
    body: 'Price lists already carry the decimal amount, so the division is not needed here.',
    edit: {
      path: 'src/product-card.ts',
      find: '  return (price.amountCents / 100).toFixed(2)',
      replace: '  return price.amount.toFixed(2)',
    },
    effect: { errorRatio: 0.22 },
    says: (d) =>
      `product ${d.word('TR', 'BK')}-${d.number(1000, 9899)} failed: TypeError: Cannot read properties of undefined (reading 'toFixed') at formatPrice`,
    alertOn: [errorsOf('web'), errorsOf('catalog')],
  },
  {
    service: 'shipping',
    title: 'Accept parcel weights in kilograms',
    body: 'The warehouse app sends kilograms from now on.',
    edit: {
      path: 'src/quotes.ts',
      find: 'checkedWeight(parcel.weightGrams)',
      replace: 'checkedWeight(parcel.weightKilograms * 1000)',
    },
    effect: { errorRatio: 0.6 },
    says: (d) => `quote failed: RangeError: weight NaN is out of range at checkedWeight zone=${d.number(1, 9)}`,
    alertOn: [errorsOf('checkout'), errorsOf('shipping')],
  },
  {
    service: 'cart',
    title: 'Decode carts with the shared decoder',
    body: 'The shared decoder also checks the shape.',
    edit: {
      path: 'src/carts.ts',
      find: 'function decode(stored: string): Cart {\n  return JSON.parse(stored);',
      replace: 'function decode(stored: string): Cart {\n  return decode(JSON.parse(stored));',
    },
    effect: { errorRatio: 0.35, cpu: 0.9, latencyMs: 90 },
    says: (d) => `cart ${d.number(10000, 99999)} failed: RangeError: Maximum call stack size exceeded at decode`,
    alertOn: [errorsOf('checkout'), errorsOf('cart')],
  },
];

export const badDeploy = (key: number): Fault => {
  const variant = pick(key, 0, variants);
  const { service, title, body, edit } = variant;
  return {
    ...blankFault,
    entity: service,
    kind: 'bad-deploy',
    alertOn: variant.alertOn,
    effects: { [service]: variant.effect },
    voices: [{ service, level: 'error', perMinute: 8, says: variant.says }],
    change: {
      type: 'pull',
      pull: codePull(service, { title, body, edits: [edit] }),
      liveMinutesBefore: drawInteger(key, 1, [0, 9]),
    },
  };
};
