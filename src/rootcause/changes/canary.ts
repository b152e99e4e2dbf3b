import { clampUnit, joinEvidence } from '../metrics/robust.ts';
import type { Picture } from '../picture.ts';
import type { RankedCause, Reason } from '../ranking.ts';
import type { Suspicion } from '../suspect-services.ts';
import type { Rollout } from '../telemetry.ts';
import { measureRollout, type RolloutMeasure } from './canary-measure.ts';

/** A rollout with how well it explains the incident. */
export type RolloutCandidate = {
  readonly rollout: Rollout;
  /** 0 to 1. */
  readonly score: number;
  readonly reasons: readonly Reason[];
};

/** A rollout that began after the symptom did it little harm; clocks differ by this much. */
const skewMs = 60_000;

/**
 * Difference in differences: new pods against old pods over the same minutes, and old pods against themselves before
 * (Yu et al. FSE 2024). What both versions suffer comes from elsewhere and counts little; new pods that
 * never answer count even though no series shows them. Where an upstream module is alerting, nearness along the call
 * graph weighs in.
 */
export function compareRollouts(
  picture: Picture,
  suspicions: ReadonlyMap<string, Suspicion>,
): readonly RolloutCandidate[] {
  const rollouts = picture.telemetry.rollouts ?? [];
  return rollouts
    .map((rollout) => compareOne({ picture, near: suspicions.get(rollout.service)?.near ?? 1 }, rollout))
    .toSorted((a, b) => b.score - a.score);
}

type Scene = { readonly picture: Picture; readonly near: number };
type Part = { readonly weight: number; readonly says: string };

function compareOne({ picture, near }: Scene, rollout: Rollout): RolloutCandidate {
  const parts = [...partsOf(measureRollout(rollout), rollout), ...callerPart(picture, rollout)]
    .filter(({ weight }) => weight > 0.02)
    .toSorted((a, b) => b.weight - a.weight);
  const [first, ...rest] = parts.map(({ weight }) => weight);
  const harm = first === undefined ? 0 : first + (1 - first) * 0.33 * joinEvidence(rest);
  const isLate = rollout.startedMs > startOf(picture) + skewMs;
  const cite = (says: string, score: number): Reason => ({
    channel: 'rollout',
    score: clampUnit(score),
    says,
    evidence: rollout.evidence === undefined ? [] : [rollout.evidence],
  });
  return {
    rollout,
    score: clampUnit(harm * (isLate ? 0.2 : 1) * (0.5 + 0.5 * near)),
    reasons: parts.map(({ weight, says }) => cite(says, weight)),
  };
}

const startOf = ({ telemetry }: Picture): number => telemetry.alert?.triggeredAtMs ?? telemetry.window.fromMs;

function partsOf({ success, latency, cpu }: RolloutMeasure, { service }: Rollout): readonly Part[] {
  const parts: Part[] = [];
  const percent = (ratio: number): string => `${(100 * ratio).toFixed(1)} %`;
  if (success.fresh !== null && success.old !== null) {
    const says = `New pods of ${service} answer ${percent(success.fresh)} of calls, old pods ${percent(success.old)}.`;
    parts.push({ weight: saturate(success.old - success.fresh, 0.1), says });
  }
  if (success.fresh === null && success.oldSamples > 3) {
    parts.push({ weight: 0.5, says: `New pods of ${service} answered no call while old pods did.` });
  }
  if (success.old !== null && success.before !== null) {
    const says = `Old pods of ${service} answer ${percent(success.old)} of calls, ${percent(success.before)} before.`;
    parts.push({ weight: 0.6 * saturate(success.before - success.old, 0.02), says });
  }
  const grew = (
    name: string,
    { fresh, before }: typeof cpu,
    [least, half, weight]: readonly [number, number, number],
  ) => {
    if (fresh === null || before === null || fresh <= 0 || before <= 0) return;
    const says = `${name} of ${service}'s new pods is ${(fresh / before).toFixed(2)} times that of old pods before.`;
    parts.push({ weight: weight * saturate(Math.log(fresh / before) - least, half), says });
  };
  grew('Processor use', cpu, [0.2, 0.3, 0.7]);
  grew('Latency', latency, [0.3, 0.5, 0.5]);
  return parts;
}

/** Calls to it that began to fail, beyond what its own calls fail. */
function callerPart({ services }: Picture, { service }: Rollout): readonly Part[] {
  const view = services.get(service);
  const inward = Math.max(0, ...(view?.inbound ?? []).map((edge) => edge.errorRise));
  const outward = Math.max(0, ...(view?.outbound ?? []).map((edge) => edge.errorRise));
  const says = `Calls to ${service} fail ${(100 * inward).toFixed(1)} % more, its own calls ${(100 * outward).toFixed(1)} %.`;
  return [{ weight: 0.5 * saturate(inward - outward, 0.1), says }];
}

const saturate = (value: number, half: number): number => {
  const rise = Math.max(0, value);
  return rise / (rise + half);
};

/** Rollouts beside other evidence: the cause that is this very change takes over its reasons, else it is a new cause. */
export function joinRollouts(
  causes: readonly RankedCause[],
  candidates: readonly RolloutCandidate[],
): readonly RankedCause[] {
  const byId = new Map(candidates.map((candidate) => [candidate.rollout.id, candidate]));
  const known = new Set(causes.map(({ change }) => change));
  const joined = causes.map((cause) => {
    const candidate = cause.change === null ? undefined : byId.get(cause.change);
    return candidate === undefined ? cause : strengthen(cause, candidate);
  });
  return [...joined, ...candidates.filter(({ rollout }) => !known.has(rollout.id)).map(causeOf)];
}

const strengthen = (cause: RankedCause, { score, reasons }: RolloutCandidate): RankedCause => ({
  ...cause,
  score: Math.max(cause.score, score),
  reasons: [...reasons, ...cause.reasons],
});

const causeOf = ({ rollout, score, reasons }: RolloutCandidate): RankedCause => ({
  entity: rollout.service,
  kind: 'bad-deploy',
  change: rollout.id,
  score,
  mechanism: `The new version of ${rollout.service} does worse than the old one over the same minutes.`,
  wrongIf: 'Old and new pods do equally badly, or calls go on failing once only old pods serve them.',
  reasons,
  against: [],
});
