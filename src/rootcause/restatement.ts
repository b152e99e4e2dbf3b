import type { Picture } from './picture.ts';
import type { RankedCause } from './ranking.ts';

/** What is left of a cause that only says again what the alert said: below the bar at which a cause is named. */
export const restatedShare = 0.35;

/**
 * A cause of no known kind on the alerting service, where nothing but its alerting signal was measured: no log, no call,
 * no change and no series of another service. It names what is felt, not what causes it; bad code, bad data and a sick
 * dependency look alike from there.
 */
export function restatesSymptom({ telemetry, services }: Picture, { entity, kind, change }: RankedCause): boolean {
  const { alert, series, logs, edgeStats, changes, lines = [], spans = [], instances = [], rollouts = [] } = telemetry;
  if (alert === null || entity !== alert.service || kind !== 'unknown' || change !== null) return false;
  const others = [logs, edgeStats, changes, lines, spans, instances, rollouts];
  if (others.some((list) => list.length > 0) || series.some(({ service }) => service !== entity)) return false;
  const roles = new Set((services.get(entity)?.deviations ?? []).filter(isClear).map(({ meaning }) => meaning.role));
  return roles.size <= 1;
}

const isClear = ({ severity }: { readonly severity: number }): boolean => severity > 0.3;
