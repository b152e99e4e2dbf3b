/**
 * The state of the whole shop in one minute: load flows down the call graph, latency and errors come back up. Everything
 * a metric or an edge says is derived from it.
 */
import type { Baseline } from './baseline.ts';
import { baselineOf, blip, peakRates, trafficShape, wander } from './baseline.ts';
import { derive, draw, drawNormal, keyOf } from './dice.ts';
import type { EdgeEffect, Effect, Fault } from './fault.ts';
import type { Turn } from './healing.ts';
import { creepMinutes, strengthAt } from './healing.ts';
import type { Room } from './room.ts';
import { roomAt } from './room.ts';
import type { Call } from './shop.ts';
import { calls, callsFrom, callsTo, shopServices } from './shop.ts';

export const minuteMs = 60_000;

/** Per second; milliseconds; 0 to 1. `load` is in units of the daily peak. */
type Vitals = { rate: number; load: number; latencyMs: number; errorRatio: number };
type EdgeVitals = { rate: number; latencyMs: number; errorRatio: number; blockedRatio: number };
export type WeightedEffect = { readonly effect: Effect; readonly weight: number };

export type Snapshot = {
  readonly minute: number;
  readonly strength: number;
  readonly services: ReadonlyMap<string, Vitals>;
  /** Keys are `from>to`. */
  readonly edges: ReadonlyMap<string, EdgeVitals>;
  effectsOn(service: string): readonly WeightedEffect[];
};

/** The part of the world that a snapshot depends on. */
export type Shop = {
  readonly key: number;
  readonly fault: Fault;
  readonly onsetMs: number;
  readonly turns: readonly Turn[];
  readonly rooms: readonly Room[];
};

/** Traffic at which a service is full in this minute, in units of the daily peak. */
export const capacityOf = ({ rooms }: Shop, service: string, minute: number): number =>
  baselineOf(service).capacity * roomAt(rooms, service, (minute + 0.5) * minuteMs);

const bottomUp = shopServices.toReversed().map(({ id }) => ({ id, baseline: baselineOf(id), calls: callsFrom(id) }));
const topDown = shopServices.map(({ id }) => ({ id, calls: callsTo(id) }));
const inFlow = topDown.flatMap((node) => node.calls);
const keys = new Map<string, number>(
  [...shopServices.map(({ id }) => id), ...calls.map(({ key }) => key)].map((name) => [name, keyOf(name)]),
);
const noiseKey = (shop: Shop, name: string, salt: number): number => derive(shop.key ^ (keys.get(name) ?? 0), salt);

export const added = (
  effects: readonly WeightedEffect[],
  name: 'latencyMs' | 'errorRatio' | 'restarts' | 'throttled',
) => effects.reduce((sum, { effect, weight }) => sum + (effect[name] ?? 0) * weight, 0);

const gather = (shop: Shop, minute: number, strength: number): ((service: string) => readonly WeightedEffect[]) => {
  const middleMs = (minute + 0.5) * minuteMs;
  const jitter = 0.92 + 0.16 * draw(noiseKey(shop, 'web', 9), minute);
  const sinceMinutes = creepMinutes(shop, middleMs);
  const built = sinceMinutes === null ? {} : (shop.fault.creeping?.(sinceMinutes) ?? {});
  return (service) => {
    const sudden = shop.fault.effects[service];
    const slow = built[service];
    const list: WeightedEffect[] = [];
    if (sudden !== undefined && strength > 0) list.push({ effect: sudden, weight: Math.min(1, strength * jitter) });
    if (slow !== undefined) list.push({ effect: slow, weight: 1 });
    return list;
  };
};

/** Calls per request of the caller in this minute: a crowd may use one part of the shop more than usual. */
const mixed =
  (shop: Shop, strength: number) =>
  (call: Call): number =>
    call.perRequest * (1 + ((shop.fault.trafficMix?.[call.key] ?? 1) - 1) * strength);

/** Load of every service when every call succeeds, in requests per second. */
const offer = (shop: Shop, minute: number, strength: number): ReadonlyMap<string, number> => {
  const peak = peakRates.get('web') ?? 0;
  const noise = Math.exp(
    0.025 * drawNormal(noiseKey(shop, 'web', 1), minute) + 0.03 * wander(noiseKey(shop, 'web', 2), minute),
  );
  const shape = trafficShape(minute * minuteMs);
  const surge = Math.max(0, (shop.fault.surgeTo ?? 0) - shape) * strength;
  const offered = new Map<string, number>([['web', peak * (shape + surge) * noise]]);
  const perRequest = mixed(shop, strength);
  for (const { id, calls: incoming } of topDown) {
    if (incoming.length === 0) continue;
    const total = incoming.reduce((sum, call) => sum + (offered.get(call.from) ?? 0) * perRequest(call), 0);
    offered.set(id, total);
  }
  return offered;
};

const edgeVitals = (effect: EdgeEffect | undefined, callee: Vitals, strength: number): EdgeVitals => {
  const broken = Math.min(0.98, (effect?.errorRatio ?? 0) * strength);
  return {
    rate: 0,
    latencyMs: callee.latencyMs + 1.5 + (effect?.latencyMs ?? 0) * strength,
    errorRatio: 1 - (1 - callee.errorRatio) * (1 - broken),
    blockedRatio: effect?.blocked === true ? broken : 0,
  };
};

/** Waiting grows without bound as a service fills up; from 95 % it also drops requests. */
const queueFactor = (utilisation: number): number => 1 + (0.12 * utilisation) / (1 - Math.min(utilisation, 0.97));
const dropped = (utilisation: number): number => Math.min(0.6, Math.max(0, utilisation - 0.95) * 0.6);

const alone = (shop: Shop, { id, baseline }: { id: string; baseline: Baseline }, minute: number) => {
  const latencyNoise = Math.exp(
    0.045 * drawNormal(noiseKey(shop, id, 3), minute) + 0.02 * wander(noiseKey(shop, id, 4), minute),
  );
  const errorNoise = Math.exp(0.3 * drawNormal(noiseKey(shop, id, 5), minute));
  const stumble = draw(noiseKey(shop, id, 7), minute) < 1 / 700 ? 0.012 : 0;
  return {
    latencyMs: baseline.ownMs * latencyNoise * blip(noiseKey(shop, id, 6), minute),
    errorRatio: baseline.errorRatio * errorNoise + stumble,
  };
};

/** Deterministic for the shop and the minute. Costs some ten microseconds. */
export const snapshotAt = (shop: Shop, minute: number): Snapshot => {
  const strength = strengthAt(shop.fault, shop, (minute + 0.5) * minuteMs);
  const effectsOn = gather(shop, minute, strength);
  const offered = offer(shop, minute, strength);
  const services = new Map<string, Vitals>();
  const edges = new Map<string, EdgeVitals>();
  for (const node of bottomUp) {
    const load = (offered.get(node.id) ?? 0) / (peakRates.get(node.id) ?? 1);
    const utilisation = load / capacityOf(shop, node.id, minute);
    const effects = effectsOn(node.id);
    const own = alone(shop, node, minute);
    let latencyMs = own.latencyMs * queueFactor(utilisation) + added(effects, 'latencyMs');
    let success = (1 - own.errorRatio) * (1 - Math.min(0.97, added(effects, 'errorRatio') + dropped(utilisation)));
    for (const call of node.calls) {
      const callee = services.get(call.to);
      if (callee === undefined) continue;
      const edge = edgeVitals(shop.fault.edgeEffects[call.key], callee, strength);
      edges.set(call.key, edge);
      latencyMs += edge.latencyMs * call.latencyShare;
      success *= 1 - edge.errorRatio * call.errorShare;
    }
    services.set(node.id, {
      rate: node.id === 'web' ? (offered.get('web') ?? 0) : 0,
      load,
      latencyMs,
      errorRatio: 1 - success,
    });
  }
  carryTraffic(mixed(shop, strength), services, edges);
  return { minute, strength, services, edges, effectsOn };
};

/** What really arrives: calls that come after a failed call are not made, blocked calls do not arrive. */
const carryTraffic = (
  perRequest: (call: Call) => number,
  services: ReadonlyMap<string, Vitals>,
  edges: ReadonlyMap<string, EdgeVitals>,
): void => {
  for (const call of inFlow) {
    const edge = edges.get(call.key);
    const caller = services.get(call.from);
    const callee = services.get(call.to);
    if (edge === undefined || caller === undefined || callee === undefined) continue;
    const prevented = call.afterKey === null ? 0 : (edges.get(call.afterKey)?.errorRatio ?? 0);
    edge.rate = caller.rate * perRequest(call) * (1 - prevented);
    callee.rate += edge.rate * (1 - edge.blockedRatio);
  }
};
