import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import type { Series } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { type DatadogClient, datadogClient, datadogEnvironment } from './datadog/client.ts';
import {
  type AnsweredSeries,
  aggregations,
  belongsTo,
  describe,
  groupOf,
  type Measure,
  measureQuery,
  metricAnswer,
  metricNameInput,
  nameOf,
  pointsOf,
  tagInput,
  tagKeyInput,
} from './datadog/metric-query.ts';
import { metricNames } from './datadog/vocabulary.ts';
import { orFailure } from './reading/failure.ts';
import { httpRefusal } from './reading/http-error.ts';
import { datadogTag, pickServices, servicesInput } from './reading/scope.ts';
import { seriesFinding } from './reading/series-finding.ts';
import { probeWindow, readWindow, sayWindow, windowInput } from './reading/window.ts';

const input = z
  .object({
    metric: z.enum(metricNames).optional().describe('Metric by our name; the unit is in the name, ratios are 0 to 1'),
    name: metricNameInput
      .optional()
      .describe('Instead of metric: any metric by its name in Datadog, e.g. jvm.heap_memory'),
    aggregation: z.enum(aggregations).default('avg').describe('With name: over the hosts and containers of a service'),
    as: z.enum(['value', 'count', 'rate']).default('value').describe('With name: a count or rate for counters'),
    tags: z.array(tagInput).max(5).default([]).describe('With name: further tags, key:value, that all must match'),
    by: tagKeyInput.optional().describe('With name: one series for each value of this tag, e.g. pod_name'),
    services: servicesInput,
    ...windowInput,
  })
  .refine(({ metric, name }) => (metric === undefined) !== (name === undefined), 'give metric or name, and not both');

export const tool = defineTool({
  name: 'datadog_metrics',
  source: 'datadog',
  description:
    'One metric of up to 20 services from Datadog over a window: level before and after, when it changed, and points. ' +
    'Use it to see whether a service, its resources or its traffic changed and when. Give metric for one of ours, or ' +
    'name for any metric that Datadog has, with by for one series of each pod, host or version.',
  environment: datadogEnvironment,
  input,
  probes: ({ scope, window }) =>
    scope.length === 0
      ? []
      : metricNames.map((metric) => ({
          metric,
          services: scope.slice(0, 20).map((service) => service.id),
          ...probeWindow(window),
        })),
  connect(environment) {
    const client = datadogClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services, context.catalogue);
      if (!picked.ok) return picked.failure;
      const measure = measureOf(asked);
      const reading = { measure, services: picked.value, window: readWindow(asked, context.nowMs) };
      const attempt = {
        vendor: 'Datadog',
        asked: `${nameOf(measure)} of ${asked.services.join(', ')}`,
        nowMs: context.nowMs,
        blocks: `how ${describe(measure).title} moved`,
        grant: 'the scope timeseries_query',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, () =>
        readMetric(client, reading, context),
      );
    };
  },
});

function measureOf(asked: z.output<typeof input>): Measure {
  if (asked.metric !== undefined) return { kind: 'known', metric: asked.metric };
  const { aggregation, as, tags, by = null } = asked;
  return { kind: 'named', name: asked.name ?? '', aggregation, as, tags, by };
}

type Reading = { readonly measure: Measure; readonly services: readonly Service[]; readonly window: Window };

async function readMetric(client: DatadogClient, reading: Reading, context: ToolContext): Promise<Finding> {
  const { measure, services, window } = reading;
  const queries = services.map((service) => measureQuery(measure, datadogTag(service), context.catalogue.environment));
  const query = queries.join(', ');
  const range = { from: Math.floor(window.fromMs / 1_000), to: Math.ceil(window.toMs / 1_000) };
  const ask = client.asking(context.signal);
  const answered = await ask({ path: '/api/v1/query', parameters: { ...range, query } }, metricAnswer);
  const { series, truncated } = readSeries(answered.series, reading);
  const metric = nameOf(measure);
  const link = client.link('/metric/explorer', {
    exp_metric: queries[0] ?? '',
    start: String(window.fromMs),
    end: String(window.toMs),
    paused: 'true',
  });
  if (series.length === 0) {
    const searched = `${metric} of ${services.map((service) => service.id).join(', ')}, ${sayWindow(window)}`;
    return { kind: 'empty', searched, query, window, link };
  }
  const finding = seriesFinding({ metric, ...describe(measure), window, query, link }, series);
  return finding.kind === 'found' ? { ...finding, truncated } : finding;
}

const groupsMax = 20;

/** One series for each service, or for each of its groups: then the twenty with the highest values. */
function readSeries(answered: readonly AnsweredSeries[], { measure, services, window }: Reading) {
  const { factor } = describe(measure);
  const all = services.flatMap((service, index): Series[] => {
    const asked = { index, tag: datadogTag(service), count: services.length };
    const own = answered.filter((one) => belongsTo(one, asked));
    const chosen = isGrouped(measure) ? own : own.slice(0, 1);
    return chosen.flatMap((one) => {
      const points = pointsOf(one, window, factor);
      return points.length === 0 ? [] : [{ service: service.id, metric: seriesName(measure, one), points }];
    });
  });
  if (all.length <= groupsMax) return { series: all, truncated: false };
  const highest = ({ points }: Series): number => Math.max(...points.map(([, value]) => value));
  const series = all.toSorted((one, other) => highest(other) - highest(one)).slice(0, groupsMax);
  return { series, truncated: true };
}

const isGrouped = (measure: Measure): boolean => measure.kind === 'named' && measure.by !== null;

function seriesName(measure: Measure, one: AnsweredSeries): string {
  if (measure.kind === 'known' || measure.by === null) return nameOf(measure);
  return `${measure.name}{${measure.by}=${(groupOf(one, measure.by) ?? 'unknown').slice(0, 120)}}`;
}
