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
  /** `strong`: on the plan's page, by somebody who signed in a moment ago; absent: as far as their chat account goes. */
  readonly strength?: 'strong';
  readonly atMs: number;
};

export type ApprovalRow = {
  readonly by: string;
  readonly digest: string;
  readonly atMs: number;
  readonly breakGlass?: boolean;
  readonly strength?: 'strong';
  /** No person: the policy let a known class of failure be acted on. Never counts towards a quorum. */
  readonly automatic?: boolean;
};

/** `atMs`: when the person last proved who they are. `person` is a directory id. */
export type SignedIn = { readonly person: string; readonly method: 'local' | 'oidc'; readonly atMs: number };

/** A sign-in counts for a decision this long; after it people sign in again. Milliseconds. */
export const signInFreshMs = 300_000;

/** A rejection, or an approval that broke the glass, as people are told of it. The reason is outside text. */
export type SaidReason = { readonly by: string; readonly reason: Tainted | null };

export type ApprovalRefusal =
  | 'unknown-plan'
  /** Made before buttons were sealed. */
  | 'old-button'
  | 'forged-button'
  /** A real button, pressed where it was not shown. */
  | 'elsewhere'
  | 'sign-in-needed'
  | 'sign-in-stale'
  | 'other-person'
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
