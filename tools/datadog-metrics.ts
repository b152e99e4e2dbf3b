import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import type { Point, Series } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { type DatadogClient, datadogClient, datadogEnvironment } from './datadog/client.ts';
import { type Metric, meanings, metricNames, queryFor } from './datadog/vocabulary.ts';
import { orFailure } from './reading/failure.ts';
import { httpRefusal } from './reading/http-error.ts';
import { datadogTag, pickServices, servicesInput } from './reading/scope.ts';
import { seriesFinding } from './reading/series-finding.ts';
import { probeWindow, readWindow, sayWindow, windowInput } from './reading/window.ts';

const input = z.object({
  metric: z.enum(metricNames).describe('Metric by our name; the unit is in the name, ratios are 0 to 1'),
  services: servicesInput,
  ...windowInput,
});

// Points may hold null for an empty bucket.
const answer = z.object({
  series: z.array(
    z.object({
      query_index: z.int().min(0).optional(),
      expression: z.string().optional(),
      scope: z.string().optional(),
      pointlist: z.array(z.tuple([z.number(), z.number().nullable()])),
    }),
  ),
});

export const tool = defineTool({
  name: 'datadog_metrics',
  source: 'datadog',
  description:
    'One metric of up to 20 services from Datadog over a window: level before and after, when it changed, and points. ' +
    'Use it to see whether a service, its resources or its traffic changed and when.',
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
      const reading = { metric: asked.metric, services: picked.value, window: readWindow(asked, context.nowMs) };
      const attempt = {
        vendor: 'Datadog',
        asked: `${asked.metric} of ${asked.services.join(', ')}`,
        nowMs: context.nowMs,
        blocks: `how ${meanings[asked.metric].title} moved`,
        grant: 'the scope timeseries_query',
      };
      return orFailure({ attempt, signal: context.signal, refusal: httpRefusal }, () =>
        readMetric(client, reading, context),
      );
    };
  },
});

type Reading = { readonly metric: Metric; readonly services: readonly Service[]; readonly window: Window };

async function readMetric(client: DatadogClient, reading: Reading, context: ToolContext): Promise<Finding> {
  const { metric, services, window } = reading;
  const queries = services.map((service) => queryFor(metric, datadogTag(service), context.catalogue.environment));
  const query = queries.join(', ');
  const range = { from: Math.floor(window.fromMs / 1_000), to: Math.ceil(window.toMs / 1_000) };
  const ask = client.asking(context.signal);
  const answered = await ask({ path: '/api/v1/query', parameters: { ...range, query } }, answer);
  const factor = meanings[metric].factor;
  const series = services.flatMap((service, index): Series[] => {
    const found = answered.series.find((one) =>
      belongsTo(one, { index, tag: datadogTag(service), count: services.length }),
    );
    const points = pointsOf(found?.pointlist ?? [], window, factor);
    return points.length === 0 ? [] : [{ service: service.id, metric, points }];
  });
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
  return seriesFinding({ metric, ...meanings[metric], window, query, link }, series);
}

type AnsweredSeries = z.output<typeof answer>['series'][number];

/** By position in the asked list where Datadog says it, else by the service tag in the scope. */
function belongsTo(series: AnsweredSeries, asked: { index: number; tag: string; count: number }): boolean {
  const tag = new RegExp(`(?:^|[{,\\s])service:${RegExp.escape(asked.tag)}(?:$|[},\\s])`, 'u');
  const named = `${series.scope ?? ''} ${series.expression ?? ''}`;
  if (named.includes('service:')) return tag.test(named);
  return asked.count === 1 || series.query_index === asked.index;
}

const pointsOf = (
  pointlist: readonly (readonly [number, number | null])[],
  window: Window,
  factor: number,
): readonly Point[] =>
  pointlist.flatMap(([atMs, value]) =>
    value === null || !Number.isFinite(value) || atMs < window.fromMs || atMs >= window.toMs
      ? []
      : [[atMs, value * factor] as const],
  );
