import { type Picture, reachFrom } from '../picture.ts';
import type { Suspicion } from '../suspect-services.ts';
import type { AlertCandidate } from './rank-alerts.ts';

/** What an alert keeps of its weight where everything it can tell is told by something below. */
const leastKept = 0.15;
const illnessMin = 0.3;

/**
 * Without past incidents an alert says only that a service is ill. Where something it calls is ill or alerts as well, it
 * says so of a victim: the alert counts for what lies below. With a past, what is usual has been learned instead.
 */
export function withoutVictims(
  candidates: readonly AlertCandidate[],
  { services, telemetry }: Picture,
  suspicions: ReadonlyMap<string, Suspicion>,
): readonly AlertCandidate[] {
  if (telemetry.memory !== undefined) return candidates;
  const alerting = new Map(candidates.map(({ entity, score }) => [entity, score]));
  const illnessOf = (id: string): number => {
    const alerted = (alerting.get(id) ?? 0) > 0 ? 1 : 0;
    const measured = suspicions.get(id)?.illness ?? 0;
    return Math.max(alerted, measured > illnessMin ? measured : 0);
  };
  return candidates.map((candidate) => {
    const { entity } = candidate;
    if (!services.has(entity)) return candidate;
    const below = [...reachFrom(services, entity, (view) => view.calls)].filter(
      (id) => id !== entity && !reachFrom(services, id, (view) => view.calls).has(entity),
    );
    const explained = Math.max(0, ...below.map(illnessOf));
    return { ...candidate, score: candidate.score * (1 - (1 - leastKept) * explained) };
  });
}
