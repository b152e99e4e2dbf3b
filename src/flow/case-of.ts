import { supportsOf } from '../core/compile-hypotheses.ts';
import { findContradictions, isContested } from '../core/contradiction.ts';
import type { Evidence } from '../core/evidence.ts';
import type { Hypothesis } from '../core/hypothesis.ts';
import type { Case, Challenge } from '../core/verdict.ts';

/** The leading hypothesis as the verdict rule sees it. */
export function caseOf(hypotheses: readonly Hypothesis[], evidence: readonly Evidence[], challenge: Challenge): Case {
  const [first, second] = hypotheses;
  const supports = supportsOf(first?.supports ?? [], { evidence });
  const contested = isContested(
    supports.map(({ evidence: id }) => id),
    findContradictions(evidence),
  );
  return {
    supports,
    refutes: supportsOf(first?.refutes ?? [], { evidence }),
    score: first?.score ?? 0,
    lead: (first?.score ?? 0) - (second?.score ?? 0),
    challenge,
    contested,
    unanchored: first?.hearsay === true,
  };
}
