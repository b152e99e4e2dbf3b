import { z } from 'zod';
import { defineTool } from '../src/tool.ts';
import { matrixAnswer, rangeOf, readPoints, sayLabels } from './prometheus/answers.ts';
import { prometheusClient, prometheusEnvironment } from './prometheus/client.ts';
import { equals, metricName, selector } from './prometheus/promql.ts';
import { prometheusRefusal } from './prometheus/refusal.ts';
import { orFailure } from './reading/failure.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { seriesFinding } from './reading/series-finding.ts';
import { readWindow, sayWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  metric: metricName.describe('Prometheus metric name of a gauge, or of a recording rule, with a service label'),
  ...windowInput,
});

export const tool = defineTool({
  name: 'prometheus_metrics',
  source: 'prometheus',
  description:
    'One gauge or recording rule of one service from Prometheus over a window: level before and after, when it changed, ' +
    'and points, one series for each of its other labels.',
  environment: prometheusEnvironment,
  input,
  // Metric names differ between installations: nothing can be asked before somebody knows one.
  probes: () => [],
  connect(environment) {
    const client = prometheusClient(environment);
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const query = selector(asked.metric, [equals(client.serviceLabel, asked.service)]);
      const attempt = {
        vendor: 'Prometheus',
        asked: query,
        nowMs: context.nowMs,
        blocks: `how ${asked.metric} of ${asked.service} moved`,
        grant: 'GET /api/v1/query_range',
      };
      return orFailure({ attempt, signal: context.signal, refusal: prometheusRefusal }, async () => {
        const request = { path: 'query_range', parameters: rangeOf(query, window), signal: context.signal };
        const { result } = await client.ask(request, matrixAnswer);
        const series = result.flatMap((one) => readSeries(one, asked, client.serviceLabel));
        const link = client.link(query);
        if (series.length === 0)
          return { kind: 'empty', searched: `${query}, ${sayWindow(window)}`, query, window, link };
        return seriesFinding({ metric: asked.metric, title: asked.metric, unit: '', window, query, link }, series);
      });
    };
  },
});

type Asked = { readonly service: string; readonly metric: string };

function readSeries({ metric, values }: z.output<typeof matrixAnswer>['result'][number], asked: Asked, label: string) {
  const points = readPoints(values);
  const suffix = sayLabels(metric, [label, 'service', 'job']);
  const name = suffix === '' ? asked.metric : `${asked.metric}{${suffix}}`;
  return points.length === 0 ? [] : [{ service: asked.service, metric: name, points }];
}
