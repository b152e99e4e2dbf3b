import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { defineTool } from '../src/tool.ts';
import { matrixAnswer, rangeOf, vectorAnswer } from './prometheus/answers.ts';
import { prometheusClient, prometheusEnvironment } from './prometheus/client.ts';
import {
  aggregations,
  type Expression,
  equals,
  labelName,
  matcherInput,
  metricName,
  promqlFunctions,
  writeExpression,
} from './prometheus/promql.ts';
import { instantFinding, rangeFinding } from './prometheus/query-finding.ts';
import { prometheusRefusal } from './prometheus/refusal.ts';
import { orFailure } from './reading/failure.ts';
import { pickServices, serviceInput } from './reading/scope.ts';
import { isoTime, readWindow, windowInput } from './reading/window.ts';

const matchersInput = z.array(matcherInput).max(8).default([]);

const input = z
  .object({
    metric: metricName.describe('Prometheus metric name; for histogram_quantile the one that ends in _bucket'),
    service: serviceInput.optional().describe('Catalogue id: only series with this service label; absent: all series'),
    matchers: matchersInput.describe('Further label matchers'),
    apply: z
      .enum(promqlFunctions)
      .default('none')
      .describe('Function of the metric; rate or increase for counters, none for gauges'),
    overMinutes: z.int().min(1).max(1_440).default(5).describe('Range that functions over time look back, in minutes'),
    quantile: z.number().min(0).max(1).default(0.95).describe('For histogram_quantile and quantile_over_time'),
    aggregate: z.enum(aggregations).default('none').describe('How series are aggregated'),
    by: z.array(labelName).max(5).default([]).describe('Labels to keep apart when aggregating'),
    dividedBy: z
      .object({
        metric: metricName.describe('Metric of the divisor'),
        matchers: matchersInput.describe('Its label matchers'),
      })
      .optional()
      .describe('Divide by the same function and aggregation of another metric, e.g. errors by requests'),
    at: z.enum(['range', 'instant']).default('range').describe('The whole window, or only its end'),
    ...windowInput,
  })
  .refine(({ by, aggregate, apply }) => by.length === 0 || aggregate !== 'none' || apply === 'histogram_quantile', {
    message: 'by needs an aggregate',
    path: ['by'],
  });
type Asked = z.output<typeof input>;

export const tool = defineTool({
  name: 'prometheus_query',
  source: 'prometheus',
  description:
    'A PromQL query built from typed parts: a function of one metric with label matchers, aggregated by labels, optionally ' +
    'divided by another, over a window or at its end.',
  environment: prometheusEnvironment,
  input,
  // What to ask depends on names that differ between installations.
  probes: () => [],
  connect(environment) {
    const client = prometheusClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.service === undefined ? [] : [asked.service], context.catalogue);
      if (!picked.ok) return picked.failure;
      const window = readWindow(asked, context.nowMs);
      const query = writeQuery(asked, client.serviceLabel);
      const attempt = {
        vendor: 'Prometheus',
        asked: query,
        nowMs: context.nowMs,
        blocks: `how ${asked.metric} moved`,
        grant: 'GET /api/v1/query, GET /api/v1/query_range',
      };
      const title = titleOf(asked);
      const read = {
        query,
        link: client.link(query),
        window,
        title: asked.service === undefined ? title : `${title} of ${asked.service}`,
        metric: title,
        service: asked.service ?? null,
        serviceLabel: client.serviceLabel,
      };
      return orFailure({ attempt, signal: context.signal, refusal: prometheusRefusal }, async () => {
        const { signal } = context;
        if (asked.at === 'instant') {
          const request = { path: 'query', parameters: instantOf(query, window), signal };
          return instantFinding(read, await client.ask(request, vectorAnswer));
        }
        const request = { path: 'query_range', parameters: rangeOf(query, window), signal };
        return rangeFinding(read, await client.ask(request, matrixAnswer));
      });
    };
  },
});

const instantOf = (query: string, { toMs }: Window) => ({ query, time: isoTime(toMs) });

function writeQuery(asked: Asked, serviceLabel: string): string {
  const own = asked.service === undefined ? [] : [equals(serviceLabel, asked.service)];
  const expression: Expression = { ...asked, matchers: [...own, ...asked.matchers] };
  if (asked.dividedBy === undefined) return writeExpression(expression);
  const divisor = { ...expression, metric: asked.dividedBy.metric, matchers: [...own, ...asked.dividedBy.matchers] };
  return `${writeExpression(expression)} / ${writeExpression(divisor)}`;
}

function titleOf({ apply, metric, quantile, dividedBy }: Asked): string {
  const per = dividedBy === undefined ? '' : ` per ${dividedBy.metric}`;
  if (apply === 'none') return `${metric}${per}`;
  const which = apply.includes('quantile') ? `${apply}(${quantile}, ${metric})` : `${apply}(${metric})`;
  return `${which}${per}`;
}
