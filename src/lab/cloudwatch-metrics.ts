/** CloudWatch metrics of the lab: namespace `Shop` (the system's name), dimension `Service`, CPU and memory in percent. */
import { z } from 'zod';
import { done, failed, type Result } from '../core/result.ts';
import { type AwsOperation, type AwsOperations, type AwsRefusal, awsOperation } from './aws-operation.ts';
import type { CloudWatchLab } from './cloudwatch-log-groups.ts';
import { bucketValues } from './minute-buckets.ts';
import { systemNameOf } from './system-name.ts';
import { decodeToken, encodeToken } from './vendor-http.ts';
import type { WorldMetric } from './world.ts';

export const namespaceOf = ({ world }: CloudWatchLab): string => {
  const name = systemNameOf(world);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
};
export const sources: Readonly<Record<string, WorldMetric>> = {
  CPUUtilization: 'cpu_ratio',
  MemoryUtilization: 'memory_ratio',
};
export const metricNames = Object.keys(sources);

export const invalidValue = { name: 'InvalidParameterValueException', queryCode: 'InvalidParameterValue' };
export const invalidToken = {
  name: 'InvalidNextToken',
  queryCode: 'InvalidNextToken',
  message: 'The next token is invalid.',
};

const dimension = z.object({ Name: z.string(), Value: z.string() });
const metricQuery = z.object({
  Id: z.string().regex(/^[a-z]\w*$/),
  Expression: z.undefined({ error: 'the lab computes no metric math: ask for MetricStat' }).optional(),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
  MetricStat: z.object({
    Metric: z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: z.array(dimension).default([]) }),
    Period: z.number().int().multipleOf(60).positive(),
    Stat: z.enum(['Average', 'Maximum', 'Minimum']),
  }),
});
const dataInput = z.object({
  MetricDataQueries: z.array(metricQuery).min(1).max(500),
  StartTime: z.number(),
  EndTime: z.number(),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
  MaxDatapoints: z.number().int().min(1).max(100_800).default(100_800),
  NextToken: z.string().optional(),
});
type DataInput = z.output<typeof dataInput>;
type MetricQuery = z.output<typeof metricQuery>;

type Sample = { readonly query: MetricQuery; readonly atMs: number; readonly value: number };

const combine = {
  Average: (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length,
  Maximum: (values: readonly number[]) => Math.max(...values),
  Minimum: (values: readonly number[]) => Math.min(...values),
};

function serviceOf(lab: CloudWatchLab, query: MetricQuery): string | null {
  const { Dimensions: dimensions, Namespace: asked } = query.MetricStat.Metric;
  const [only] = dimensions;
  return asked === namespaceOf(lab) && dimensions.length === 1 && only?.Name === 'Service' ? only.Value : null;
}

function samplesOf(lab: CloudWatchLab, input: DataInput, query: MetricQuery): readonly Sample[] {
  const service = serviceOf(lab, query);
  const metric = sources[query.MetricStat.Metric.MetricName];
  if (service === null || metric === undefined || !lab.world.services.some(({ id }) => id === service)) return [];
  const buckets = bucketValues({
    fromMs: input.StartTime * 1_000,
    toMs: input.EndTime * 1_000,
    intervalMs: query.MetricStat.Period * 1_000,
    nowMs: lab.nowMs(),
    read: (atMs) => lab.world.metric(service, metric, atMs),
  });
  const samples = buckets.map(({ atMs, values }) => ({
    query,
    atMs,
    value: 100 * combine[query.MetricStat.Stat](values),
  }));
  return input.ScanBy === 'TimestampAscending' ? samples : samples.toReversed();
}

const pageToken = z.object({ offset: z.number().int().nonnegative() });

/** Reads the offset of a page token; null when the token is not one of ours. */
export function offsetOf(nextToken: string | undefined): number | null {
  if (nextToken === undefined) return 0;
  return pageToken.safeParse(decodeToken(nextToken)).data?.offset ?? null;
}

function getMetricData(lab: CloudWatchLab): AwsOperation {
  return awsOperation(dataInput, invalidValue, (input): Result<object, AwsRefusal> => {
    if (input.StartTime >= input.EndTime) {
      return failed({ ...invalidValue, message: 'The parameter StartTime must be less than the parameter EndTime.' });
    }
    const offset = offsetOf(input.NextToken);
    if (offset === null) return failed(invalidToken);
    const queries = input.MetricDataQueries.filter((query) => query.ReturnData);
    const samples = queries.flatMap((query) => samplesOf(lab, input, query));
    const end = offset + input.MaxDatapoints;
    const page = samples.slice(offset, end);
    const results = queries.map((query) => {
      const own = page.filter((sample) => sample.query === query);
      return {
        Id: query.Id,
        Label: query.Label ?? query.MetricStat.Metric.MetricName,
        Timestamps: own.map((sample) => sample.atMs / 1_000),
        Values: own.map((sample) => sample.value),
        StatusCode: samples.slice(end).some((sample) => sample.query === query) ? 'PartialData' : 'Complete',
      };
    });
    const more = end < samples.length ? { NextToken: encodeToken({ offset: end }) } : {};
    return done({ MetricDataResults: results, Messages: [], ...more });
  });
}

const listInput = z.object({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string().optional() })).default([]),
  NextToken: z.string().optional(),
});

function listMetrics(lab: CloudWatchLab): AwsOperation {
  return awsOperation(listInput, invalidValue, (input) => {
    const metrics = lab.world.services
      .flatMap((service) => metricNames.map((metricName) => ({ service: service.id, metricName })))
      .filter(
        ({ service, metricName }) =>
          lab.world.metric(service, sources[metricName] ?? 'cpu_ratio', lab.nowMs()) !== null,
      )
      .filter(
        ({ metricName }) =>
          (input.MetricName ?? metricName) === metricName && (input.Namespace ?? namespaceOf(lab)) === namespaceOf(lab),
      )
      .filter(({ service }) =>
        input.Dimensions.every(({ Name, Value }) => Name === 'Service' && (Value ?? service) === service),
      );
    return done({
      Metrics: metrics.map(({ service, metricName }) => ({
        Namespace: namespaceOf(lab),
        MetricName: metricName,
        Dimensions: [{ Name: 'Service', Value: service }],
      })),
    });
  });
}

/** GetMetricData and ListMetrics. */
export function metricOperations(lab: CloudWatchLab): AwsOperations {
  return { GetMetricData: getMetricData(lab), ListMetrics: listMetrics(lab) };
}
