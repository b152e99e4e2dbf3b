import type { EvidenceId, Provenance } from './evidence.ts';
import type { VerdictWord } from './hypothesis.ts';

/** One piece of evidence behind a hypothesis, as the verdict rule sees it. */
export type Support = {
  readonly evidence: EvidenceId;
  readonly source: string;
  readonly provenance: Provenance;
  /** Texts in it look like instructions. */
  readonly suspect?: boolean;
};

/** What the adversarial check said; `not-run` without a model. */
export type Challenge = 'survived' | 'weakened' | 'refuted' | 'not-run';

export type Case = {
  readonly supports: readonly Support[];
  readonly refutes: readonly Support[];
  /** Engine score 0 to 1, and its lead over the next cause. */
  readonly score: number;
  readonly lead: number;
  readonly challenge: Challenge;
  /** Another item says otherwise about what it rests on, and nothing has settled that. */
  readonly contested?: boolean;
  /** No class A or B evidence speaks of the named cause itself: it is named in text only. */
  readonly unanchored?: boolean;
};

/** Frozen bars: measured on the lab, never per case. */
export const bars = {
  likelyScore: 0.5,
  likelyLead: 0.05,
  possibleScore: 0.25,
  confirmedScore: 0.6,
  confirmedLead: 0.15,
};

/** What people say in the channel points somewhere; it corroborates nothing. */
export const peopleSource = 'people';

const solid = (items: readonly Support[]): readonly Support[] =>
  items.filter(({ provenance }) => provenance === 'A' || provenance === 'B');

/** Text that reads like an instruction supports nothing by itself; beside class A or B evidence it counts as text. */
export const counted = (items: readonly Support[]): readonly Support[] =>
  solid(items).length > 0 ? items : items.filter(({ suspect }) => suspect !== true);

const sources = (items: readonly Support[]): number => new Set(items.map(({ source }) => source)).size;

/**
 * The verdict word, from the ledger alone. Confirmed needs a change or mechanism established by class A or B evidence
 * from two independent sources and a surviving adversarial check, and nothing it rests on disputed; class C text alone
 * never exceeds Possible, and text that reads like an instruction supports nothing alone.
 */
export function judge({ refutes, score, lead, challenge, ...held }: Case): VerdictWord {
  const supports = counted(held.supports);
  if (challenge === 'refuted' || solid(refutes).length > solid(supports).length) return 'RuledOut';
  if (score < bars.possibleScore || supports.length === 0) return 'Inconclusive';
  const backed = solid(supports).length > 0 && held.unanchored !== true;
  if (!backed || challenge === 'weakened') return 'Possible';
  const strong =
    held.contested !== true && score >= bars.confirmedScore && lead >= bars.confirmedLead && refutes.length === 0;
  if (strong && challenge === 'survived' && sources(solid(supports)) >= 2) return 'Confirmed';
  const measured = supports.filter(({ source }) => source !== peopleSource);
  return score >= bars.likelyScore && lead >= bars.likelyLead && measured.length >= 2 ? 'Likely' : 'Possible';
}

/** Why the word is not higher: the bar that was missed, for the card. */
export function missedBar({ score, lead, challenge, ...held }: Case): string {
  const supports = counted(held.supports);
  if (held.supports.length === 0) return 'no evidence supports it';
  if (supports.length === 0) return 'only text that reads like an instruction supports it';
  if (solid(supports).length === 0) return 'only text that others can write supports it';
  if (held.unanchored === true) return 'no measurement or record speaks of the named cause itself';
  if (challenge === 'weakened') return 'an objection to it stands';
  if (score < bars.likelyScore) return `its score ${score.toFixed(2)} is below ${bars.likelyScore}`;
  if (lead < bars.likelyLead) return `it leads the next cause by only ${lead.toFixed(2)}`;
  if (sources(solid(supports)) < 2) return 'one source alone supports it';
  if (held.contested === true) return 'sources disagree about what it rests on';
  return challenge === 'survived' ? 'its lead is small' : 'no adversarial check has run';
}
