/** Spans, raw lines and both ends of calls in the document of `causeway rank`. */
import { z } from 'zod';
import type { EvidenceId } from './core/evidence.ts';
import type { CallSeries, Span, TracedLine } from './rootcause/telemetry.ts';

type Shared = {
  /** Milliseconds or ISO 8601. */
  readonly time: z.ZodType<number>;
  readonly points: z.ZodType<CallSeries['points']>;
  readonly evidence: z.ZodType<EvidenceId | undefined>;
};

const text = z.string().min(1);

/** Schemas of the optional lists, made of the document's own pieces. */
export const traceSchemas = ({ time, points, evidence }: Shared) => ({
  spans: z
    .array(
      z
        .object({
          trace: text,
          span: text,
          parent: z.string().nullable().default(null),
          service: text,
          operation: z.string().default(''),
          startMs: time,
          durationMs: z.number().nonnegative(),
          failed: z.boolean().optional(),
          evidence: evidence.optional(),
        })
        .transform(({ failed, evidence: id, ...rest }): Span => {
          return {
            ...rest,
            ...(failed === undefined ? {} : { failed }),
            ...(id === undefined ? {} : { evidence: id }),
          };
        }),
    )
    .default([])
    .describe('Raw spans; those that start before the window are the past they are compared with.'),
  lines: z
    .array(
      z
        .object({
          service: text,
          atMs: time,
          level: z.string().default(''),
          message: z.string(),
          trace: text.optional(),
          span: text.optional(),
          evidence: evidence.optional(),
        })
        .transform(({ trace, span, evidence: id, ...rest }): TracedLine => {
          const place = { ...(trace === undefined ? {} : { trace }), ...(span === undefined ? {} : { span }) };
          return { ...rest, ...place, ...(id === undefined ? {} : { evidence: id }) };
        }),
    )
    .default([])
    .describe('Raw log lines with the trace and span they were written in.'),
  callSeries: z
    .array(
      z
        .object({ from: text, to: text, side: z.enum(['caller', 'callee']), points, evidence: evidence.optional() })
        .transform(({ evidence: id, ...rest }): CallSeries => (id === undefined ? rest : { ...rest, evidence: id })),
    )
    .default([])
    .describe('How long the calls along an edge took, as each side measured it; milliseconds.'),
});
