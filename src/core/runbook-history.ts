import type { Risk } from './plan.ts';
import type { Runbook } from './runbook.ts';

/** When a runbook last ended so: the newest of its plans in this state. */
export type RunbookEnd = { readonly runbook: string; readonly state: 'done' | 'failed'; readonly atMs: number };

export type RunbookAge = {
  /** "last worked 12 days ago", "never run here", "last run failed 2 days ago". Ours. */
  readonly says: string;
  /** It worked once, but longer ago than it says it keeps fresh. */
  readonly stale: boolean;
};

const dayMs = 86_400_000;
/** A quarter of a year: by then a service, its permissions or its workflow have usually changed. */
const staleAfterDaysDefault = 90;

/** What earlier runs here say about a runbook. Runs that were never started, expired or were stopped say nothing. */
export function runbookAge(
  { name, staleAfterDays = staleAfterDaysDefault }: Pick<Runbook, 'name' | 'staleAfterDays'>,
  ends: readonly RunbookEnd[],
  nowMs: number,
): RunbookAge {
  const newest = (state: RunbookEnd['state']): number =>
    Math.max(...ends.filter((end) => end.runbook === name && end.state === state).map(({ atMs }) => atMs));
  const [workedMs, failedMs] = [newest('done'), newest('failed')];
  const stale = Number.isFinite(workedMs) && nowMs - workedMs > staleAfterDays * dayMs;
  const worked = Number.isFinite(workedMs) ? `last worked ${daysAgo(nowMs - workedMs)}` : null;
  const old = stale ? `, stale after ${staleAfterDays} days` : '';
  if (failedMs > workedMs) {
    const before = worked === null ? 'never worked here' : `${worked}${old}`;
    return { says: `last run failed ${daysAgo(nowMs - failedMs)}, ${before}`, stale };
  }
  return { says: worked === null ? 'never run here' : `${worked}${old}`, stale };
}

function daysAgo(ageMs: number): string {
  const days = Math.floor(Math.max(0, ageMs) / dayMs);
  if (days === 0) return 'today';
  return days === 1 ? '1 day ago' : `${days} days ago`;
}

/** One more for a stale runbook, up to 3; never less. */
export function riskWithAge(risk: Risk, { stale }: RunbookAge): Risk {
  if (!stale) return risk;
  return risk === 1 ? 2 : 3;
}
