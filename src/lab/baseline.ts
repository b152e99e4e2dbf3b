/** What the shop is like on a normal day: its traffic through the day, and what each service costs by itself. */
import { draw, drawNormal } from './dice.ts';
import { calls, shopServices } from './shop.ts';

/** One service alone, without its callees. Times in milliseconds, ratios 0 to 1. */
export type Baseline = {
  readonly ownMs: number;
  readonly errorRatio: number;
  /** Load at which it is full, in units of the daily peak. */
  readonly capacity: number;
  readonly memory: number;
  readonly disk: number | null;
  readonly certificate: boolean;
  readonly throttles: boolean;
};

const service = (ownMs: number, capacity: number, rest: Partial<Baseline> = {}): Baseline => ({
  ownMs,
  capacity,
  errorRatio: 0.002,
  memory: 0.52,
  disk: null,
  certificate: false,
  throttles: false,
  ...rest,
});

const baselines: { readonly [id: string]: Baseline } = {
  web: service(45, 2.2, { certificate: true, memory: 0.48, errorRatio: 0.0015 }),
  checkout: service(40, 2.6, { memory: 0.55 }),
  search: service(60, 2.3, { memory: 0.66, disk: 0.54, certificate: true }),
  cart: service(12, 2.7, { memory: 0.44, errorRatio: 0.001 }),
  payments: service(30, 2.8, { certificate: true, throttles: true, errorRatio: 0.003 }),
  orders: service(30, 2.5, { memory: 0.57 }),
  shipping: service(20, 2.9, { throttles: true, certificate: true, errorRatio: 0.003 }),
  accounts: service(25, 2.6, { certificate: true, memory: 0.46 }),
  catalog: service(22, 2.4, { memory: 0.61 }),
  inventory: service(14, 2.6, { memory: 0.5, certificate: true }),
  notifications: service(40, 3, { throttles: true, memory: 0.42, errorRatio: 0.004 }),
  'orders-db': service(12, 2.8, { memory: 0.71, disk: 0.58, errorRatio: 0.0002 }),
  'catalog-db': service(12, 2.8, { memory: 0.68, disk: 0.47, errorRatio: 0.0002 }),
  'cart-cache': service(2, 3.5, { memory: 0.63, errorRatio: 0.0001 }),
  cardgate: service(320, 20, { errorRatio: 0.002 }),
  parcelgate: service(240, 20, { errorRatio: 0.003 }),
  mailgate: service(180, 20, { errorRatio: 0.003 }),
};

export const baselineOf = (id: string): Baseline => {
  const baseline = baselines[id];
  if (baseline === undefined) throw new Error(`baselineOf: the shop has no service ${id}`);
  return baseline;
};

/** Requests per second at the entry, at the busiest moment of a working day. */
const entryPeak = 46;

/** 0.4 to 1 through the day (UTC, busiest in the afternoon), a little less at the weekend. */
export const trafficShape = (atMs: number): number => {
  const hour = (atMs / 3_600_000) % 24;
  const day = new Date(atMs).getUTCDay();
  const wave = 0.7 + 0.26 * Math.cos(((hour - 15) * Math.PI) / 12) + 0.04 * Math.cos(((hour - 20) * Math.PI) / 6);
  return wave * (day === 0 || day === 6 ? 0.86 : 1);
};

/** Requests per second of every service at the busiest moment of a normal day. */
export const peakRates: ReadonlyMap<string, number> = (() => {
  const rates = new Map<string, number>([['web', entryPeak]]);
  for (const { id } of shopServices) {
    for (const call of calls.filter(({ from }) => from === id)) {
      rates.set(call.to, (rates.get(call.to) ?? 0) + (rates.get(id) ?? 0) * call.perRequest);
    }
  }
  return rates;
})();

const knotMinutes = 15;

/** Slow wandering around 0 with deviation of about 1, the same for neighbouring minutes. */
export const wander = (key: number, minute: number): number => {
  const knot = Math.floor(minute / knotMinutes);
  const part = (minute - knot * knotMinutes) / knotMinutes;
  const eased = part * part * (3 - 2 * part);
  return drawNormal(key, knot) * (1 - eased) + drawNormal(key, knot + 1) * eased;
};

/** 1 in most minutes, larger for a single minute now and then: what a garbage collection or a noisy neighbour does. */
export const blip = (key: number, minute: number): number => (draw(key, minute) < 1 / 600 ? 1.8 : 1);
