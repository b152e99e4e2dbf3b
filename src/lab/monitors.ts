/** The monitors a team would have set: latency and errors of every service it runs, a factor above the busy hour. */
import { baselineOf } from './baseline.ts';
import { callsFrom, isLeaf, shopServices } from './shop.ts';
import type { ShopMonitor } from './world.ts';

const minuteMs = 60_000;
/** Monitors look at `avg(last_5m)`. */
const monitorMinutes = 5;

/** p95 in milliseconds of a service with all it waits for, when nothing is wrong. */
export const usualLatencyMs = (id: string): number =>
  callsFrom(id).reduce(
    (sum, call) => sum + (usualLatencyMs(call.to) + 1.5) * call.latencyShare,
    baselineOf(id).ownMs * 1.07,
  );

const roundTo = (value: number, step: number): number => Number((Math.ceil(value / step) * step).toFixed(2));
/** Part of requests that fail with all that comes up from the callees, when nothing is wrong. */
const usualErrorRatio = (id: string): number =>
  callsFrom(id).reduce((sum, call) => sum + usualErrorRatio(call.to) * call.errorShare, baselineOf(id).errorRatio);

const errorThreshold = (id: string): number => Math.max(0.02, roundTo(usualErrorRatio(id) * 2.4, 0.01));

export const shopMonitors: readonly ShopMonitor[] = shopServices
  .filter((service) => !isLeaf(service))
  .flatMap((service, index) => [
    {
      id: 184_200 + index * 10,
      name: `${service.title}: p95 latency is high`,
      service: service.id,
      metric: 'latency_p95_ms',
      comparator: '>',
      threshold: roundTo(usualLatencyMs(service.id) * 1.8, usualLatencyMs(service.id) > 100 ? 50 : 10),
    },
    {
      id: 184_201 + index * 10,
      name: `${service.title}: error rate is high`,
      service: service.id,
      metric: 'error_ratio',
      comparator: '>',
      threshold: errorThreshold(service.id),
    },
  ]);

/** Mean of the whole minutes before `atMs` that the monitor looks at; null without data. */
export const monitorValue = (read: (atMs: number) => number | null, atMs: number): number | null => {
  const last = Math.floor(atMs / minuteMs) - 1;
  const values = Array.from({ length: monitorMinutes }, (_, index) => read((last - index) * minuteMs));
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

export const violates = (monitor: Pick<ShopMonitor, 'comparator' | 'threshold'>, value: number): boolean =>
  monitor.comparator === '>' ? value > monitor.threshold : value < monitor.threshold;
