import type { Ranking } from '../rootcause/ranking.ts';
import type { ChangeEvent } from '../rootcause/telemetry.ts';
import { checkClaims } from './citation.ts';
import { supportsOf } from './compile-hypotheses.ts';
import type { Evidence } from './evidence.ts';
import type { Claim, Findings, SubmittedHypothesis } from './findings.ts';
import type { ChangeRef, Citation, Hypothesis } from './hypothesis.ts';
import { plainText } from './plain-text.ts';
import { rankHypotheses } from './rank-hypotheses.ts';
import { taint } from './tainted.ts';
import { type Challenge, judge } from './verdict.ts';

export type SettleContext = {
  readonly evidence: readonly Evidence[];
  readonly changes: readonly ChangeEvent[];
  readonly entities: ReadonlySet<string>;
  readonly ranking: Ranking;
  /** What the engine alone would say; stands when nothing of the model's survives. */
  readonly engine: readonly Hypothesis[];
  readonly challenge: Challenge;
};

export type SettledFindings = {
  readonly hypotheses: readonly Hypothesis[];
  readonly dropped: readonly { readonly claim: Claim | null; readonly why: string }[];
};

type Draft = {
  readonly hypothesis: Omit<Hypothesis, 'id' | 'word'>;
  /** `ChangeEvent.id`, to tell rivals apart. */
  readonly change: string | null;
  /** The challenge was put to the model's first cause alone. */
  readonly challenge: Challenge;
};

/** A cause the engine did not rank starts here: below Likely, so that the model alone cannot reach it. */
const unrankedScore = 0.4;
const hypothesesMax = 5;

/** The model's findings through the gate: what survives becomes hypotheses, each word set by the verdict rule. */
export function settleFindings(findings: Findings, context: SettleContext): SettledFindings {
  const dropped: { claim: Claim | null; why: string }[] = [];
  const drafts = findings.hypotheses.flatMap((submitted, index): readonly Draft[] => {
    const why = unknownName(submitted, context);
    if (why !== null) dropped.push({ claim: null, why });
    const checked = checkClaims(submitted.claims, context.evidence);
    const against = checkClaims(submitted.against, context.evidence);
    dropped.push(...checked.dropped, ...against.dropped);
    if (why !== null || checked.kept.length === 0) return [];
    const hypothesis = hypothesisOf(submitted, { kept: checked.kept, against: against.kept, context });
    return [{ hypothesis, change: submitted.change, challenge: index === 0 ? context.challenge : 'not-run' }];
  });
  const ranked = drafts.toSorted((a, b) => b.hypothesis.score - a.hypothesis.score).slice(0, hypothesesMax);
  return { hypotheses: ranked.length > 0 ? withWords(ranked, context) : context.engine, dropped };
}

function unknownName({ entity, change }: SubmittedHypothesis, { entities, changes }: SettleContext): string | null {
  if (!entities.has(entity)) return `${entity.slice(0, 60)} is not in the catalogue`;
  if (change !== null && !changes.some(({ id }) => id === change))
    return `the change ${change.slice(0, 60)} is not in the ledger`;
  return null;
}

function hypothesisOf(
  submitted: SubmittedHypothesis,
  { kept, against, context }: { kept: readonly Claim[]; against: readonly Claim[]; context: SettleContext },
): Draft['hypothesis'] {
  const { kind, entity, change, wrongIf } = submitted;
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
    wrongIf,
    score: engine?.score ?? unrankedScore,
    by: 'model',
  };
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
  const judged = drafts.map((draft, index) => {
    const { hypothesis, challenge } = draft;
    const lead = index === 0 ? hypothesis.score - strongestRival(draft, drafts, context) : 0;
    const supports = supportsOf(hypothesis.supports, context);
    const refutes = supportsOf(hypothesis.refutes, context);
    const word = judge({ supports, refutes, score: hypothesis.score, lead, challenge });
    return { ...hypothesis, word };
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
