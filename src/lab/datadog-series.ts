/** Evaluates metric expressions over the world, interval by interval. */
import { done, failed, type Result } from '../core/result.ts';
import type { MetricExpression, MetricTerm } from './datadog-metric-query.ts';
import { type DatadogMetric, datadogMetrics } from './datadog-vocabulary.ts';
import { bucketValues, minuteMs } from './minute-buckets.ts';
import type { World } from './world.ts';

/** `intervalMs` is the distance of points where a term has no rollup of its own. */
export type MetricRange = { readonly fromMs: number; readonly toMs: number; readonly intervalMs: number };
type MetricPoint = readonly [atMs: number, value: number];
/** One series of an expression; `service` is null where the expression is not grouped. */
export type MetricGroup = { readonly service: string | null; readonly points: readonly MetricPoint[] };
export type MetricSource = { readonly world: World; readonly nowMs: number };

const dayMs = 86_400_000;

const combine: Readonly<Record<string, (values: readonly number[]) => number>> = {
  avg: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  max: (values) => values.reduce((left, right) => Math.max(left, right)),
  min: (values) => values.reduce((left, right) => Math.min(left, right)),
};

const combineBy = (method: string) => combine[method] ?? combine['avg'] ?? (() => Number.NaN);

function servicesIn(source: MetricSource, term: MetricTerm): readonly string[] {
  return source.world.services
    .filter(({ id }) => term.scope.every((tag) => tag === `service:${id}` || tag === 'env:prod'))
    .map(({ id }) => id);
}

function timeMethod(term: MetricTerm, metric: DatadogMetric): string {
  if (term.rollup !== null) return term.rollup.method;
  if (metric.counted && term.form !== 'rate') return 'sum';
  return term.aggregator;
}

type Reading = { readonly term: MetricTerm; readonly metric: DatadogMetric; readonly range: MetricRange };

/** The distance of a term's points in a range. */
export const intervalOf = (term: MetricTerm, range: MetricRange): number =>
  term.rollup === null ? range.intervalMs : term.rollup.seconds * 1_000;

function pointsOf(source: MetricSource, reading: Reading, services: readonly string[]): readonly MetricPoint[] {
  const { term, metric, range } = reading;
  const space = combineBy(term.aggregator);
  const buckets = bucketValues({
    ...range,
    intervalMs: intervalOf(term, range),
    nowMs: source.nowMs,
    read: (atMs) => {
      const values = services
        .map((service) => metric.read(source.world, service, atMs))
        .filter((value) => value !== null);
      return values.length === 0 ? null : space(values);
    },
  });
  const time = combineBy(term.form === 'rate' ? 'avg' : timeMethod(term, metric));
  const perSecond = term.form === 'rate' ? minuteMs / 1_000 : 1;
  return buckets.map(({ atMs, values }) => [atMs, time(values) / perSecond]);
}

/** Groups of one term; an unknown metric has none, as at Datadog. An aggregation the lab cannot answer is refused. */
function readTerm(source: MetricSource, term: MetricTerm, range: MetricRange): Result<readonly MetricGroup[], string> {
  const metric = datadogMetrics.get(term.metric);
  if (metric === undefined) return done([]);
  if (!metric.aggregators.includes(term.aggregator)) {
    return failed(`the lab knows ${term.metric} only as ${metric.aggregators.join(', ')}`);
  }
  const services = servicesIn(source, term);
  if (term.aggregator.startsWith('p') && services.length > 1 && !term.byService) {
    return failed(`the lab cannot merge percentiles: add service:NAME or by {service} to ${term.text}`);
  }
  const reading = { term, metric, range };
  const groups: readonly MetricGroup[] = term.byService
    ? services.map((service) => ({ service, points: pointsOf(source, reading, [service]) }))
    : [{ service: null, points: pointsOf(source, reading, services) }];
  return done(groups.filter((group) => group.points.length > 0));
}

function divide(left: MetricGroup, right: MetricGroup): MetricGroup {
  const divisors = new Map(right.points);
  const points = left.points.flatMap(([atMs, value]): MetricPoint[] => {
    const divisor = divisors.get(atMs);
    return divisor === undefined || divisor === 0 ? [] : [[atMs, value / divisor]];
  });
  return { service: left.service, points };
}

function readExpression(
  source: MetricSource,
  expression: MetricExpression,
  range: MetricRange,
): Result<readonly MetricGroup[], string> {
  const [first, second] = expression.terms;
  const dividends = readTerm(source, first, range);
  if (!dividends.ok || second === undefined) return dividends;
  const divisors = readTerm(source, second, range);
  if (!divisors.ok) return divisors;
  return done(
    dividends.value.flatMap((left) => {
      const right = divisors.value.find((group) => group.service === left.service);
      return right === undefined ? [] : [divide(left, right)];
    }),
  );
}

/** The range day by day: the world remembers about a day, so all series of one day are read before the next. */
function daysOf(range: MetricRange): readonly MetricRange[] {
  const days: MetricRange[] = [];
  for (let fromMs = range.fromMs; fromMs < range.toMs; ) {
    const toMs = Math.min(range.toMs, Math.floor(fromMs / dayMs + 1) * dayMs);
    days.push({ ...range, fromMs, toMs });
    fromMs = toMs;
  }
  return days;
}

/** The groups of each expression, in order, or why one cannot be answered. Intervals divide a day. */
export function readMetrics(
  source: MetricSource,
  expressions: readonly MetricExpression[],
  range: MetricRange,
): Result<readonly (readonly MetricGroup[])[], string> {
  const collected = expressions.map(() => new Map<string | null, MetricPoint[]>());
  for (const day of daysOf(range)) {
    for (const [index, expression] of expressions.entries()) {
      const groups = readExpression(source, expression, day);
      if (!groups.ok) return groups;
      for (const { service, points } of groups.value) {
        const known = collected[index]?.get(service) ?? [];
        known.push(...points);
        collected[index]?.set(service, known);
      }
    }
  }
  return done(collected.map((groups) => [...groups].map(([service, points]) => ({ service, points }))));
}
