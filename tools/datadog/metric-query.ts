/** Datadog metric queries, built from checked parts, and their answers: `GET /api/v1/query`. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import type { Point } from '../../src/rootcause/telemetry.ts';
import { type Metric, meanings, queryFor } from './vocabulary.ts';

/** Any metric by its name in Datadog. Grammar: https://docs.datadoghq.com/metrics/custom_metrics/#naming-custom-metrics */
export const metricNameInput = z.string().regex(/^[a-zA-Z][\w.]{0,199}$/);
export const aggregations = ['avg', 'min', 'max', 'sum', 'p50', 'p75', 'p90', 'p95', 'p99'] as const;
/** `key:value`, no wildcard, no template variable. */
export const tagInput = z.string().regex(/^[a-z][a-z0-9_.-]{0,60}:[\w./:-]{1,120}$/);
export const tagKeyInput = z.string().regex(/^[a-z][a-z0-9_.-]{0,60}$/);

/** One metric of ours, or one by its own name. */
export type Measure =
  | { readonly kind: 'known'; readonly metric: Metric }
  | {
      readonly kind: 'named';
      readonly name: string;
      readonly aggregation: (typeof aggregations)[number];
      readonly as: 'value' | 'count' | 'rate';
      readonly tags: readonly string[];
      readonly by: string | null;
    };

const suffixes = { value: '', count: '.as_count()', rate: '.as_rate()' } as const;

/** Tag values as Datadog keeps them: what is not allowed in one becomes an underscore. */
export const tagValue = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}_./:-]/gu, '_');

export function measureQuery(measure: Measure, service: string, environment: string): string {
  const [tag, env] = [tagValue(service), tagValue(environment)];
  if (measure.kind === 'known') return queryFor(measure.metric, tag, env);
  const scope = [`service:${tag}`, `env:${env}`, ...measure.tags].join(',');
  const by = measure.by === null ? '' : ` by {${measure.by}}`;
  return `${measure.aggregation}:${measure.name}{${scope}}${by}${suffixes[measure.as]}`;
}

export const nameOf = (measure: Measure): string => (measure.kind === 'known' ? measure.metric : measure.name);

export const describe = (measure: Measure) =>
  measure.kind === 'known' ? meanings[measure.metric] : { title: measure.name, unit: '', factor: 1 };

// Points may hold null for an empty bucket.
const series = z.object({
  query_index: z.int().min(0).optional(),
  expression: z.string().optional(),
  scope: z.string().optional(),
  tag_set: z.array(z.string()).nullish(),
  pointlist: z.array(z.tuple([z.number(), z.number().nullable()])),
});
export const metricAnswer = z.object({ series: z.array(series) });
export type AnsweredSeries = z.output<typeof series>;

/** By the service tag in the scope where Datadog says it, else by position in the asked list. */
export function belongsTo(one: AnsweredSeries, asked: { index: number; tag: string; count: number }): boolean {
  const tag = new RegExp(`(?:^|[{,\\s])service:${RegExp.escape(tagValue(asked.tag))}(?:$|[},\\s])`, 'u');
  const named = `${one.scope ?? ''} ${one.expression ?? ''}`;
  if (named.includes('service:')) return tag.test(named);
  return asked.count === 1 || one.query_index === asked.index;
}

/** The value of the grouping tag, where the answer names it. */
export function groupOf(one: AnsweredSeries, by: string): string | null {
  const tags = [...(one.tag_set ?? []), ...(one.scope ?? '').split(',')];
  return tags.find((tag) => tag.startsWith(`${by}:`))?.slice(by.length + 1) ?? null;
}

export const pointsOf = (one: AnsweredSeries, window: Window, factor: number): readonly Point[] =>
  one.pointlist.flatMap(([atMs, value]) =>
    value === null || !Number.isFinite(value) || atMs < window.fromMs || atMs >= window.toMs
      ? []
      : [[atMs, value * factor] as const],
  );
