import type { AlertSignal, Series, Telemetry } from '../telemetry.ts';

/** Where a success share becomes a failure share: its top is 1 or 100. */
type Turned = { readonly metric: string; readonly top: 1 | 100 };

const successWords = /availab|success|healthy|uptime|apdex/u;
const resourceWords = /mem|disk|free|slots|connections/u;

/**
 * Availability and success shares as failure shares (`1 - availability`), so that a fall from 99.9 % to 99 % is the
 * tenfold it is, and compares with other errors. Everything else stays as it is.
 */
export function turnSuccessToFailure(telemetry: Telemetry): Telemetry {
  if (!telemetry.series.some(({ metric }) => isSuccessShare(metric))) return telemetry;
  const tops = topsOf(telemetry.series.filter(({ metric }) => isSuccessShare(metric)));
  const turned = (metric: string): Turned | null => {
    const top = isSuccessShare(metric) ? tops.get(metric) : undefined;
    return top === undefined ? null : { metric: `${top} - ${metric}`, top };
  };
  return {
    ...telemetry,
    alert: telemetry.alert === null ? null : turnAlert(telemetry.alert, turned(telemetry.alert.metric)),
    series: telemetry.series.map((series) => turnSeries(series, turned(series.metric))),
  };
}

/** Whether a metric is the share of what went well. */
export const isSuccessShare = (metric: string): boolean => {
  const name = metric.toLowerCase();
  return successWords.test(name) && !resourceWords.test(name);
};

/** 1 or 100 by the largest value any service reports; a metric beyond 100 is no share. */
function topsOf(series: readonly Series[]): ReadonlyMap<string, 1 | 100> {
  const largest = new Map<string, number>();
  for (const { metric, points } of series) {
    let top = largest.get(metric) ?? 0;
    for (const [, value] of points) if (Number.isFinite(value) && value > top) top = value;
    largest.set(metric, top);
  }
  return new Map([...largest].filter(([, top]) => top <= 100).map(([metric, top]) => [metric, top <= 1 ? 1 : 100]));
}

function turnAlert(alert: AlertSignal, turned: Turned | null): AlertSignal {
  if (turned === null) return alert;
  const comparator = alert.comparator === '<' ? '>' : '<';
  return { ...alert, metric: turned.metric, comparator, threshold: turned.top - alert.threshold };
}

function turnSeries(series: Series, turned: Turned | null): Series {
  if (turned === null) return series;
  return {
    ...series,
    metric: turned.metric,
    points: series.points.map(([atMs, value]) => [atMs, turned.top - value] as const),
  };
}
