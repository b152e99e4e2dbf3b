/** Works out what every service and every call measured, minute by minute, from a system and what happens to it. */
import { drawNormal, keyOf } from '../../src/lab/dice.ts';
import type { CallSketch, EffectSketch, Recipe, ServiceSketch } from './sketch.ts';

export type ServiceVitals = {
  readonly rate: number;
  readonly ms: number;
  readonly errors: number;
  readonly cpu: number;
  readonly memory: number;
  readonly pool: number;
  readonly disk: number;
  readonly restarts: number;
  readonly throttles: number;
  readonly certificate: number;
  readonly silent: boolean;
};
export type CallVitals = { readonly rate: number; readonly ms: number; readonly errors: number };
type Moment = {
  readonly services: ReadonlyMap<string, ServiceVitals>;
  readonly calls: ReadonlyMap<string, CallVitals>;
};

export type Simulation = (minute: number) => Moment;

type Setting = Pick<Recipe, 'folder' | 'system' | 'zero'> & { readonly effects: readonly EffectSketch[] };
type What = EffectSketch['what'];

/** 0.45 to 1 through the day, less at the weekend. */
function busyness(atMs: number): number {
  const hour = (atMs / 3_600_000) % 24;
  const weekend = [0, 6].includes(new Date(atMs).getUTCDay());
  return (0.72 + 0.28 * Math.cos(((hour - 15) * Math.PI) / 12)) * (weekend ? 0.82 : 1);
}

const knotMinutes = 12;
/** Slow and fast wandering together, deviation about 1. */
function noise(key: number, minute: number): number {
  const knot = Math.floor(minute / knotMinutes);
  const part = (minute - knot * knotMinutes) / knotMinutes;
  const slow = drawNormal(key, knot) * (1 - part) + drawNormal(key, knot + 1) * part;
  return 0.7 * slow + 0.6 * drawNormal(key ^ 0x5bd1, minute);
}

export function simulation(setting: Setting): Simulation {
  const zeroMs = Date.parse(setting.zero);
  const order = topDown(setting.system.services);
  const effects = Map.groupBy(setting.effects, ({ on, what }) => `${on} ${what}`);
  const remembered = new Map<number, Moment>();
  const keys = new Map<string, number>();
  const keyFor = (id: string, what: string): number => {
    const name = `${id} ${what}`;
    const key = keys.get(name) ?? keyOf(setting.folder, id, what);
    keys.set(name, key);
    return key;
  };
  return (minute) => {
    const known = remembered.get(minute);
    if (known !== undefined) return known;
    const context: Context = {
      minute,
      busy: busyness(zeroMs + minute * 60_000),
      effect: (on, what) => (effects.get(`${on} ${what}`) ?? []).map(({ value }) => value(minute)),
      wobble: (id, what) => noise(keyFor(id, what), minute),
    };
    const moment = momentOf(order, context);
    remembered.set(minute, moment);
    return moment;
  };
}

type Context = {
  readonly minute: number;
  readonly busy: number;
  effect(on: string, what: What): readonly number[];
  wobble(id: string, what: string): number;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const product = (values: readonly number[]): number => values.reduce((total, value) => total * value, 1);

/** Callers before callees. */
function topDown(services: readonly ServiceSketch[]): readonly ServiceSketch[] {
  const done: ServiceSketch[] = [];
  const visit = (service: ServiceSketch): void => {
    if (done.includes(service)) return;
    for (const caller of services.filter(({ calls }) => calls?.[service.id] !== undefined)) visit(caller);
    done.push(service);
  };
  for (const service of services) visit(service);
  return done;
}

function momentOf(order: readonly ServiceSketch[], context: Context): Moment {
  const rates = ratesOf(order, context);
  const services = new Map<string, ServiceVitals>();
  const calls = new Map<string, CallVitals>();
  for (const service of order.toReversed()) {
    let ms = ownMs(service, context);
    let fine = 1 - ownErrors(service, context);
    for (const [to, sketch] of Object.entries(service.calls ?? {})) {
      const call = callVitals({ from: service.id, to, sketch }, { context, rates, services });
      calls.set(`${service.id}>${to}`, call);
      ms += call.ms * sketch[1];
      fine *= 1 - call.errors * sketch[2];
    }
    services.set(service.id, vitalsOf(service, { ms, errors: 1 - fine, rate: rates.get(service.id) ?? 0 }, context));
  }
  return { services, calls };
}

function ratesOf(order: readonly ServiceSketch[], { busy, effect, wobble }: Context): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  for (const { id, enters = 0, calls = {} } of order) {
    const own = enters * busy * product(effect(id, 'traffic')) * (1 + 0.03 * wobble(id, 'rate'));
    const rate = own + (rates.get(id) ?? 0);
    rates.set(id, rate);
    for (const [to, [perRequest]] of Object.entries(calls)) {
      const more = rate * perRequest * product(effect(`${id}>${to}`, 'traffic'));
      rates.set(to, (rates.get(to) ?? 0) + more);
    }
  }
  return rates;
}

const ownMs = ({ id, ms }: ServiceSketch, { effect, wobble }: Context): number =>
  Math.max(0.3, ms * (1 + 0.05 * wobble(id, 'ms')) * product(effect(id, 'times')) + sum(effect(id, 'ms')));

function ownErrors({ id, errors = 0.002 }: ServiceSketch, { effect, wobble }: Context): number {
  return Math.min(0.98, Math.max(0, errors * (1 + 0.3 * wobble(id, 'errors'))) + sum(effect(id, 'errors')));
}

type CallPlace = { readonly from: string; readonly to: string; readonly sketch: CallSketch };
type Around = {
  readonly context: Context;
  readonly rates: ReadonlyMap<string, number>;
  readonly services: ReadonlyMap<string, ServiceVitals>;
};

function callVitals({ from, to, sketch }: CallPlace, { context, rates, services }: Around): CallVitals {
  const key = `${from}>${to}`;
  const callee = services.get(to);
  const lost = Math.min(0.98, sum(context.effect(key, 'errors')));
  return {
    rate: (rates.get(from) ?? 0) * sketch[0] * product(context.effect(key, 'traffic')),
    ms: (callee?.ms ?? 1) + 1.5 + sum(context.effect(key, 'ms')),
    errors: 1 - (1 - (callee?.errors ?? 0)) * (1 - lost),
  };
}

type Core = { readonly ms: number; readonly errors: number; readonly rate: number };

function vitalsOf(service: ServiceSketch, core: Core, { minute, busy, effect, wobble }: Context): ServiceVitals {
  const { id, cpu = 0.34, memory = 0.5, disk = 0.4, pool = 0.3, certificateDays = 61 } = service;
  const level = (what: What, usual: number): number => Math.min(0.995, Math.max(usual, ...effect(id, what)));
  const load = busy * product(effect(id, 'traffic'));
  const days = effect(id, 'certificate');
  return {
    ...core,
    cpu: level('cpu', cpu * (0.35 + 0.65 * Math.min(load, 2.4)) * (1 + 0.05 * wobble(id, 'cpu'))),
    memory: level('memory', memory * (1 + 0.015 * wobble(id, 'memory'))),
    pool: level('pool', pool * (0.4 + 0.6 * load) * (1 + 0.08 * wobble(id, 'pool'))),
    disk: level('disk', disk + minute * 0.000002),
    restarts: Math.round(sum(effect(id, 'restarts'))),
    throttles: Math.round(sum(effect(id, 'throttles'))),
    certificate: days.length > 0 ? Math.min(...days) : certificateDays - minute / 1440,
    silent: effect(id, 'silent').some((value) => value > 0),
  };
}
