import { type CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import type { Point } from '../../src/rootcause/telemetry.ts';
import { requestSignal } from '../reading/failure.ts';
import { type Bounds, type Paged, readPages } from './ask.ts';
import type { MeteredBy } from './metric-meaning.ts';
import { MetricRefusedError } from './metric-refused.ts';

export type Dimension = { readonly name: string; readonly value: string };

export type MetricQuery = MeteredBy & {
  /** Another metric of the same namespace and dimensions; the values are the first divided by it. */
  readonly dividedBy: string | null;
  readonly periodSeconds: number;
  readonly window: Window;
};

export type MetricSeries = { readonly dimensions: readonly Dimension[]; readonly points: readonly Point[] };
export type MetricRead = { readonly series: readonly MetricSeries[]; readonly truncated: boolean };

const pagesMax = 10;

const dataAnswer = z.object({
  MetricDataResults: z.array(
    z.object({
      Id: z.string(),
      Timestamps: z.array(z.date()).default([]),
      Values: z.array(z.number()).default([]),
      StatusCode: z.enum(['Complete', 'InternalError', 'PartialData', 'Forbidden']).default('Complete'),
    }),
  ),
  NextToken: z.string().optional(),
});

/** One series for each set of dimensions, oldest point first; sets without a value are left out. */
export async function readMetricData(
  client: CloudWatchClient,
  { query, sets }: { query: MetricQuery; sets: readonly (readonly Dimension[])[] },
  bounds: Bounds,
): Promise<MetricRead> {
  const MetricDataQueries = sets.flatMap((dimensions, index) => queriesOf(query, dimensions, index));
  const read = await readPages({ ...bounds, pagesMax }, async (NextToken, signal) => {
    const command = new GetMetricDataCommand({
      MetricDataQueries,
      StartTime: new Date(query.window.fromMs),
      EndTime: new Date(query.window.toMs),
      ScanBy: 'TimestampAscending',
      NextToken,
    });
    const answered = dataAnswer.parse(await client.send(command, { abortSignal: requestSignal(signal) }));
    return { items: answered.MetricDataResults, next: answered.NextToken };
  });
  for (const { StatusCode: code } of read.items) {
    if (code === 'Forbidden' || code === 'InternalError') throw new MetricRefusedError(code);
  }
  const series = sets.map((dimensions, index) => ({ dimensions, points: pointsOf(read.items, resultId(index)) }));
  return { series: series.filter(({ points }) => points.length > 0), truncated: read.truncated };
}

const resultId = (index: number): string => `r${index}`;

/** One query, or for a ratio two that are not returned and the expression over them: metric math, no Metrics Insights. */
export function queriesOf(query: MetricQuery, dimensions: readonly Dimension[], index: number) {
  const { namespace, metric, statistic, dividedBy, periodSeconds } = query;
  const statOf = (name: string) => ({
    Metric: {
      Namespace: namespace,
      MetricName: name,
      Dimensions: dimensions.map(({ name: Name, value: Value }) => ({ Name, Value })),
    },
    Period: periodSeconds,
    Stat: statistic,
  });
  if (dividedBy === null) return [{ Id: resultId(index), MetricStat: statOf(metric), ReturnData: true }];
  return [
    { Id: `a${index}`, MetricStat: statOf(metric), ReturnData: false },
    { Id: `b${index}`, MetricStat: statOf(dividedBy), ReturnData: false },
    { Id: resultId(index), Expression: `a${index} / b${index}`, ReturnData: true },
  ];
}

type Result = z.output<typeof dataAnswer>['MetricDataResults'][number];

/** Pages may share out one metric's points. */
function pointsOf(results: readonly Result[], id: string): readonly Point[] {
  return results
    .filter((result) => result.Id === id)
    .flatMap(({ Timestamps, Values }) =>
      Timestamps.flatMap((at, index): Point[] => {
        const value = Values[index];
        return value === undefined || !Number.isFinite(value) ? [] : [[at.getTime(), value]];
      }),
    )
    .toSorted(([one], [other]) => one - other);
}

const listAnswer = z.object({
  Metrics: z.array(z.object({ Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]) })),
  NextToken: z.string().optional(),
});

const listPagesMax = 3;

/** The sets of dimensions a metric is kept for that hold all of `dimensions`; 500 a page (ListMetrics' own limit). */
export function listDimensions(
  client: CloudWatchClient,
  { namespace, metric, dimensions }: Omit<MeteredBy, 'statistic'> & { dimensions: readonly Dimension[] },
  bounds: Bounds,
): Promise<Paged<readonly Dimension[]>> {
  return readPages({ ...bounds, pagesMax: listPagesMax }, async (NextToken, signal) => {
    const command = new ListMetricsCommand({
      Namespace: namespace,
      MetricName: metric,
      Dimensions: dimensions.map(({ name: Name, value: Value }) => ({ Name, Value })),
      NextToken,
    });
    const answered = listAnswer.parse(await client.send(command, { abortSignal: requestSignal(signal) }));
    const items = answered.Metrics.map((one) =>
      one.Dimensions.map(({ Name: name, Value: value }) => ({ name, value })),
    );
    return { items, next: answered.NextToken };
  });
}
