import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import type { Series } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { askAws, type Bounds } from './aws/ask.ts';
import { type AwsEnvironment, awsEnvironment, metricsClient } from './aws/client.ts';
import { metricLink } from './aws/console-link.ts';
import {
  type Dimension,
  listDimensions,
  type MetricQuery,
  type MetricRead,
  queriesOf,
  readMetricData,
} from './aws/metric-data.ts';
import { meaningOf, meaningOfRatio, namespaces, periodFor, statistics } from './aws/metric-meaning.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { seriesFinding } from './reading/series-finding.ts';
import { isoTime, readWindow, sayWindow, windowInput } from './reading/window.ts';

/** Metric and dimension names as AWS and its exporters write them; no quote, brace or backslash. */
const nameInput = z.string().regex(/^[\w./:#-]{1,255}$/);

const valueInput = z.string().regex(/^[\w ./:@=#,+()[\]-]{1,512}$/);
const dimension = z.object({
  name: nameInput.describe('Dimension name, e.g. ClusterName'),
  value: valueInput.describe('Dimension value, e.g. prod'),
});

const input = z.object({
  service: serviceInput,
  namespace: z
    .union([z.enum(namespaces), nameInput.regex(/^(?!AWS\/)/)])
    .describe('One of these namespaces, or a custom one by its name; other AWS namespaces are closed'),
  metric: nameInput.describe('Metric name, e.g. CPUUtilization'),
  statistic: z.enum(statistics).describe('What is taken of each period: Sum for counts, p95 for latency'),
  dimensions: z
    .array(dimension)
    .max(30)
    .describe('All dimensions of one series; or some of them: then every series that has them, at most 20'),
  dividedBy: nameInput
    .optional()
    .describe('Metric of the same namespace and dimensions to divide by, e.g. Errors divided by Invocations'),
  ...windowInput,
});
type Asked = z.output<typeof input>;

export const tool = defineTool({
  name: 'cloudwatch_metrics',
  source: 'aws',
  description:
    'One metric of one service from CloudWatch over a window (ECS, Lambda, RDS, load balancer, SQS, EC2, Container ' +
    'Insights or a custom namespace): level before and after, when it changed, and points.',
  environment: awsEnvironment,
  input,
  // The catalogue knows no dimensions: nothing can be asked before somebody names them.
  probes: () => [],
  connect(environment) {
    const client = metricsClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const attempt = {
        vendor: 'AWS CloudWatch',
        asked: `${asked.namespace} ${asked.metric} of ${asked.service}`,
        nowMs: context.nowMs,
        blocks: `how ${asked.metric} of ${asked.service} moved`,
        grant: 'cloudwatch:GetMetricData, cloudwatch:ListMetrics',
      };
      return askAws({ attempt, signal: context.signal, timeoutMs: context.timeoutMs }, (bounds) =>
        readMetric({ client, environment }, { asked, nowMs: context.nowMs }, bounds),
      );
    };
  },
});

type Connection = { readonly client: CloudWatchClient; readonly environment: AwsEnvironment };

async function readMetric(
  { client, environment }: Connection,
  { asked, nowMs }: { asked: Asked; nowMs: number },
  bounds: Bounds,
): Promise<Finding> {
  const window = readWindow(asked, nowMs);
  const { namespace, metric, statistic, dividedBy = null } = asked;
  const periodSeconds = periodFor(window, nowMs);
  const aligned = wholePeriods(window, periodSeconds);
  const query: MetricQuery = { namespace, metric, statistic, dividedBy, periodSeconds, window: aligned };
  const read = await readSets(client, { query, asked }, bounds);
  const sets = read.series.length === 0 ? [asked.dimensions] : read.series.map(({ dimensions }) => dimensions);
  const text = sayQuery(query, sets);
  const link = metricLink(environment.AWS_REGION, {
    metrics: sets.map((dimensions) => ({ namespace, metric, dimensions })),
    stat: statistic,
    periodSeconds,
    window,
  });
  if (read.series.length === 0) {
    const searched = `${namespace} ${metric} ${statistic} with ${sayDimensions(asked.dimensions)}, ${sayWindow(window)}`;
    return { kind: 'empty', searched, query: text, window, link };
  }
  return metricFinding(read, { asked, query, text, link });
}

/** A period that has not ended would look like a fall. */
function wholePeriods({ fromMs, toMs }: { fromMs: number; toMs: number }, periodSeconds: number) {
  const periodMs = periodSeconds * 1_000;
  const endMs = Math.floor(toMs / periodMs) * periodMs;
  return { fromMs: Math.min(Math.floor(fromMs / periodMs) * periodMs, endMs - periodMs), toMs: endMs };
}

const setsMax = 20;

/** The exact series; where there is none, every series that has these dimensions among others. */
async function readSets(
  client: CloudWatchClient,
  { query, asked }: { query: MetricQuery; asked: Asked },
  bounds: Bounds,
): Promise<MetricRead & { readonly left: number }> {
  const exact = await readMetricData(client, { query, sets: [asked.dimensions] }, bounds);
  if (exact.series.length > 0) return { ...exact, left: 0 };
  const listed = await listDimensions(client, asked, bounds);
  const narrower = listed.items.filter((set) => set.length > asked.dimensions.length);
  // Whoever names a resource chooses a value: only what a caller could have asked for goes into queries and sentences.
  const sets = narrower.filter((set) => set.every((one) => dimension.safeParse(one).success)).slice(0, setsMax);
  if (sets.length === 0) return { ...exact, left: narrower.length };
  const read = await readMetricData(client, { query, sets }, bounds);
  const left = narrower.length - sets.length;
  return { ...read, left, truncated: read.truncated || listed.truncated || left > 0 };
}

type Source = { readonly asked: Asked; readonly query: MetricQuery; readonly text: string; readonly link: string };

function metricFinding(read: MetricRead & { left: number }, { asked, query, text, link }: Source): Finding {
  const { dividedBy, periodSeconds, window } = query;
  const meaning = dividedBy === null ? meaningOf(query) : meaningOfRatio(query, dividedBy);
  const factor = meaning.perSecond ? meaning.factor / periodSeconds : meaning.factor;
  const labelled = read.series.map(({ dimensions, points }) => ({
    service: labelOf(asked, dimensions),
    metric: meaning.metric,
    points: points.map(([atMs, value]) => [atMs, value * factor] as const),
  }));
  const finding = seriesFinding({ ...meaning, window, query: text, link }, labelled);
  if (finding.kind !== 'found') return finding;
  return {
    ...finding,
    headline: read.left > 0 ? [...finding.headline, ` ${read.left} more series were not read.`] : finding.headline,
    signals: { series: labelled.map((series) => signalOf(series, asked.service)) },
    truncated: finding.truncated || read.truncated,
  };
}

const labelCharactersMax = 80;

/** The service, and for one of several series what sets it apart. */
function labelOf({ service, dimensions: known }: Asked, dimensions: readonly Dimension[]): string {
  const more = dimensions.filter(({ name }) => !known.some((one) => one.name === name));
  return more.length === 0 ? service : `${service} ${sayDimensions(more).slice(0, labelCharactersMax)}`;
}

/** The engine takes one series for one metric of a service: parts keep what sets them apart in their name. */
function signalOf(series: Series, service: string): Series {
  const apart = series.service.slice(service.length).trim();
  return { ...series, service, metric: apart === '' ? series.metric : `${series.metric}${apart}` };
}

const sayDimensions = (dimensions: readonly Dimension[]): string =>
  `{${dimensions.map(({ name, value }) => `${name}=${value}`).join(',')}}`;

/** For the command line; no name or value can hold a quote. */
function sayQuery(query: MetricQuery, sets: readonly (readonly Dimension[])[]): string {
  const queries = sets.slice(0, 3).flatMap((dimensions, index) => queriesOf(query, dimensions, index));
  const range = `--start-time ${isoTime(query.window.fromMs)} --end-time ${isoTime(query.window.toMs)}`;
  const more = sets.length > 3 ? ` # and ${sets.length - 3} more series` : '';
  return `aws cloudwatch get-metric-data ${range} --metric-data-queries '${JSON.stringify(queries)}'${more}`;
}
