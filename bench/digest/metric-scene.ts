/** Two hours of a metric for several services; one of them moves to another level at a random minute. */
import type { Series } from '../../src/rootcause/telemetry.ts';
import { drawsOf } from './draws.ts';
import { hourMs, startMs } from './log-scene.ts';

export type MetricScene = { readonly series: readonly Series[]; readonly onsetMs: number; readonly mover: string };

export const stepMs = 60_000;

/** The move is four to twelve deviations of the noise; one sample in fifty is a spike; some series swing slowly. */
export function metricScene(seed: number): MetricScene {
  const draws = drawsOf(seed);
  const count = (2 * hourMs) / stepMs;
  const onset = draws.between(Math.round(0.3 * count), Math.round(0.9 * count));
  const services = Array.from({ length: draws.between(1, 12) }, (_, index) => `service-${index}`);
  const mover = draws.of(services);
  const series = services.map((service): Series => {
    const level = Math.exp(draws.unit() * 8);
    const noise = level * (0.01 + 0.1 * draws.unit());
    const shift = service === mover ? noise * (4 + 8 * draws.unit()) * (draws.unit() < 0.5 ? -1 : 1) : 0;
    const points = Array.from({ length: count }, (_, index) => {
      const spike = draws.unit() < 0.02 ? noise * 8 * draws.unit() : 0;
      const value = level + noise * draws.normal() + spike + (index >= onset ? shift : 0);
      return [startMs + index * stepMs, value] as const;
    });
    return { service, metric: 'queue_depth', points };
  });
  return { series, onsetMs: startMs + onset * stepMs, mover };
}
