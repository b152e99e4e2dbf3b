import type { EvidenceId, Provenance } from './evidence.ts';
import type { VerdictWord } from './hypothesis.ts';

/** One piece of evidence behind a hypothesis, as the verdict rule sees it. */
export type Support = { readonly evidence: EvidenceId; readonly source: string; readonly provenance: Provenance };

/** What the adversarial check said; `not-run` without a model. */
export type Challenge = 'survived' | 'weakened' | 'refuted' | 'not-run';

export type Case = {
  readonly supports: readonly Support[];
  readonly refutes: readonly Support[];
  /** Engine score 0 to 1, and its lead over the next cause. */
  readonly score: number;
  readonly lead: number;
  readonly challenge: Challenge;
};

/** Frozen bars: measured on the lab, never per case. */
export const bars = {
  likelyScore: 0.5,
  likelyLead: 0.05,
  possibleScore: 0.25,
  confirmedScore: 0.6,
  confirmedLead: 0.15,
};

const solid = (items: readonly Support[]): readonly Support[] =>
  items.filter(({ provenance }) => provenance === 'A' || provenance === 'B');

const sources = (items: readonly Support[]): number => new Set(items.map(({ source }) => source)).size;

/**
 * The verdict word, from the ledger alone. Confirmed needs a change or mechanism established by class A or B evidence
 * from two independent sources and a surviving adversarial check; class C text alone never exceeds Possible.
 */
export function judge({ supports, refutes, score, lead, challenge }: Case): VerdictWord {
  if (challenge === 'refuted' || solid(refutes).length > solid(supports).length) return 'RuledOut';
  if (score < bars.possibleScore || supports.length === 0) return 'Inconclusive';
  if (solid(supports).length === 0 || challenge === 'weakened') return 'Possible';
  const strong = score >= bars.confirmedScore && lead >= bars.confirmedLead && refutes.length === 0;
  if (strong && challenge === 'survived' && sources(solid(supports)) >= 2) return 'Confirmed';
  return score >= bars.likelyScore && lead >= bars.likelyLead && supports.length >= 2 ? 'Likely' : 'Possible';
}

/** Why the word is not higher: the bar that was missed, for the card. */
export function missedBar({ supports, score, lead, challenge }: Case): string {
  if (supports.length === 0) return 'no evidence supports it';
  if (solid(supports).length === 0) return 'only text that others can write supports it';
  if (score < bars.likelyScore) return `its score ${score.toFixed(2)} is below ${bars.likelyScore}`;
  if (lead < bars.likelyLead) return `it leads the next cause by only ${lead.toFixed(2)}`;
  if (sources(solid(supports)) < 2) return 'one source alone supports it';
  return challenge === 'survived' ? 'its lead is small' : 'no adversarial check has run';
}
