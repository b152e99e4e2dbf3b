import type { EvidenceId } from './evidence.ts';
import type { CauseKind } from './hypothesis.ts';
import type { Tainted } from './tainted.ts';

export type ClaimCitation = {
  readonly evidence: EvidenceId;
  /** Must be a substring of the stored result. */
  readonly quote?: string;
  /** JSON pointer (RFC 6901) into the stored result, and the number claimed there. */
  readonly number?: { readonly pointer: string; readonly value: number };
};

/** A sentence the model wants to say, with what proves it. The gate re-matches every part against the ledger. */
export type Claim = { readonly text: Tainted; readonly citations: readonly ClaimCitation[] };

export type SubmittedHypothesis = {
  readonly kind: CauseKind;
  readonly entity: string;
  /** `ChangeEvent.id`, or null. */
  readonly change: string | null;
  readonly claims: readonly Claim[];
  readonly wrongIf: Tainted;
  readonly against: readonly Claim[];
};

export type Findings = {
  readonly outcome: 'causes' | 'nothing-wrong' | 'cannot-tell';
  readonly hypotheses: readonly SubmittedHypothesis[];
  /** With `nothing-wrong`: what shows that the trouble is over or never was. */
  readonly calm?: readonly Claim[];
};
