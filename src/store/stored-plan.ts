import { z } from 'zod';
import { type ApprovalRow, planStates } from '../core/approval.ts';
import type { Plan, PlanStep } from '../core/plan.ts';
import type { PlanRow } from '../ports.ts';
import { storedJson } from './stored-evidence.ts';
import { incidentNumber, storedPlace } from './stored-incident.ts';

const risk = z.union([z.literal(1), z.literal(2), z.literal(3)]);

const storedStep: z.ZodType<PlanStep> = z.object({
  id: z.string(),
  action: z.string(),
  parameters: z.record(z.string(), storedJson),
  says: z.string(),
});

/** Strict: a field this version does not know would change what the digest covers. */
const storedPlan: z.ZodType<Plan> = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  version: z.number(),
  incident: z.custom<Plan['incident']>((value) => typeof value === 'string' && incidentNumber(value) !== null),
  title: z.string(),
  kind: z.enum(['rollback-pull-request', 'runbook']),
  runbook: z.strictObject({ name: z.string(), lastRun: z.string() }).exactOptional(),
  service: z.string(),
  steps: z.array(storedStep),
  preconditions: z.array(z.object({ name: z.string(), expected: storedJson })),
  preview: z.strictObject({ untrusted: z.string() }).nullable(),
  // Plans of the first version had none. Their digest no longer fits, so that they can be read but not run.
  rehearsal: z.array(z.string()).default([]),
  inverse: z.object({ says: z.string(), steps: z.array(storedStep) }),
  risk,
  riskReasons: z.array(z.string()),
  blastRadius: z.object({ services: z.number(), files: z.number(), says: z.string() }),
  expectedEffect: z.string(),
  runsAs: z.string(),
  requester: z.string(),
  policyVersion: z.string(),
  catalogueVersion: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
  startWithinMs: z.number(),
});

const storedPlanRow = z.object({
  document: storedPlan,
  digest: z.string(),
  place: storedPlace,
  state: z.enum(planStates),
  settled_at_ms: z.number().nullable(),
  nonce: z.string().min(1),
});

export function parsePlan(row: unknown, approvals: readonly ApprovalRow[]): PlanRow {
  const { document, digest, place, state, settled_at_ms: settledAtMs, nonce } = storedPlanRow.parse(row);
  return { plan: document, digest, place, state, approvals, settledAtMs, nonce };
}
