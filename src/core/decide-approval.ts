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
  /** The policy wants more than a chat account for a plan of this risk. */
  readonly signInNeeded?: boolean;
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
  const { by, atMs, breakGlass, strength } = click;
  const approval = { by, digest: row.digest, atMs, ...(strength ? { strength } : {}) };
  const count = counted(question).filter((other) => other.by !== by).length + 1;
  return breakGlass
    ? done({ approval: { ...approval, breakGlass: true }, count, enough: true })
    : done({ approval, count, enough: count >= approversNeeded });
}

const counted = ({ row }: ApprovalQuestion): readonly ApprovalRow[] =>
  row.approvals.filter(({ digest, automatic }) => digest === row.digest && !automatic);

/** What stands against any approval. */
function refusalOf({ click, row, standing, signInNeeded }: ApprovalQuestion): ApprovalRefusal | null {
  const { plan, digest } = row;
  if (row.state !== 'pending') return row.state === 'expired' ? 'expired' : 'settled';
  if (click.version !== plan.version) return 'stale-version';
  if (click.digestTail !== digest.slice(-8)) return 'digest-mismatch';
  if (click.atMs > plan.expiresAtMs) return 'expired';
  if (standing !== 'member') return 'guest';
  if (click.by === plan.requester) return 'requester';
  return signInNeeded && click.strength !== 'strong' ? 'sign-in-needed' : null;
}

function refusalTogether(question: ApprovalQuestion): ApprovalRefusal | null {
  if (counted(question).some(({ by }) => by === question.click.by)) return 'already-approved';
  return question.allowed ? null : 'policy';
}

function refusalAlone({ click, allowed }: ApprovalQuestion): ApprovalRefusal | null {
  if (!allowed) return 'not-break-glass';
  return click.breakGlass?.reasonGiven ? null : 'reason-missing';
}
