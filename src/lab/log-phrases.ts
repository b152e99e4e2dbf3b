/** What each service says on a normal day, its usual warnings and errors included. */
import type { LineDice } from './fault.ts';
import type { LogLine } from './world.ts';

/** Chosen in proportion to `weight`. */
export type Phrase = {
  readonly level: LogLine['level'];
  readonly weight: number;
  readonly says: (dice: LineDice) => string;
};

const info = (weight: number, says: Phrase['says']): Phrase => ({ level: 'info', weight, says });
const warn = (weight: number, says: Phrase['says']): Phrase => ({ level: 'warn', weight, says });
const error = (weight: number, says: Phrase['says']): Phrase => ({ level: 'error', weight, says });

const sku = (dice: LineDice): string => `${dice.word('TR', 'BK', 'LM', 'CH')}-${dice.number(1000, 9899)}`;

const own: { readonly [service: string]: readonly Phrase[] } = {
  web: [
    info(60, (d) => `GET /p/${sku(d)} 200 ${d.number(40, 190)}ms`),
    info(30, (d) => `GET /search?q=${d.word('lamp', 'desk', 'chair', 'rug', 'mug')} 200 ${d.number(60, 210)}ms`),
    info(8, (d) => `POST /checkout 200 ${d.number(350, 800)}ms`),
    warn(2, (d) => `client closed the connection after ${d.number(900, 4000)}ms`),
    error(0.6, (d) => `GET /p/${sku(d)} 500 unhandled rejection: Cannot read properties of null (reading 'title')`),
  ],
  checkout: [
    info(60, (d) => `checkout ${d.number(100000, 999999)} completed in ${d.number(380, 720)}ms`),
    info(30, (d) => `quote for basket ${d.number(100000, 999999)}: ${d.number(1, 6)} lines`),
    warn(3, (d) => `basket ${d.number(100000, 999999)} changed while paying, asking again`),
    warn(1.5, () => 'address could not be normalised, using it as typed'),
    error(0.7, (d) => `checkout ${d.number(100000, 999999)} failed: card declined by issuer`),
  ],
  search: [
    info(
      80,
      (d) => `query "${d.word('lamp', 'desk', 'oak', 'mug')}" ${d.number(3, 240)} hits in ${d.number(20, 70)}ms`,
    ),
    info(10, (d) => `index segment ${d.number(10, 99)} merged, ${d.number(2000, 9000)} documents`),
    warn(2, (d) => `query took ${d.number(250, 480)}ms, returning partial suggestions`),
    error(0.4, (d) => `bad query syntax at position ${d.number(1, 30)}`),
  ],
  cart: [
    info(80, (d) => `cart ${d.number(10000, 99999)} ${d.word('loaded', 'saved')} ${d.number(1, 9)} items`),
    warn(2, (d) => `cart ${d.number(10000, 99999)} was written twice, keeping the newer version`),
    error(0.3, (d) => `cart ${d.number(10000, 99999)} could not be decoded, starting an empty one`),
  ],
  payments: [
    info(60, (d) => `authorised ${d.number(5, 340)}.${d.number(10, 99)} EUR via cardgate in ${d.number(220, 420)}ms`),
    info(20, (d) => `captured payment ${d.number(100000, 999999)}`),
    warn(3, (d) => `cardgate answered after ${d.number(800, 1500)}ms`),
    warn(2, () => 'issuer asks for a challenge, redirecting'),
    error(0.8, (d) => `payment ${d.number(100000, 999999)} refused: insufficient_funds`),
  ],
  orders: [
    info(70, (d) => `order ${d.number(400000, 499999)} placed, ${d.number(1, 7)} lines`),
    info(25, (d) => `order ${d.number(400000, 499999)} moved to ${d.word('picking', 'packed', 'shipped')}`),
    warn(2, (d) => `order ${d.number(400000, 499999)} retried after serialization failure`),
    error(0.4, (d) => `order ${d.number(400000, 499999)} rejected: duplicate idempotency key`),
  ],
  shipping: [
    info(
      80,
      (d) => `rate ${d.word('standard', 'express', 'pickup')} zone=${d.number(1, 9)} price=${d.number(3, 19)}.90`,
    ),
    warn(3, (d) => `parcelgate answered after ${d.number(700, 1300)}ms, using the cached rate`),
    error(0.7, (d) => `no rate for postcode ${d.number(10000, 99999)}`),
  ],
  accounts: [
    info(60, (d) => `session renewed user=${d.number(1000, 99999)}`),
    info(20, (d) => `login ok user=${d.number(1000, 99999)} method=${d.word('password', 'passkey', 'link')}`),
    warn(4, (d) => `login failed user=${d.number(1000, 99999)} reason=bad_password`),
    error(0.4, (d) => `address book entry ${d.number(100, 9999)} has an unknown country code`),
  ],
  catalog: [
    info(80, (d) => `product ${sku(d)} served from ${d.word('memory', 'memory', 'database')}`),
    info(15, (d) => `price list ${d.number(10, 40)} loaded, ${d.number(900, 4000)} prices`),
    warn(2, (d) => `product ${sku(d)} has no picture`),
    error(0.4, (d) => `product ${sku(d)} not found`),
  ],
  inventory: [
    info(80, (d) => `reserved ${d.number(1, 4)} of ${sku(d)} in warehouse ${d.word('ams', 'lej', 'bcn')}`),
    info(15, (d) => `stock of ${sku(d)} set to ${d.number(0, 400)}`),
    warn(3, (d) => `stock of ${sku(d)} is below ${d.number(3, 9)}`),
    error(0.4, (d) => `reservation ${d.number(10000, 99999)} expired before it was confirmed`),
  ],
  notifications: [
    info(80, (d) => `mail ${d.word('order-placed', 'order-shipped', 'welcome')} accepted by mailgate`),
    warn(3, (d) => `mail bounced: mailbox full, recipient ${d.number(1000, 99999)}`),
    error(0.8, (d) => `mail rejected: invalid recipient ${d.number(1000, 99999)}`),
  ],
  'orders-db': [
    info(10, (d) => `checkpoint complete: wrote ${d.number(200, 2400)} buffers`),
    info(6, (d) => `automatic vacuum of table "shop.public.order_lines": index scans: ${d.number(0, 1)}`),
    warn(0.4, () => 'there is no transaction in progress'),
  ],
  'catalog-db': [
    info(10, (d) => `checkpoint complete: wrote ${d.number(100, 1800)} buffers`),
    info(6, (d) => `automatic analyze of table "shop.public.stock": ${d.number(1, 9)} pages`),
    warn(0.4, () => 'there is no transaction in progress'),
  ],
  'cart-cache': [
    info(10, (d) => `Background saving terminated with success, ${d.number(20, 90)} MB`),
    info(6, (d) => `${d.number(100, 900)} keys evicted or expired`),
  ],
};

/** Empty for external providers: they do not log here. */
export const phrasesOf = (service: string): readonly Phrase[] => own[service] ?? [];
