import { knownMetrics, type Point, type Series, type Telemetry } from '../telemetry.ts';
import { isSuccessShare } from './failure-share.ts';
import { meaningOf } from './metric-meaning.ts';
import { quantile } from './order-statistics.ts';

/** A series and what it was divided by. */
export type Rescaled = { readonly service: string; readonly metric: string; readonly factor: number };

const unitStep = 1e6;
/** With fewer namesakes nobody can say which of them is odd. */
const minNamesakes = 3;

/**
 * Latencies, rates and shares are compared between services, so one told in another unit (microseconds among seconds) would win
 * or vanish by its unit. A series a thousandfold or more off the middle of its namesakes is brought back by whole
 * millions. The units of known metrics are part of their names and stay.
 */
export function findOtherUnits({ series }: Telemetry): readonly Rescaled[] {
  const groups = new Map<string, Series[]>();
  for (const one of series.filter(({ metric }) => isCompared(metric))) {
    groups.set(one.metric, [...(groups.get(one.metric) ?? []), one]);
  }
  return [...groups.values()].filter((group) => group.length >= minNamesakes).flatMap(oddOnes);
}

const isCompared = (metric: string): boolean =>
  !knownMetrics.some((known) => known === metric) &&
  (isSuccessShare(metric) || /^(?:latency|load)$/u.test(meaningOf(metric).role));

function oddOnes(group: readonly Series[]): readonly Rescaled[] {
  const sizes = group.map((one) => ({ one, size: sizeOf(one) })).filter(({ size }) => size > 0);
  const middle = quantile(
    sizes.map(({ size }) => Math.log10(size)),
    0.5,
  );
  return sizes.flatMap(({ one: { service, metric }, size }) => {
    const steps = Math.round((Math.log10(size) - middle) / Math.log10(unitStep));
    return steps === 0 ? [] : [{ service, metric, factor: unitStep ** steps }];
  });
}

/** The middle of its samples other than zero. */
const sizeOf = ({ points }: Series): number =>
  quantile(
    points.flatMap(([, value]) => (Number.isFinite(value) && value !== 0 ? [Math.abs(value)] : [])),
    0.5,
  );

/** The document with those series, and the alert's threshold where it is on one of them, in the unit of the others. */
export function withSameUnits(telemetry: Telemetry, found: readonly Rescaled[]): Telemetry {
  if (found.length === 0) return telemetry;
  const { alert } = telemetry;
  return {
    ...telemetry,
    alert: alert === null ? null : { ...alert, threshold: alert.threshold / factorOf(found, alert) },
    series: telemetry.series.map((one) => {
      const factor = factorOf(found, one);
      if (factor === 1) return one;
      return { ...one, points: one.points.map(([atMs, value]): Point => [atMs, value / factor]) };
    }),
  };
}

/** What the series of this service and metric was divided by; 1 when it was left alone. */
export const factorOf = (found: readonly Rescaled[], { service, metric }: Omit<Rescaled, 'factor'>): number =>
  found.find((one) => one.service === service && one.metric === metric)?.factor ?? 1;
