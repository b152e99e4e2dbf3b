import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import type { Series } from '../src/rootcause/telemetry.ts';
import { defineTool } from '../src/tool.ts';
import { askPrometheus, prometheusEnvironment, prometheusRefusal } from './prometheus/client.ts';
import { orFailure } from './reading/failure.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { seriesFinding } from './reading/series-finding.ts';
import { isoTime, readWindow, sayWindow, windowInput } from './reading/window.ts';

const input = z.object({
  service: serviceInput,
  metric: z
    .string()
    .regex(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/)
    .describe('Prometheus metric name of a gauge, or of a recording rule, with a service label'),
  ...windowInput,
});

const matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(
    z.object({
      metric: z.record(z.string(), z.string()),
      values: z.array(z.tuple([z.number(), z.string()])),
    }),
  ),
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
  connect({ PROMETHEUS_URL: address }) {
    const base = address.replace(/\/+$/, '');
    return async (asked, context) => {
      const picked = pickServices([asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const query = `${asked.metric}{service="${asked.service}"}`;
      const attempt = {
        vendor: 'Prometheus',
        asked: query,
        nowMs: context.nowMs,
        blocks: `how ${asked.metric} of ${asked.service} moved`,
        grant: 'read access to the query API',
      };
      return orFailure({ attempt, signal: context.signal, refusal: prometheusRefusal }, async () => {
        const url = new URL(`${base}/api/v1/query_range?${rangeOf(query, window)}`);
        const { result } = matrix.parse(await askPrometheus(url, context.signal));
        const series = result.flatMap((one) => readSeries(one, asked));
        const link = `${base}/graph?${new URLSearchParams({ 'g0.expr': query, 'g0.tab': '0' }).toString()}`;
        if (series.length === 0)
          return { kind: 'empty', searched: `${query}, ${sayWindow(window)}`, query, window, link };
        return seriesFinding({ metric: asked.metric, title: asked.metric, unit: '', window, query, link }, series);
      });
    };
  },
});

/** About 120 points, a step of at least fifteen seconds. */
function rangeOf(query: string, { fromMs, toMs }: Window): string {
  const stepSeconds = Math.max(15, Math.ceil((toMs - fromMs) / 1_000 / 120));
  const range = { start: isoTime(fromMs), end: isoTime(toMs - 1), step: String(stepSeconds) };
  return new URLSearchParams({ query, ...range }).toString();
}

type Answered = z.output<typeof matrix>['result'][number];

/** Prometheus writes values as text, `NaN` and `+Inf` among them: those are no points. */
function readSeries({ metric, values }: Answered, asked: { service: string; metric: string }): Series[] {
  const points = values.flatMap(([atSeconds, text]) => {
    const value = Number(text);
    return Number.isFinite(value) ? [[Math.round(atSeconds * 1_000), value] as const] : [];
  });
  const labels = Object.entries(metric).filter(([label]) => !['__name__', 'service', 'job'].includes(label));
  const suffix = labels.map(([label, value]) => `${label}=${value}`).join(',');
  const name = suffix === '' ? asked.metric : `${asked.metric}{${suffix}}`;
  return points.length === 0 ? [] : [{ service: asked.service, metric: name, points }];
}
