import { compareText } from './order.ts';
import type { RankedCause } from './ranking.ts';
import type { PastCause } from './telemetry.ts';

/** Causes this close to the best score alike. Below the lead that Likely asks for: what was before makes none Likely. */
const alike = 0.02;

/**
 * Best first, scores strictly decreasing. Ties: more reasons first, then the entity's name, then the change's id. Of
 * causes that score like the best, the one that earlier incidents turned out to have most often leads.
 */
export function orderCauses(causes: readonly RankedCause[], past: readonly PastCause[]): readonly RankedCause[] {
  const byScore = causes.toSorted(
    (a, b) =>
      round(b.score) - round(a.score) ||
      b.reasons.length - a.reasons.length ||
      compareText(a.entity, b.entity) ||
      compareText(a.change ?? '', b.change ?? '') ||
      compareText(a.kind, b.kind),
  );
  return strictlyDecreasing(rememberedFirst(byScore, past));
}

function rememberedFirst(ordered: readonly RankedCause[], past: readonly PastCause[]): readonly RankedCause[] {
  const best = ordered[0]?.score ?? 0;
  const known = ordered
    .filter(({ score }) => best - score <= alike)
    .map((cause) => ({ cause, times: timesOf(cause, past) }));
  const lead = known.filter(({ times }) => times > 0).toSorted((a, b) => b.times - a.times)[0];
  if (lead === undefined || known.length < 2) return ordered;
  const earlier = `${lead.times} earlier ${lead.times === 1 ? 'incident' : 'incidents'}`;
  const says = `${earlier} of the alerting service turned out to be this, as people graded them.`;
  const reasons = [...lead.cause.reasons, { channel: 'memory', score: 0, says, evidence: [] }];
  return [{ ...lead.cause, reasons }, ...ordered.filter((cause) => cause !== lead.cause)];
}

const timesOf = ({ entity, kind }: RankedCause, past: readonly PastCause[]): number =>
  past
    .filter((one) => one.entity === entity && (one.kind === null || one.kind === kind))
    .reduce((sum, { times }) => sum + times, 0);

function strictlyDecreasing(ordered: readonly RankedCause[]): readonly RankedCause[] {
  const causes: RankedCause[] = [];
  for (const cause of ordered) {
    const ceiling = (causes.at(-1)?.score ?? 1) - 1e-6;
    causes.push({ ...cause, score: Math.max(0, Math.min(round(cause.score), ceiling)) });
  }
  return causes;
}

const round = (score: number): number => Math.round(score * 1e9) / 1e9;
