import type { EvidenceId } from '../core/evidence.ts';
import type { CauseKind } from '../core/hypothesis.ts';

/** Why a cause scored: one channel's numbers, in a sentence of ours, with the evidence the ledger can cite. */
export type Reason = {
  readonly channel: string;
  /** 0 to 1. */
  readonly score: number;
  readonly says: string;
  readonly evidence: readonly EvidenceId[];
};

export type RankedCause = {
  readonly entity: string;
  readonly kind: CauseKind;
  /** `ChangeEvent.id`, when the cause is a change. */
  readonly change: string | null;
  /** Fused, 0 to 1. Strictly decreasing down the list: ties are broken by a stated rule. */
  readonly score: number;
  readonly mechanism: string;
  readonly wrongIf: string;
  readonly reasons: readonly Reason[];
  readonly against: readonly Reason[];
};

export type Ranking = {
  readonly outcome: 'ranked' | 'nothing-wrong' | 'cannot-tell';
  /** One sentence: why this outcome. */
  readonly because: string;
  readonly onsetMs: number | null;
  readonly before: number | null;
  readonly after: number | null;
  readonly causes: readonly RankedCause[];
  /** Signals that were missing or could not be used, each with its effect. */
  readonly unusable: readonly string[];
};
