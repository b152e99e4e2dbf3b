/** PromQL from typed parts: no text of anybody's reaches the query other than inside a quoted literal. */
import { z } from 'zod';
import { goLiteral } from '../reading/go-literal.ts';

/** Metric and label names: https://prometheus.io/docs/concepts/data_model/ */
export const metricName = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/);
/** Names with two underscores in front are Prometheus' own. */
export const labelName = z.string().regex(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,99}$/);

export const matcherInput = z.object({
  label: labelName.describe('Label name'),
  operator: z
    .enum(['=', '!=', '=~', '!~'])
    .describe('=~ and !~ take an RE2 expression that must match the whole value'),
  value: z.string().max(200).describe('Label value, or RE2 expression'),
});
export type Matcher = z.output<typeof matcherInput>;

export const rangeFunctions = [
  'rate',
  'increase',
  'delta',
  'deriv',
  'changes',
  'resets',
  'avg_over_time',
  'min_over_time',
  'max_over_time',
  'sum_over_time',
  'count_over_time',
  'last_over_time',
] as const;
export const quantileFunctions = ['histogram_quantile', 'quantile_over_time'] as const;
export const promqlFunctions = ['none', 'absent', ...rangeFunctions, ...quantileFunctions] as const;
export const aggregations = ['none', 'sum', 'avg', 'min', 'max', 'count'] as const;

export type Expression = {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
  readonly apply: (typeof promqlFunctions)[number];
  /** Of the range vector, in minutes. */
  readonly overMinutes: number;
  /** 0 to 1. */
  readonly quantile: number;
  readonly aggregate: (typeof aggregations)[number];
  readonly by: readonly string[];
};

/** `metric{label="value"}`; an empty metric gives the braces alone. */
export function selector(metric: string, matchers: readonly Matcher[]): string {
  const inner = matchers.map(({ label, operator, value }) => `${label}${operator}${goLiteral(value)}`).join(',');
  return inner === '' ? metric : `${metric}{${inner}}`;
}

export const equals = (label: string, value: string): Matcher => ({ label, operator: '=', value });

/** The expression as a person would write it. */
export function writeExpression(expression: Expression): string {
  const { metric, matchers, apply, overMinutes, quantile } = expression;
  const range = `${selector(metric, matchers)}[${overMinutes}m]`;
  switch (apply) {
    case 'none':
      return aggregated(expression, selector(metric, matchers));
    case 'absent':
      return `absent(${selector(metric, matchers)})`;
    case 'histogram_quantile':
      return `histogram_quantile(${quantile}, sum by (${['le', ...expression.by].join(', ')}) (rate(${range})))`;
    case 'quantile_over_time':
      return aggregated(expression, `quantile_over_time(${quantile}, ${range})`);
    default:
      return aggregated(expression, `${apply}(${range})`);
  }
}

function aggregated({ aggregate, by }: Expression, inner: string): string {
  if (aggregate === 'none') return inner;
  return by.length === 0 ? `${aggregate}(${inner})` : `${aggregate} by (${by.join(', ')}) (${inner})`;
}
