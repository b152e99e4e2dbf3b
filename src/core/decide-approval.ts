import type { ApprovalRefusal, ApprovalRow, Click, PlanState } from './approval.ts';
import type { SealedPlan } from './plan.ts';
import { done, failed, type Result } from './result.ts';

export type ApprovalQuestion = {
  readonly click: Click;
  readonly row: SealedPlan & { readonly state: PlanState; readonly approvals: readonly ApprovalRow[] };
  readonly standing: 'member' | 'guest' | 'stranger' | 'inactive';
  /** The policy's answer for this person and this plan. */
  readonly allowed: boolean;
  readonly approversNeeded: number;
};

export type Approved = { readonly approval: ApprovalRow; readonly count: number; readonly enough: boolean };

/**
 * One person's Approve on one plan. Counts only approvals of this very digest. Refusals are ordered so that the most
 * useful reason is given; the policy has the last word and its silence is no. Breaking the glass is enough alone, needs
 * a reason, and may follow the same person's ordinary approval; nothing else about it is different.
 */
export function decideApproval(question: ApprovalQuestion): Result<Approved, ApprovalRefusal> {
  const refusal =
    refusalOf(question) ?? (question.click.breakGlass ? refusalAlone(question) : refusalTogether(question));
  if (refusal !== null) return failed(refusal);
  const { click, row, approversNeeded } = question;
  const { by, atMs, breakGlass } = click;
  const approval = { by, digest: row.digest, atMs };
  const count = counted(question).filter((other) => other.by !== by).length + 1;
  return breakGlass
    ? done({ approval: { ...approval, breakGlass: true }, count, enough: true })
    : done({ approval, count, enough: count >= approversNeeded });
}

const counted = ({ row }: ApprovalQuestion): readonly ApprovalRow[] =>
  row.approvals.filter((approval) => approval.digest === row.digest);

/** What stands against any approval. */
function refusalOf({ click, row, standing }: ApprovalQuestion): ApprovalRefusal | null {
  const { plan, digest } = row;
  if (row.state !== 'pending') return row.state === 'expired' ? 'expired' : 'settled';
  if (click.version !== plan.version) return 'stale-version';
  if (click.digestTail !== digest.slice(-8)) return 'digest-mismatch';
  if (click.atMs > plan.expiresAtMs) return 'expired';
  if (standing !== 'member') return 'guest';
  return click.by === plan.requester ? 'requester' : null;
}

function refusalTogether(question: ApprovalQuestion): ApprovalRefusal | null {
  if (counted(question).some(({ by }) => by === question.click.by)) return 'already-approved';
  return question.allowed ? null : 'policy';
}

function refusalAlone({ click, allowed }: ApprovalQuestion): ApprovalRefusal | null {
  if (!allowed) return 'not-break-glass';
  return click.breakGlass?.reasonGiven ? null : 'reason-missing';
}

/** `plan id:version:digest tail`: what an approval button carries. Never a source of truth, only a reference. */
export const approvalValue = ({ plan, digest }: SealedPlan): string => `${plan.id}:${plan.version}:${digest.slice(-8)}`;

/** Null for anything that is not such a value. */
export function parseApprovalValue(value: string): { plan: string; version: number; digestTail: string } | null {
  const match = /^(?<plan>[\w-]+):(?<version>\d{1,6}):(?<tail>[0-9a-f]{8})$/u.exec(value);
  const { plan, version, tail } = match?.groups ?? {};
  return plan && version && tail ? { plan, version: Number(version), digestTail: tail } : null;
}
