import type { Ranking } from '../rootcause/ranking.ts';
import type { ChangeEvent } from '../rootcause/telemetry.ts';
import { checkClaims, unproven } from './citation.ts';
import { supportsOf } from './compile-hypotheses.ts';
import { findContradictions, isContested } from './contradiction.ts';
import type { Evidence } from './evidence.ts';
import type { Claim, Findings, SubmittedHypothesis } from './findings.ts';
import type { ChangeRef, Citation, Hypothesis } from './hypothesis.ts';
import { type About, citationSpeaksOf } from './measured-claims.ts';
import { plainText } from './plain-text.ts';
import { rankHypotheses } from './rank-hypotheses.ts';
import { type Tainted, taint } from './tainted.ts';
import { type Challenge, counted, judge } from './verdict.ts';

export type SettleContext = {
  readonly evidence: readonly Evidence[];
  readonly changes: readonly ChangeEvent[];
  readonly entities: ReadonlySet<string>;
  /** Every name they go by; absent: their ids. */
  readonly names?: About['entities'];
  readonly ranking: Ranking;
  /** What the engine alone would say; stands when nothing of the model's survives. */
  readonly engine: readonly Hypothesis[];
  readonly challenge: Challenge;
};

export type SettledFindings = {
  readonly hypotheses: readonly Hypothesis[];
  readonly dropped: readonly { readonly claim: Claim | null; readonly why: string }[];
};

type Dropped = SettledFindings['dropped'][number];

type Draft = {
  readonly hypothesis: Omit<Hypothesis, 'id' | 'word'>;
  /** `ChangeEvent.id`, to tell rivals apart. */
  readonly change: string | null;
  /** The challenge was put to the model's first cause alone. */
  readonly challenge: Challenge;
  readonly unanchored: boolean;
};

/**
 * A cause the engine did not rank, or ranked low, starts here once its claims hold: below Likely, so that the model alone
 * cannot reach it.
 */
const unrankedScore = 0.4;
const hypothesesMax = 5;

/** The model's findings through the gate: what survives becomes hypotheses, each word set by the verdict rule. */
export function settleFindings(findings: Findings, context: SettleContext): SettledFindings {
  const dropped: Dropped[] = [];
  const drafts = findings.hypotheses.flatMap((submitted, index): readonly Draft[] => {
    const why = unknownName(submitted, context);
    if (why !== null) dropped.push({ claim: null, why });
    const about = aboutOf(submitted, context);
    const checked = checkClaims(submitted.claims, context.evidence, about);
    const against = checkClaims(submitted.against, context.evidence, about);
    dropped.push(...checked.dropped, ...against.dropped);
    if (why !== null || checked.kept.length === 0) return [];
    const hypothesis = hypothesisOf(submitted, { kept: checked.kept, against: against.kept, context });
    const supports = supportsOf(hypothesis.supports, context);
    if (counted(supports).length === 0) {
      const what = supports.length === 0 ? 'a search that found nothing' : 'text that reads like an instruction';
      dropped.push({ claim: null, why: `only ${what} supports ${submitted.entity}` });
      return [];
    }
    const challenge = index === 0 ? context.challenge : 'not-run';
    const unanchored = !isAnchored(submitted, { kept: checked.kept, about, context });
    return [{ hypothesis, change: submitted.change, challenge, unanchored }];
  });
  const ranked = drafts.toSorted((a, b) => b.hypothesis.score - a.hypothesis.score).slice(0, hypothesesMax);
  return { hypotheses: ranked.length > 0 ? withWords(ranked, context) : context.engine, dropped };
}

const aboutOf = ({ entity }: SubmittedHypothesis, { entities, names, evidence }: SettleContext): About => ({
  subject: entity,
  entities: names ?? [...entities].map((id) => ({ id, names: [id] })),
  nowMs: Math.max(0, ...evidence.map(({ takenAtMs }) => takenAtMs)),
});

function unknownName(submitted: SubmittedHypothesis, { entities, changes, evidence }: SettleContext): string | null {
  const { entity, change } = submitted;
  if (!entities.has(entity)) return `${entity.slice(0, 60)} is not in the catalogue`;
  if (change === null) return null;
  const known = changes.filter(({ id }) => id === change);
  if (known.length === 0) return `the change ${change.slice(0, 60)} is not in the ledger`;
  const isText = known.every(({ evidence: from }) => isTextOnly(evidence.find(({ id }) => id === from)));
  return isText ? `the change ${change.slice(0, 60)} is named in text only` : null;
}

const isTextOnly = (item: Evidence | undefined): boolean => item?.provenance === 'C' || item?.provenance === 'D';

type Anchoring = { readonly kept: readonly Claim[]; readonly about: About; readonly context: SettleContext };

/** Some class A or B evidence that it cites speaks of the named service, or is the record of the named change. */
function isAnchored({ entity, change }: SubmittedHypothesis, { kept, about, context }: Anchoring): boolean {
  const { evidence, changes } = context;
  return kept
    .flatMap(({ citations }) => citations)
    .some((citation) => {
      const item = evidence.find(({ id }) => id === citation.evidence);
      if (!item || item.empty === true || isTextOnly(item)) return false;
      const records = ({ id, evidence: from, service }: ChangeEvent): boolean =>
        from === item.id && (id === change || (change === null && service === entity));
      return changes.some(records) || citationSpeaksOf(citation, { item, id: entity, about });
    });
}

function hypothesisOf(
  submitted: SubmittedHypothesis,
  { kept, against, context }: { kept: readonly Claim[]; against: readonly Claim[]; context: SettleContext },
): Draft['hypothesis'] {
  const { kind, entity, change } = submitted;
  const engine = context.ranking.causes.find(
    (cause) => cause.entity === entity && cause.kind === kind && cause.change === change,
  );
  return {
    kind,
    entity,
    change: changeRef(change, context.changes),
    mechanism: taint(kept.map(({ text }) => plainText(text, 500)).join(' ')),
    supports: cite(kept),
    refutes: cite(against),
    wrongIf: wrongIfOf(submitted, [...kept, ...against], context),
    score: Math.max(engine?.score ?? 0, unrankedScore),
    by: 'model',
  };
}

/** What would prove it wrong need not have been seen; a number or an approval that nothing cites would read as if it had been. */
function wrongIfOf({ wrongIf }: SubmittedHypothesis, claims: readonly Claim[], { evidence }: SettleContext): Tainted {
  const citations = claims.flatMap((claim) => claim.citations);
  return unproven(plainText(wrongIf), citations, evidence) === null
    ? wrongIf
    : taint('the cited readings turn out to mean something else');
}

const cite = (claims: readonly Claim[]): readonly Citation[] => {
  const pairs = claims.flatMap(({ text, citations }) =>
    citations.map(({ evidence }) => [evidence, { evidence, why: text }] as const),
  );
  return [...new Map(pairs).values()];
};

function changeRef(id: string | null, changes: readonly ChangeEvent[]): ChangeRef | null {
  const change = changes.find((each) => each.id === id);
  if (!change?.repository || !change.sha) return null;
  return { repository: change.repository, sha: change.sha, pullNumber: change.pullNumber, mergedAtMs: change.atMs };
}

function withWords(drafts: readonly Draft[], context: SettleContext): readonly Hypothesis[] {
  const disputes = findContradictions(context.evidence);
  const judged = drafts.map((draft, index) => {
    const { hypothesis, challenge, unanchored } = draft;
    const lead = index === 0 ? hypothesis.score - strongestRival(draft, drafts, context) : 0;
    const supports = supportsOf(hypothesis.supports, context);
    const refutes = supportsOf(hypothesis.refutes, context);
    const rests = supports.map(({ evidence }) => evidence);
    const contested = isContested(rests, disputes);
    const word = judge({ supports, refutes, score: hypothesis.score, lead, challenge, contested, unanchored });
    return { ...hypothesis, word, ...(unanchored ? { hearsay: true } : {}) };
  });
  return rankHypotheses(judged);
}

/** The next cause, also one the engine ranked and the model left out: silence about a rival must not make a lead. */
function strongestRival(draft: Draft, drafts: readonly Draft[], { ranking }: SettleContext): number {
  const { entity, kind } = draft.hypothesis;
  const ranked = ranking.causes.filter(
    (cause) => cause.entity !== entity || cause.kind !== kind || cause.change !== draft.change,
  );
  const submitted = drafts.flatMap((other) => (other === draft ? [] : [other.hypothesis.score]));
  return Math.max(0, ...submitted, ...ranked.map(({ score }) => score));
}
