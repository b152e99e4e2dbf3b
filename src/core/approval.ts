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
  readonly atMs: number;
};

export type ApprovalRow = { readonly by: string; readonly digest: string; readonly atMs: number };

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
  | 'policy';
