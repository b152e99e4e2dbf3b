/** `GET /api/v1/query`: timeseries points of one or more metric expressions. */
import { z } from 'zod';
import { done, type Result } from '../core/result.ts';
import { type MetricExpression, parseMetricQuery } from './datadog-metric-query.ts';
import { intervalOf, type MetricGroup, type MetricRange, readMetrics } from './datadog-series.ts';
import { datadogMetrics } from './datadog-vocabulary.ts';
import { jsonAnswer, type VendorAnswer, type VendorRequest } from './vendor-http.ts';
import type { World } from './world.ts';

/** What every Datadog route of the lab knows. */
export type DatadogLab = { readonly world: World; readonly nowMs: () => number; readonly webUrl: () => string };

/** Datadog answers at most about this many points a series; longer windows get longer intervals. */
const maxPoints = 1_500;
const intervalsMs = [60, 120, 300, 600, 1_800, 3_600, 7_200, 14_400, 86_400].map((seconds) => seconds * 1_000);
/** Points are kept this long here; the real service keeps them 15 months. */
const retentionMs = 31 * 86_400_000;

/** Datadog's error shape. */
export const datadogErrors = (status: number, message: string): VendorAnswer =>
  jsonAnswer(status, { errors: [message] });

const rangeInput = z.object({
  from: z.coerce.number().int().nonnegative(),
  to: z.coerce.number().int().nonnegative(),
  query: z.string().min(1),
});

/** Hides the last bits of floating arithmetic, which no vendor shows. */
const rounded = (value: number): number => Number(value.toPrecision(12));

function unitOf(expression: MetricExpression): readonly unknown[] | null {
  const [first, second] = expression.terms;
  const name = datadogMetrics.get(first.metric)?.unit ?? null;
  if (name === null || second !== undefined) return null;
  return [{ family: 'lab', id: 1, name, short_name: name, plural: `${name}s`, scale_factor: 1 }, null];
}

function seriesRecord(
  expression: MetricExpression,
  group: MetricGroup,
  context: { index: number; range: MetricRange },
): object {
  const [first, second] = expression.terms;
  const metric = second === undefined ? first.metric : `(${first.metric} / ${second.metric})`;
  const tags = group.service === null ? [] : [`service:${group.service}`];
  const interval = intervalOf(first, context.range) / 1_000;
  return {
    unit: unitOf(expression),
    query_index: context.index,
    aggr: second === undefined ? first.aggregator : null,
    metric,
    display_name: metric,
    tag_set: tags,
    expression: second === undefined ? expression.text : `(${expression.text})`,
    scope: [...new Set([...first.scope, ...tags])].toSorted().join(',') || '*',
    interval,
    length: group.points.length,
    start: group.points[0]?.[0] ?? context.range.fromMs,
    end: (group.points.at(-1)?.[0] ?? context.range.fromMs) + interval * 1_000 - 1,
    pointlist: group.points.map(([atMs, value]) => [atMs, rounded(value)]),
    attributes: {},
  };
}

/** The range an answer covers: not older than the retention, not newer than now. */
function rangeOf(fromMs: number, toMs: number, nowMs: number): MetricRange {
  const intervalMs = intervalsMs.find((candidateMs) => (toMs - fromMs) / candidateMs <= maxPoints) ?? 86_400_000;
  return { fromMs: Math.max(fromMs, nowMs - retentionMs), toMs: Math.min(toMs, nowMs), intervalMs };
}

/** The series of a query over a range, or the message of a parse error. */
function queryMetrics(lab: DatadogLab, query: string, range: MetricRange): Result<readonly object[], string> {
  const expressions = parseMetricQuery(query);
  if (!expressions.ok) return expressions;
  const groups = readMetrics({ world: lab.world, nowMs: lab.nowMs() }, expressions.value, range);
  if (!groups.ok) return groups;
  return done(
    expressions.value.flatMap((expression, index) =>
      (groups.value[index] ?? []).map((group) => seriesRecord(expression, group, { index, range })),
    ),
  );
}

/** The route; `from` and `to` are in seconds. */
export function answerMetricQuery(lab: DatadogLab, request: VendorRequest): VendorAnswer {
  const input = rangeInput.safeParse(Object.fromEntries(request.query));
  if (!input.success) return datadogErrors(400, 'The parameters from, to and query are required');
  const { from, to, query } = input.data;
  if (from >= to) return datadogErrors(400, 'The parameter from must be before to');
  const series = queryMetrics(lab, query, rangeOf(from * 1_000, to * 1_000, lab.nowMs()));
  if (!series.ok) return datadogErrors(400, series.failure);
  return jsonAnswer(200, {
    status: 'ok',
    res_type: 'time_series',
    resp_version: 1,
    query,
    from_date: from * 1_000,
    to_date: to * 1_000,
    series: series.value,
    values: [],
    times: [],
    message: '',
    group_by: query.includes('by {service}') ? ['service'] : [],
  });
}
