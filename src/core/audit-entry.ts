import type { Json } from './json.ts';

/** Everything that is ever recorded. `intent` rows precede a touch of the world, `result` rows follow it. */
export const auditKinds = [
  'inbound',
  'incident.opened',
  'incident.phase',
  'tool.intent',
  'tool.result',
  'evidence',
  'engine.ranking',
  'hypothesis.board',
  'investigation.stop',
  'model.request',
  'model.response',
  'claim.dropped',
  'verdict',
  'verdict.grade',
  'plan.proposed',
  'plan.state',
  'approval.click',
  'approval.refused',
  'policy.decision',
  'autonomy',
  'effect.intent',
  'effect.result',
  'recovery',
  'message.posted',
  'receipt',
  'postmortem',
  'retention',
  'human.statement',
] as const;
export type AuditKind = (typeof auditKinds)[number];

export type AuditEntry = {
  readonly kind: AuditKind;
  readonly incident: string | null;
  /** Directory id, `causeway`, or a platform account. */
  readonly actor: string;
  readonly atMs: number;
  readonly body: { readonly [key: string]: Json };
};

/** A stored row: `hash = sha256(prev || canonical(seq, entry))`, hex. The first `prev` is 64 zeros. */
export type AuditRow = AuditEntry & { readonly seq: number; readonly prev: string; readonly hash: string };
