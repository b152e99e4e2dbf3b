/** Prometheus' answers to queries, and how samples become points. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import type { Point } from '../../src/rootcause/telemetry.ts';
import { isoTime } from '../reading/window.ts';

const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);

export const matrixAnswer = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ metric: labels, values: z.array(sample) })),
});

export const vectorAnswer = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: labels, value: sample })),
});

/** About 120 points, a step of at least fifteen seconds; the end is exclusive. */
export function rangeOf(query: string, { fromMs, toMs }: Window) {
  const stepSeconds = Math.max(15, Math.ceil((toMs - fromMs) / 1_000 / 120));
  return { query, start: isoTime(fromMs), end: isoTime(toMs - 1), step: String(stepSeconds) };
}

/** Prometheus writes values as text, `NaN` and `+Inf` among them: those are no points. */
export const readPoints = (values: readonly z.output<typeof sample>[]): readonly Point[] =>
  values.flatMap(([atSeconds, text]) => {
    const value = Number(text);
    return Number.isFinite(value) ? [[Math.round(atSeconds * 1_000), value] as const] : [];
  });

/** `code=500,zone=a`, without the named labels. */
export const sayLabels = (metric: { readonly [label: string]: string }, without: readonly string[]): string =>
  Object.entries(metric)
    .filter(([label]) => label !== '__name__' && !without.includes(label))
    .map(([label, value]) => `${label}=${value}`)
    .join(',');
