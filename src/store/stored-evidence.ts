import { z } from 'zod';
import type { Chart, Evidence, EvidenceId, Gap, HypothesisId } from '../core/evidence.ts';
import { causeKinds, type Hypothesis, verdictWords } from '../core/hypothesis.ts';
import type { Json } from '../core/json.ts';
import type { Reading } from '../core/reading.ts';
import { storedTainted } from './stored-incident.ts';

export const storedJson: z.ZodType<Json> = z.json();

const storedEvidenceId = z.custom<EvidenceId>((value) => typeof value === 'string' && /^E[1-9][0-9]*$/u.test(value));
const storedHypothesisId = z.custom<HypothesisId>(
  (value) => typeof value === 'string' && /^H[1-9][0-9]*$/u.test(value),
);

const storedChart: z.ZodType<Chart> = z.object({
  title: z.string(),
  unit: z.string(),
  series: z.array(z.object({ name: z.string(), points: z.array(z.tuple([z.number(), z.number()])) })),
  marks: z.array(
    z.object({ atMs: z.number(), label: z.string(), kind: z.enum(['onset', 'change', 'recovery', 'threshold']) }),
  ),
});

const where = { service: z.string(), metric: z.string() };
const storedReading: z.ZodType<Reading> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('level'),
    ...where,
    fromMs: z.number(),
    toMs: z.number(),
    samples: z.number(),
    low: z.number(),
    middle: z.number(),
    high: z.number(),
    past: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('monitor'),
    ...where,
    state: z.enum(['alert', 'ok']),
    comparator: z.enum(['>', '<']),
    threshold: z.number(),
  }),
  z.object({
    kind: z.literal('deploy'),
    service: z.string(),
    sha: z.string(),
    atMs: z.number(),
    outcome: z.enum(['succeeded', 'failed']).nullable(),
  }),
]);

export const storedEvidence: z.ZodType<Evidence> = z.object({
  id: storedEvidenceId,
  incident: z.string(),
  tool: z.string(),
  source: z.string(),
  input: storedJson,
  query: z.string(),
  window: z.object({ fromMs: z.number(), toMs: z.number() }),
  provenance: z.enum(['A', 'B', 'C', 'D']),
  result: storedJson,
  sha256: z.string(),
  bytes: z.number(),
  redactions: z.number(),
  redacted: z.record(z.string(), z.number()).exactOptional(),
  link: z.string(),
  headline: z.array(z.union([z.string(), storedTainted])),
  chart: storedChart.nullable(),
  truncated: z.boolean(),
  takenAtMs: z.number(),
  readings: z.array(storedReading).optional(),
  suspect: z.number().optional(),
  empty: z.literal(true).optional(),
});

const storedGap: z.ZodType<Gap> = z.object({
  tool: z.string(),
  reason: z.string(),
  blocks: z.string(),
  fix: z.string(),
});
export const storedGaps = z.array(storedGap);

const storedCitations = z.array(z.object({ evidence: storedEvidenceId, why: storedTainted }));
const storedHypothesis: z.ZodType<Hypothesis> = z.object({
  id: storedHypothesisId,
  kind: z.enum(causeKinds),
  entity: z.string(),
  change: z
    .object({ repository: z.string(), sha: z.string(), pullNumber: z.number().nullable(), mergedAtMs: z.number() })
    .nullable(),
  mechanism: storedTainted,
  supports: storedCitations,
  refutes: storedCitations,
  wrongIf: storedTainted,
  score: z.number(),
  word: z.enum(verdictWords),
  by: z.enum(['engine', 'model']),
  hearsay: z.boolean().exactOptional(),
});
export const storedHypotheses = z.array(storedHypothesis);
