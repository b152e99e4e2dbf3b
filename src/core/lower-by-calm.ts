/**
 * What "nothing is wrong" from a model may do: only lower. Claims of calm that the citation gate lets through take a cause
 * back to Possible; where code too reads the alerting signal as usual, the verdict is that nothing is wrong.
 */
import { checkClaims, type Dropped } from './citation.ts';
import type { Evidence, EvidenceId } from './evidence.ts';
import type { Claim } from './findings.ts';
import type { Citation, Hypothesis, VerdictWord } from './hypothesis.ts';
import { type About, calmWords, citationSpeaksOf } from './measured-claims.ts';
import { plainText } from './plain-text.ts';
import { type AlertingSignal, usualServices, usualSignal } from './usual-signal.ts';
import { peopleSource } from './verdict.ts';

export type CalmFacts = {
  readonly evidence: readonly Evidence[];
  /** Every name services go by. */
  readonly names: About['entities'];
  readonly symptom: AlertingSignal | null;
};

export type Calmed = {
  readonly hypotheses: readonly Hypothesis[];
  /** What the claims of calm rest on; empty when none was proven, and then nothing was lowered. */
  readonly rests: readonly EvidenceId[];
  /** Why the verdict is that nothing is wrong, in our words; null where it is not. */
  readonly nothingWrong: string | null;
  readonly dropped: readonly Dropped[];
};

/** The hypotheses of code, with what a model showed against them. No word is raised and none is added. */
export function lowerByCalm(hypotheses: readonly Hypothesis[], calm: readonly Claim[], facts: CalmFacts): Calmed {
  const { symptom, evidence } = facts;
  const subject = symptom?.service ?? hypotheses[0]?.entity ?? '';
  const { dropped } = checkClaims(calm, evidence, aboutOf(subject, facts));
  const alerting = symptom === null ? [] : proofsOf(calm, symptom.service, facts);
  const lowered = hypotheses.map((each) => {
    const proofs = [...alerting, ...proofsOf(calm, each.entity, facts)];
    return { hypothesis: against(each, proofs), rests: idsOf(proofs), entity: each.entity, word: each.word };
  });
  const rests = [...new Set([...idsOf(alerting), ...lowered.flatMap((each) => each.rests)])];
  const nothingWrong = whyUsual({ alerting, suspects: lowered.filter(({ word }) => claiming.has(word)) }, facts);
  if (nothingWrong !== null) return { hypotheses: [], rests, nothingWrong, dropped };
  return { hypotheses: lowered.map(({ hypothesis }) => hypothesis), rests, nothingWrong, dropped };
}

/** Words that say what it was. */
const claiming: ReadonlySet<VerdictWord> = new Set(['Confirmed', 'Likely', 'Possible']);

type Shown = {
  readonly alerting: readonly Citation[];
  readonly suspects: readonly { readonly entity: string; readonly rests: readonly EvidenceId[] }[];
};

/** Of the alerting signal; where no monitor alerts, of every service that is suspected. */
function whyUsual({ alerting, suspects }: Shown, { symptom, evidence }: CalmFacts): string | null {
  if (symptom !== null) return alerting.length > 0 ? usualSignal(symptom, evidence) : null;
  const shown = suspects.length > 0 && suspects.every(({ rests }) => rests.length > 0);
  return shown ? usualServices([...new Set(suspects.map(({ entity }) => entity))], evidence) : null;
}

const idsOf = (citations: readonly Citation[]): readonly EvidenceId[] => [
  ...new Set(citations.map(({ evidence }) => evidence)),
];

const aboutOf = (subject: string, { names, evidence }: CalmFacts): About => ({
  subject,
  entities: names,
  nowMs: Math.max(0, ...evidence.map(({ takenAtMs }) => takenAtMs)),
});

/** Kept claims that call something well and rest on a number of class A or B that measures `subject`. */
function proofsOf(calm: readonly Claim[], subject: string, facts: CalmFacts): readonly Citation[] {
  const about = aboutOf(subject, facts);
  const { kept } = checkClaims(calm, facts.evidence, about);
  const telling = kept.filter(({ text }) => calmWords(plainText(text, 2_000)).length > 0);
  return telling.flatMap(({ text, citations }) =>
    citations.flatMap((citation): readonly Citation[] => {
      const { evidence: id, number } = citation;
      const item = facts.evidence.find((each) => each.id === id);
      if (number === undefined || !item || !isMeasured(item)) return [];
      return citationSpeaksOf({ evidence: id, number }, { item, id: subject, about })
        ? [{ evidence: id, why: text }]
        : [];
    }),
  );
}

const isMeasured = ({ provenance, source, empty }: Evidence): boolean =>
  (provenance === 'A' || provenance === 'B') && source !== peopleSource && empty !== true;

function against(hypothesis: Hypothesis, proofs: readonly Citation[]): Hypothesis {
  if (proofs.length === 0) return hypothesis;
  const { word, refutes } = hypothesis;
  const known = new Set(idsOf(refutes));
  const fresh = [...new Map(proofs.map((each) => [each.evidence, each])).values()];
  const lower = word === 'Confirmed' || word === 'Likely' ? 'Possible' : word;
  return { ...hypothesis, word: lower, refutes: [...refutes, ...fresh.filter(({ evidence }) => !known.has(evidence))] };
}
