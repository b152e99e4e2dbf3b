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
 * useful reason is given; the policy has the last word and its silence is no.
 */
export function decideApproval(question: ApprovalQuestion): Result<Approved, ApprovalRefusal> {
  const { click, row, standing, allowed, approversNeeded } = question;
  const { plan, digest } = row;
  if (row.state !== 'pending') return failed(row.state === 'expired' ? 'expired' : 'settled');
  if (click.version !== plan.version) return failed('stale-version');
  if (click.digestTail !== digest.slice(-8)) return failed('digest-mismatch');
  if (click.atMs > plan.expiresAtMs) return failed('expired');
  if (standing !== 'member') return failed('guest');
  if (click.by === plan.requester) return failed('requester');
  const counted = row.approvals.filter((approval) => approval.digest === digest);
  if (counted.some((approval) => approval.by === click.by)) return failed('already-approved');
  if (!allowed) return failed('policy');
  const count = counted.length + 1;
  return done({ approval: { by: click.by, digest, atMs: click.atMs }, count, enough: count >= approversNeeded });
}

/** `plan id:version:digest tail`: what an approval button carries. Never a source of truth, only a reference. */
export const approvalValue = ({ plan, digest }: SealedPlan): string => `${plan.id}:${plan.version}:${digest.slice(-8)}`;

/** Null for anything that is not such a value. */
export function parseApprovalValue(value: string): { plan: string; version: number; digestTail: string } | null {
  const match = /^(?<plan>[\w-]+):(?<version>\d{1,6}):(?<tail>[0-9a-f]{8})$/u.exec(value);
  const { plan, version, tail } = match?.groups ?? {};
  return plan && version && tail ? { plan, version: Number(version), digestTail: tail } : null;
}
