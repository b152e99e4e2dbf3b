import { cleanPoints, median } from './metrics/robust.ts';
import { type Picture, reachFrom, type ServiceView } from './picture.ts';
import type { Point, Series } from './telemetry.ts';

/** 0 to 1: how far a service's series moves as the signal that people feel; null when that cannot be said. */
export type Likeness = (service: string, metric: string) => number | null;

/** Where the incident is felt. */
export type FeltSignal = { readonly service: string; readonly metric: string };

/** Fewer common samples than this prove no likeness. */
const minCommon = 4;
const minSeverity = 0.2;

/**
 * Correlation with the alerting signal inside the window: what merely looks odd, before or besides the incident, moves
 * otherwise. Among anomalous nodes this alone ranks as well as traversal does (Hardt et al. 2023).
 */
export function likenessToAlert({ telemetry: { series, window } }: Picture, signal: FeltSignal | null): Likeness {
  const key = (service: string, metric: string): string => `${service}\n${metric}`;
  const byKey = new Map(series.map((one) => [key(one.service, one.metric), one]));
  const lead = signal === null ? undefined : byKey.get(key(signal.service, signal.metric));
  if (lead === undefined) return () => null;
  const inWindow = (one: Series): readonly Point[] =>
    cleanPoints(one.points).filter(([atMs]) => atMs >= window.fromMs && atMs <= window.toMs);
  const felt = inWindow(lead);
  if (felt.length < minCommon) return () => null;
  return (service, metric) => {
    const own = byKey.get(key(service, metric));
    return own === undefined ? null : correlate(felt, inWindow(own));
  };
}

/** The series that raised the alert; without an alert the worst of a service that nobody calls; null for none. */
export function feltSignal(picture: Picture): FeltSignal | null {
  const { alert } = picture.telemetry;
  if (alert !== null) return { service: alert.service, metric: alert.metric };
  const views = [...picture.services.values()];
  const fronts = views.filter((view) => view.calls.length > 0 && view.calledBy.length === 0);
  const felt = fronts.flatMap((view) => {
    const share = reachFrom(picture.services, view.id, (one: ServiceView) => one.calls).size / views.length;
    return view.deviations
      .filter(({ meaning, severity }) => severity > minSeverity && /^(?:latency|errors)$/u.test(meaning.role))
      .map((one) => ({ service: one.service, metric: one.metric, weight: one.severity * share }));
  });
  return felt.toSorted((a, b) => b.weight - a.weight)[0] ?? null;
}

/** Pearson's coefficient of the samples taken at the same time, give or take half a step; below 0 counts as 0. */
function correlate(felt: readonly Point[], own: readonly Point[]): number | null {
  const step = median(felt.slice(1).map((point, index) => point[0] - (felt[index]?.[0] ?? point[0])));
  const pairs: [number, number][] = [];
  let at = 0;
  for (const [atMs, value] of felt) {
    while (at < own.length - 1 && distance(own[at + 1], atMs) <= distance(own[at], atMs)) at += 1;
    const other = own[at];
    if (other !== undefined && distance(other, atMs) <= step / 2) pairs.push([value, other[1]]);
  }
  return pairs.length < minCommon ? null : Math.max(0, pearson(pairs));
}

const distance = (point: Point | undefined, atMs: number): number =>
  point === undefined ? Number.POSITIVE_INFINITY : Math.abs(point[0] - atMs);

/** 0 when either side does not move. Each side is scaled by its largest first, so that no size overflows. */
function pearson(pairs: readonly (readonly [number, number])[]): number {
  const left = centred(pairs.map(([value]) => value));
  const right = centred(pairs.map(([, value]) => value));
  const product = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  const size = Math.sqrt(product(left, left) * product(right, right));
  return size > 0 ? product(left, right) / size : 0;
}

function centred(values: readonly number[]): readonly number[] {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return values;
  const scaled = values.map((value) => value / largest);
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  return scaled.map((value) => value - mean);
}
