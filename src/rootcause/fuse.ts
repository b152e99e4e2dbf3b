import { joinAlerts } from './alerts/join-alerts.ts';
import type { AlertCandidate } from './alerts/rank-alerts.ts';
import { withoutVictims } from './alerts/without-victims.ts';
import type { AttributedChange } from './changes/attribute-changes.ts';
import { joinRollouts, type RolloutCandidate } from './changes/canary.ts';
import { surgeSetOffBy } from './changes/set-off-surge.ts';
import type { ClassCandidate } from './classes/failure-class.ts';
import { isPath } from './classes/network-path.ts';
import { clampUnit } from './metrics/robust.ts';
import { orderCauses } from './order-causes.ts';
import { type Picture, reachFrom } from './picture.ts';
import type { RankedCause, Reason } from './ranking.ts';
import { restatedShare, restatesSymptom } from './restatement.ts';
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

/** What a change gains from the surge it sets off. */
const surgeShare = 0.9;
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
const fromInside = new Set<ClassCandidate['kind']>(['resource-exhaustion', 'unknown', 'infrastructure', 'data']);

/**
 * Lets changes and failure classes compete. A change yields to a cause from outside that its diff does not touch; a
 * resource that ran out yields to the change that explains it.
 */
export function fuse(evidence: Evidence): readonly RankedCause[] {
  const drafts = [
    ...evidence.changes.map((change) => draftChange(evidence, change)),
    ...evidence.classes.map((candidate) => draftClass(evidence, candidate)),
  ];
  const alerts = withoutVictims(evidence.alerts, evidence.picture, evidence.suspicions);
  const joined = joinAlerts(joinRollouts(drafts, evidence.rollouts), alerts);
  const told = joined.map((cause) =>
    restatesSymptom(evidence.picture, cause) ? { ...cause, score: restatedShare * cause.score } : cause,
  );
  const { pastCauses = [] } = evidence.picture.telemetry;
  const named = told.filter((draft) => draft.score >= minScore);
  return orderCauses(named, pastCauses).slice(0, maxCauses);
}

function draftChange(evidence: Evidence, attributed: AttributedChange): Draft {
  const surge = surgeSetOffBy(evidence.picture, attributed, evidence.classes);
  const rival = strongestRival(evidence, attributed, surge);
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
    score: clampUnit(Math.max(attributed.score, surge === null ? 0 : surgeShare * surge.score) * (1 - yields)),
    mechanism: `A change on ${attributed.entity} took effect before the onset, and its trouble starts there.`,
    wrongIf: `Taking the change back leaves the symptom as it is, or the symptom began before it took effect.`,
    reasons: [...attributed.reasons, ...(surge?.reasons ?? []), ...(suspicion?.reasons.slice(0, 4) ?? [])],
    against: [...attributed.against, ...doubt],
  };
}

/** The strongest cause from outside that could account for what is seen on the change's service. */
function strongestRival(
  evidence: Evidence,
  attributed: AttributedChange,
  own: ClassCandidate | null,
): ClassCandidate | null {
  const below = reachFrom(evidence.picture.services, attributed.entity, (view) => view.calls);
  const rivals = evidence.classes.filter(
    (one) =>
      one !== own &&
      !isPath(one) &&
      (fromOutside.has(one.kind) || one.topic === 'disk' || one.topic === 'platform') &&
      (one.topic === 'load' || below.has(one.entity)),
  );
  return rivals.toSorted((a, b) => b.score - a.score)[0] ?? null;
}

function draftClass(evidence: Evidence, candidate: ClassCandidate): Draft {
  const setOff = setOffBy(evidence, candidate);
  const absorbed = setOff?.share ?? 0;
  const against: readonly Reason[] =
    setOff === null || absorbed < 0.15
      ? []
      : [
          {
            channel: 'changes',
            score: clampUnit(absorbed),
            says: 'A change on the service explains it.',
            evidence: setOff.change.change.evidence,
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

/** The change that sets it off, and how much of it that takes away. */
function setOffBy(
  evidence: Evidence,
  candidate: ClassCandidate,
): { readonly change: AttributedChange; readonly share: number } | null {
  const surging = evidence.changes.find((one) => surgeSetOffBy(evidence.picture, one, [candidate]) !== null);
  if (surging !== undefined) return { change: surging, share: 0.5 };
  const change = isSetOffInside(candidate) ? bestChangeFor(evidence, candidate) : null;
  return change === null ? null : { change, share: 0.85 * explanation(candidate, change) };
}

/** What a service does to itself, what a change of a secret does, and what a wrong address or timeout looks like. */
const isSetOffInside = (candidate: ClassCandidate): boolean =>
  (fromInside.has(candidate.kind) && candidate.topic !== 'platform') ||
  candidate.topic === 'credentials' ||
  isPath(candidate);

/**
 * How much of a bare failure a change accounts for. Pools, memory and processors are nearly always set off by what runs,
 * so opportunity is most of it; disks fill by themselves unless the diff has to do with it.
 */
const explanation = (candidate: ClassCandidate, change: AttributedChange): number =>
  change.opportunity * needOfContent(candidate, change.content);

function needOfContent({ topic }: ClassCandidate, content: number): number {
  if (topic === 'disk') return content ** 2;
  return topic === 'data' ? 0.3 + 0.7 * content : 0.6 + 0.4 * content;
}

/** The change that accounts for most of it, on the service itself or on one that calls it. */
function bestChangeFor(evidence: Evidence, candidate: ClassCandidate): AttributedChange | null {
  const callers = evidence.picture.services.get(candidate.entity)?.calledBy ?? [];
  const ill = new Set(
    evidence.picture.services
      .get(candidate.entity)
      ?.outbound.filter((one) => one.severity > 0.3)
      .map(({ to }) => to),
  );
  // A host that is lost below is seen here: in its caller's calls.
  const own = evidence.changes.filter(
    (one) => one.entity === candidate.entity || (one.kind === 'infrastructure' && ill.has(one.entity)),
  );
  const near =
    own.length > 0 || candidate.kind === 'data' ? own : evidence.changes.filter((one) => callers.includes(one.entity));
  return near.toSorted((a, b) => explanation(candidate, b) - explanation(candidate, a))[0] ?? null;
}
