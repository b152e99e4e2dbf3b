/** Alerts, rollouts and memory in the document of `causeway rank`. */
import { z } from 'zod';
import type { EvidenceId } from './core/evidence.ts';
import type { Entity, FiredAlert, Memory, PodSeries, Rollout } from './rootcause/telemetry.ts';

type Shared = {
  /** Milliseconds or ISO 8601. */
  readonly time: z.ZodType<number>;
  readonly points: z.ZodType<PodSeries['points']>;
  readonly evidence: z.ZodType<EvidenceId | undefined>;
};

const text = z.string().min(1);

const memory: z.ZodType<Memory> = z.object({
  version: z.literal(1),
  incidents: z.number().int().nonnegative(),
  seen: z.record(z.string(), z.number().nonnegative()),
  weights: z.record(z.string(), z.number()),
});

/** Schemas of the optional lists, made of the document's own pieces. */
export const alertSchemas = ({ time, points, evidence }: Shared) => ({
  entities: z
    .array(
      z
        .object({ id: text, kind: z.enum(['service', 'instance', 'host']), partOf: text.optional() })
        .transform(({ partOf, ...rest }): Entity => (partOf === undefined ? rest : { ...rest, partOf })),
    )
    .default([])
    .describe('What `alerts` are about; each is a possible cause.'),
  alerts: z
    .array(
      z
        .object({
          entity: text,
          peer: text.optional(),
          modality: z.enum(['metric', 'log', 'trace']),
          name: text,
          direction: z.string().default(''),
          atMs: time.nullable().default(null),
          evidence: evidence.optional(),
        })
        .transform(withoutAbsent),
    )
    .default([])
    .describe('Every alert of the incident.'),
  rollouts: z
    .array(
      z
        .object({
          id: text,
          service: text,
          startedMs: time,
          pods: z.array(
            z.object({
              pod: text,
              isNew: z.boolean(),
              metric: z.enum(['success_ratio', 'latency_ms', 'cpu_ratio']),
              points,
            }),
          ),
          evidence: evidence.optional(),
        })
        .transform(({ evidence: id, ...rest }): Rollout => (id === undefined ? rest : { ...rest, evidence: id })),
    )
    .default([])
    .describe('Rollouts with old and new pods over the same minutes.'),
  memory: memory.optional().describe('Past incidents, as `learn` remembers them.'),
});

type LooseAlert = Omit<FiredAlert, 'peer' | 'evidence'> & {
  readonly peer?: string | undefined;
  readonly evidence?: EvidenceId | undefined;
};

function withoutAbsent({ peer, evidence, ...rest }: LooseAlert): FiredAlert {
  const told = peer === undefined ? rest : { ...rest, peer };
  return evidence === undefined ? told : { ...told, evidence };
}
