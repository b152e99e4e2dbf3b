import type { Tainted } from './tainted.ts';

/** The states a plan row can be in. Everything after `approved` is the executor's. */
export const planStates = [
  'pending',
  'approved',
  'rejected',
  'expired',
  'superseded',
  'stale',
  'running',
  'done',
  'failed',
  'stopped',
] as const;
export type PlanState = (typeof planStates)[number];

/** One person's click, as the platform authenticated it. */
export type Click = {
  /** Directory id. */
  readonly by: string;
  readonly plan: string;
  readonly version: number;
  /** Last eight characters of the digest the card showed. */
  readonly digestTail: string;
  /** Present when the person broke the glass: alone, with a reason, whatever the quorum and the freeze say. */
  readonly breakGlass?: { readonly reasonGiven: boolean };
  readonly atMs: number;
};

export type ApprovalRow = {
  readonly by: string;
  readonly digest: string;
  readonly atMs: number;
  readonly breakGlass?: boolean;
};

/** A rejection, or an approval that broke the glass, as people are told of it. The reason is outside text. */
export type SaidReason = { readonly by: string; readonly reason: Tainted | null };

export type ApprovalRefusal =
  | 'unknown-plan'
  | 'not-an-approver'
  | 'requester'
  | 'guest'
  | 'already-approved'
  | 'stale-version'
  | 'digest-mismatch'
  | 'expired'
  | 'settled'
  | 'reason-missing'
  | 'not-break-glass'
  | 'policy';
