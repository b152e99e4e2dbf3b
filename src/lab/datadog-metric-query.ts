/**
 * The part of Datadog's metrics query language the lab answers:
 * `agg:metric{tag:value,...} by {service}.as_count().rollup(avg, 60)`, one division of two such terms, and several
 * expressions separated by commas. Anything else is a parse error, never a guess.
 */
import { done, failed, type Result } from '../core/result.ts';

export type MetricTerm = {
  readonly text: string;
  readonly aggregator: string;
  readonly metric: string;
  /** `tag:value` pairs that all must hold; empty for `{*}`. */
  readonly scope: readonly string[];
  readonly byService: boolean;
  readonly form: 'count' | 'rate' | null;
  readonly rollup: { readonly method: string; readonly seconds: number } | null;
};
export type MetricExpression = {
  readonly text: string;
  readonly terms: readonly [MetricTerm] | readonly [MetricTerm, MetricTerm];
};

const termPattern =
  /^(avg|sum|min|max|p\d\d):([a-zA-Z][\w.]*)\{([^{}]*)\}(?:\s*by\s*\{\s*([\w.]+)\s*\})?((?:\.\w+\([^()]*\))*)$/;
const tagPattern = /^[a-z][\w.-]*:[\w./-]+$/;
const rollupPattern = /^\.rollup\(\s*(avg|sum|min|max)\s*,\s*(\d{2,5})\s*\)$/;

/** Splits at a character outside braces and parentheses. */
function splitOutside(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '{' || character === '(') depth += 1;
    if (character === '}' || character === ')') depth -= 1;
    if (character !== separator || depth > 0) continue;
    parts.push(text.slice(start, index).trim());
    start = index + 1;
  }
  return [...parts, text.slice(start).trim()];
}

type Modifiers = Pick<MetricTerm, 'form' | 'rollup'>;

function readModifier(modifiers: Modifiers | null, call: string): Modifiers | null {
  if (modifiers === null) return null;
  if (call === '.as_count()') return { ...modifiers, form: 'count' };
  if (call === '.as_rate()') return { ...modifiers, form: 'rate' };
  const [, method, seconds] = rollupPattern.exec(call) ?? [];
  // Whole minutes, because the world has one value a minute; parts of a day, because ranges are read day by day.
  if (method === undefined || Number(seconds) % 60 !== 0 || 86_400 % Number(seconds) !== 0) return null;
  return { ...modifiers, rollup: { method, seconds: Number(seconds) } };
}

function readScope(text: string): readonly string[] | null {
  const tags = text.split(',').map((tag) => tag.trim());
  if (tags.length === 1 && tags[0] === '*') return [];
  return tags.every((tag) => tagPattern.test(tag)) ? tags : null;
}

function readTerm(text: string): MetricTerm | null {
  const [, aggregator, metric, scopeText, group, calls = ''] = termPattern.exec(text) ?? [];
  if (aggregator === undefined || metric === undefined || scopeText === undefined) return null;
  const scope = readScope(scopeText);
  const start: Modifiers = { form: null, rollup: null };
  const modifiers = (calls.match(/\.\w+\([^()]*\)/g) ?? []).reduce<Modifiers | null>(readModifier, start);
  if (scope === null || modifiers === null) return null;
  if (group !== undefined && group !== 'service') return null;
  return { text, aggregator, metric, scope, byService: group === 'service', ...modifiers };
}

function readExpression(text: string): MetricExpression | null {
  const [first, second, ...others] = splitOutside(text, '/').map(readTerm);
  if (first === undefined || first === null || second === null || others.length > 0) return null;
  return { text, terms: second === undefined ? [first] : [first, second] };
}

/** The expressions of a query, in order, or the message of the parse error. */
export function parseMetricQuery(query: string): Result<readonly MetricExpression[], string> {
  const expressions: MetricExpression[] = [];
  for (const text of splitOutside(query, ',')) {
    const expression = readExpression(text);
    if (expression === null) return failed(`Error parsing query: \n unable to parse ${text}`);
    expressions.push(expression);
  }
  return done(expressions);
}
