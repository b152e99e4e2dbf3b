/** A recorded incident window with a long past, in metric names of no known unit: front -> busy -> store, front -> rare. */
import type { Point, Series, Telemetry } from '../../src/rootcause/telemetry.ts';
import { minute, nowMs, seededStream } from './synthetic-incident.ts';

export const stepMs = 5 * minute;
export const windowSamples = 5;
const pastSamples = 200;

/** What is asked of a series in the window: factors on its usual level, one per sample. */
export type Shift = { readonly service: string; readonly metric: string; readonly factors: readonly number[] };

const rates: { readonly [service: string]: number } = { front: 500, busy: 700, store: 800, rare: 10, aside: 90 };
const latencies: { readonly [service: string]: number } = {
  front: 0.1,
  busy: 0.04,
  store: 0.012,
  rare: 0.02,
  aside: 0.05,
};
export const recordedServices: readonly string[] = Object.keys(rates);

export type Recorded = { readonly seed: number; readonly shifts: readonly Shift[]; readonly withAlert: boolean };

export function recordedWindow({ seed, shifts, withAlert }: Recorded): Telemetry {
  const dice = seededStream(seed);
  const fromMs = nowMs - windowSamples * stepMs;
  const draw = (service: string, metric: string, usual: number): Series => {
    const factors = shifts.find((one) => one.service === service && one.metric === metric)?.factors ?? [];
    const points = Array.from({ length: pastSamples + windowSamples }, (_, at): Point => {
      const factor = factors[at - pastSamples] ?? 1;
      return [fromMs + (at - pastSamples) * stepMs, usual * factor * (0.97 + 0.06 * dice())];
    });
    return { service, metric, points };
  };
  return {
    alert: withAlert
      ? { service: 'front', metric: 'latency', comparator: '>', threshold: 0.12, triggeredAtMs: fromMs + 2 * stepMs }
      : null,
    window: { fromMs, toMs: nowMs },
    services: recordedServices.map((id) => ({ id, external: false })),
    edges: [
      { from: 'front', to: 'busy' },
      { from: 'busy', to: 'store' },
      { from: 'busy', to: 'rare' },
      { from: 'front', to: 'aside' },
    ],
    series: recordedServices.flatMap((service) => [
      draw(service, 'latency', latencies[service] ?? 0),
      draw(service, 'requests', rates[service] ?? 0),
      draw(service, 'cpu', 0.4),
    ]),
    logs: [],
    edgeStats: [],
    changes: [],
  };
}
