import { clampUnit } from '../metrics/robust.ts';
import type { RankedCause } from '../ranking.ts';
import type { AlertCandidate } from './rank-alerts.ts';

/**
 * Alerts beside other evidence: the best cause already named on an entity gains half of the doubt that is left;
 * an entity nothing else points to becomes a cause of unknown kind.
 */
export function joinAlerts(
  causes: readonly RankedCause[],
  candidates: readonly AlertCandidate[],
): readonly RankedCause[] {
  const leads = new Map(causes.toSorted((a, b) => a.score - b.score).map((cause) => [cause.entity, cause]));
  const byEntity = new Map(candidates.map((candidate) => [candidate.entity, candidate]));
  const strengthened = causes.map((cause) => {
    const candidate = leads.get(cause.entity) === cause ? byEntity.get(cause.entity) : undefined;
    return candidate === undefined ? cause : strengthen(cause, candidate);
  });
  return [...strengthened, ...candidates.filter(({ entity }) => !leads.has(entity)).map(causeOf)];
}

const strengthen = (cause: RankedCause, { score, reasons }: AlertCandidate): RankedCause => ({
  ...cause,
  score: clampUnit(cause.score + (1 - cause.score) * 0.5 * score),
  reasons: [...cause.reasons, ...reasons],
});

const causeOf = ({ entity, isHost, score, reasons }: AlertCandidate): RankedCause => ({
  entity,
  kind: isHost ? 'infrastructure' : 'unknown',
  change: null,
  score,
  mechanism: `Trouble starts at ${entity}: its alerts are the earliest and least usual.`,
  wrongIf: `The alerts of ${entity} are as common on days without an incident, or another entity failed before it.`,
  reasons,
  against: [],
});
