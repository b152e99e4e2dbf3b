/** Reads one number of the metric vocabulary out of a minute of the shop. */
import { baselineOf, wander } from './baseline.ts';
import { derive, draw, drawNormal, keyOf } from './dice.ts';
import { callsFrom, isLeaf, shopService } from './shop.ts';
import type { Shop, Snapshot, WeightedEffect } from './signals.ts';
import { added, capacityOf, minuteMs } from './signals.ts';
import type { WorldMetric } from './world.ts';

type Level = 'cpu' | 'memory' | 'disk' | 'pool' | 'certificateDays';
type Reading = {
  readonly shop: Shop;
  readonly service: string;
  readonly snapshot: Snapshot;
  readonly effects: readonly WeightedEffect[];
  readonly key: number;
};

const moved = (effects: readonly WeightedEffect[], level: Level, base: number): number =>
  effects.reduce((value, { effect, weight }) => {
    const target = effect[level];
    return target === undefined ? value : value + (target - value) * weight;
  }, base);

const ratio = (value: number): number => Math.min(1, Math.max(0, value));

const vital = (name: 'latencyMs' | 'errorRatio' | 'rate') => (reading: Reading) =>
  isStore(reading.service) ? null : (reading.snapshot.services.get(reading.service)?.[name] ?? null);

const isStore = (id: string): boolean => {
  const service = shopService(id);
  return service === null || isLeaf(service);
};

const cpu = ({ shop, service, snapshot, effects, key }: Reading): number => {
  const load = snapshot.services.get(service)?.load ?? 0;
  const utilisation = load / capacityOf(shop, service, snapshot.minute);
  const usual = (0.07 + 0.85 * utilisation) * Math.exp(0.05 * drawNormal(key, snapshot.minute));
  const lifted = moved(effects, 'cpu', usual) + 0.008 * drawNormal(key, snapshot.minute + 1);
  return Math.min(0.995, Math.max(0.01, lifted));
};

const memory = ({ service, snapshot, effects, key }: Reading): number => {
  const usual = baselineOf(service).memory * (1 + 0.035 * wander(key, snapshot.minute));
  return ratio(moved(effects, 'memory', usual) + 0.006 * drawNormal(key, snapshot.minute));
};

const disk = ({ shop, service, snapshot, effects, key }: Reading): number | null => {
  const { disk: base } = baselineOf(service);
  if (base === null) return null;
  const days = (snapshot.minute * minuteMs - shop.onsetMs) / 86_400_000;
  const usual = base + 0.002 * days + 0.0015 * drawNormal(key, snapshot.minute);
  return ratio(moved(effects, 'disk', usual));
};

/** Connections in use follow the rate times the time each is held (Little's law), up to the size of the pool. */
const pool = ({ service, snapshot, effects, key }: Reading): number | null => {
  const call = callsFrom(service).find(({ to }) => to.endsWith('-db') || to.endsWith('-cache'));
  if (call === undefined) return null;
  const heldMs = snapshot.edges.get(call.key)?.latencyMs ?? 0;
  const usualMs = baselineOf(call.to).ownMs * 1.1 + 1.5;
  const load = snapshot.services.get(service)?.load ?? 0;
  const usual = (0.12 + 0.22 * load) * Math.max(1, heldMs / usualMs) ** 0.45;
  const noisy = Math.min(0.9, usual * Math.exp(0.07 * drawNormal(key, snapshot.minute)));
  return ratio(moved(effects, 'pool', noisy));
};

const counted = (rate: number, chance: number): number => Math.floor(rate + chance);

const restarts = ({ service, snapshot, effects, key }: Reading): number | null => {
  if (isStore(service)) return null;
  const rare = draw(key, snapshot.minute) < 1 / 4000 ? 1 : 0;
  return rare + counted(added(effects, 'restarts'), draw(derive(key, 1), snapshot.minute));
};

const throttled = ({ service, snapshot, effects, key }: Reading): number | null => {
  if (!baselineOf(service).throttles) return null;
  const rare = draw(key, snapshot.minute) < 1 / 200 ? 1 : 0;
  const rate = added(effects, 'throttled') * Math.exp(0.15 * drawNormal(key, snapshot.minute + 1));
  return rare + counted(rate, draw(derive(key, 1), snapshot.minute));
};

const certificateDays = ({ shop, service, snapshot, effects, key }: Reading): number | null => {
  if (!baselineOf(service).certificate) return null;
  const atOnset = 21 + Math.floor(draw(key, 0) * 60);
  const usual = atOnset - (snapshot.minute * minuteMs - shop.onsetMs) / 86_400_000;
  return Math.max(0, Math.round(moved(effects, 'certificateDays', usual) * 1000) / 1000);
};

const readers: { readonly [Name in WorldMetric]: (reading: Reading) => number | null } = {
  latency_p95_ms: vital('latencyMs'),
  error_ratio: vital('errorRatio'),
  request_rate: vital('rate'),
  cpu_ratio: cpu,
  memory_ratio: memory,
  disk_ratio: disk,
  pool_ratio: pool,
  restart_count: restarts,
  throttle_count: throttled,
  certificate_days: certificateDays,
};

const keyCache = new Map<string, number>();
const metricKey = (service: string, metric: WorldMetric): number => {
  const name = `${service}/${metric}`;
  const key = keyCache.get(name) ?? keyOf(name);
  keyCache.set(name, key);
  return key;
};

/** Null for external providers, unknown services, and metrics this service does not have. */
export const readMetric = (
  shop: Shop,
  snapshot: Snapshot,
  { service, metric }: { service: string; metric: WorldMetric },
): number | null => {
  const known = shopService(service);
  if (known === null || known.external) return null;
  const key = derive(shop.key ^ metricKey(service, metric), 11);
  return readers[metric]({ shop, service, snapshot, effects: snapshot.effectsOn(service), key });
};
