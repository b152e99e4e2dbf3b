import { joinAlerts } from './alerts/join-alerts.ts';
import type { AlertCandidate } from './alerts/rank-alerts.ts';
import type { AttributedChange } from './changes/attribute-changes.ts';
import { joinRollouts, type RolloutCandidate } from './changes/canary.ts';
import type { ClassCandidate } from './classes/failure-class.ts';
import { clampUnit } from './metrics/robust.ts';
import { compareText } from './order.ts';
import { type Picture, reachFrom } from './picture.ts';
import type { RankedCause, Reason } from './ranking.ts';
import type { Suspicion } from './suspect-services.ts';

export type Evidence = {
  readonly picture: Picture;
  readonly suspicions: ReadonlyMap<string, Suspicion>;
  readonly changes: readonly AttributedChange[];
  readonly classes: readonly ClassCandidate[];
  readonly alerts: readonly AlertCandidate[];
  readonly rollouts: readonly RolloutCandidate[];
};

type Draft = RankedCause;

const maxCauses = 8;
const minScore = 0.05;
/** Kinds that happen to a service from outside: no diff of ours sets them off unless it touches exactly that. */
const fromOutside = new Set<ClassCandidate['kind']>([
  'certificate',
  'network',
  'quota',
  'dependency-failure',
  'traffic-surge',
  'data',
]);
/** Kinds that a change usually sets off. */
const fromInside = new Set<ClassCandidate['kind']>(['resource-exhaustion', 'unknown', 'infrastructure']);

/**
 * Lets changes and failure classes compete. A change yields to a cause from outside that its diff does not touch; a
 * resource that ran out yields to the change that explains it. Ties: more reasons first, then the entity's name, then
 * the change's id; scores are then strictly decreasing.
 */
export function fuse(evidence: Evidence): readonly RankedCause[] {
  const drafts = [
    ...evidence.changes.map((change) => draftChange(evidence, change)),
    ...evidence.classes.map((candidate) => draftClass(evidence, candidate)),
  ];
  const joined = joinAlerts(joinRollouts(drafts, evidence.rollouts), evidence.alerts);
  return strictlyOrdered(joined.filter((draft) => draft.score >= minScore)).slice(0, maxCauses);
}

function draftChange(evidence: Evidence, attributed: AttributedChange): Draft {
  const rival = strongestRival(evidence, attributed);
  const suspicion = evidence.suspicions.get(attributed.entity);
  const yields = rival === null ? 0 : 0.85 * rival.score * (1 - attributed.content);
  const doubt: readonly Reason[] =
    rival === null || yields < 0.2
      ? []
      : [
          {
            channel: 'rival',
            score: clampUnit(yields),
            says: `${rival.mechanism} The diff does not touch that.`,
            evidence: [],
          },
        ];
  return {
    entity: attributed.entity,
    kind: attributed.kind,
    change: attributed.change.id,
    score: clampUnit(attributed.score * (1 - yields)),
    mechanism: `A change on ${attributed.entity} took effect before the onset, and its trouble starts there.`,
    wrongIf: `Taking the change back leaves the symptom as it is, or the symptom began before it took effect.`,
    reasons: [...attributed.reasons, ...(suspicion?.reasons.slice(0, 4) ?? [])],
    against: [...attributed.against, ...doubt],
  };
}

/** The strongest cause from outside that could account for what is seen on the change's service. */
function strongestRival(evidence: Evidence, attributed: AttributedChange): ClassCandidate | null {
  const below = reachFrom(evidence.picture.services, attributed.entity, (view) => view.calls);
  const rivals = evidence.classes.filter(
    (one) =>
      (fromOutside.has(one.kind) || one.topic === 'disk' || one.topic === 'platform') &&
      (one.topic === 'load' || below.has(one.entity)),
  );
  return rivals.toSorted((a, b) => b.score - a.score)[0] ?? null;
}

function draftClass(evidence: Evidence, candidate: ClassCandidate): Draft {
  const explaining =
    fromInside.has(candidate.kind) && candidate.topic !== 'platform' ? bestChangeFor(evidence, candidate) : null;
  const absorbed = explaining === null ? 0 : 0.85 * explanation(candidate, explaining);
  const against: readonly Reason[] =
    explaining === null || absorbed < 0.15
      ? []
      : [
          {
            channel: 'changes',
            score: clampUnit(absorbed),
            says: 'A change on the service explains it.',
            evidence: explaining.change.evidence,
          },
        ];
  return {
    entity: candidate.entity,
    kind: candidate.kind,
    change: null,
    score: clampUnit(candidate.score * (1 - absorbed)),
    mechanism: candidate.mechanism,
    wrongIf: candidate.wrongIf,
    reasons: candidate.reasons,
    against,
  };
}

/**
 * How much of a bare failure a change accounts for. Pools, memory and processors are nearly always set off by what runs,
 * so opportunity is most of it; disks fill by themselves unless the diff has to do with it.
 */
const explanation = (candidate: ClassCandidate, change: AttributedChange): number =>
  change.opportunity * (candidate.topic === 'disk' ? change.content ** 2 : 0.6 + 0.4 * change.content);

/** The change that accounts for most of it, on the service itself or on one that calls it. */
function bestChangeFor(evidence: Evidence, candidate: ClassCandidate): AttributedChange | null {
  const callers = evidence.picture.services.get(candidate.entity)?.calledBy ?? [];
  const own = evidence.changes.filter((one) => one.entity === candidate.entity);
  const near = own.length > 0 ? own : evidence.changes.filter((one) => callers.includes(one.entity));
  return near.toSorted((a, b) => explanation(candidate, b) - explanation(candidate, a))[0] ?? null;
}

function strictlyOrdered(drafts: readonly Draft[]): readonly RankedCause[] {
  const ordered = drafts.toSorted(
    (a, b) =>
      round(b.score) - round(a.score) ||
      b.reasons.length - a.reasons.length ||
      compareText(a.entity, b.entity) ||
      compareText(a.change ?? '', b.change ?? '') ||
      compareText(a.kind, b.kind),
  );
  const causes: RankedCause[] = [];
  for (const draft of ordered) {
    const ceiling = (causes.at(-1)?.score ?? 1) - 1e-6;
    causes.push({ ...draft, score: Math.max(0, Math.min(round(draft.score), ceiling)) });
  }
  return causes;
}

const round = (score: number): number => Math.round(score * 1e9) / 1e9;
