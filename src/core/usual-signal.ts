/** Whether a signal is as it was before, by the readings of the ledger alone: what nobody measured lately is not usual. */
import { amount } from './amount.ts';
import { floors } from './contradiction.ts';
import type { Evidence, EvidenceId } from './evidence.ts';
import type { Symptom } from './incident.ts';
import type { Level, MonitorSays, Reading } from './reading.ts';

export type AlertingSignal = Pick<Symptom, 'service' | 'metric' | 'comparator' | 'threshold'>;

/** A signal may lie this much above its past and still be usual: the engine's share below which a shift is none. */
const usualShare = 0.2;
const freshMs = 15 * 60_000;

/**
 * In our words, that every source that measures the alerting signal reads it on the calm side of its threshold and at its
 * level of before; null when one does not, or none measured it lately.
 */
export function usualSignal(symptom: AlertingSignal, evidence: readonly Evidence[]): string | null {
  const { service, metric, comparator, threshold } = symptom;
  const nowMs = Math.max(0, ...evidence.map(({ takenAtMs }) => takenAtMs));
  const levels = levelsIn(evidence).filter(({ reading }) => reading.service === service && reading.metric === metric);
  const bad = comparator === '>' ? 1 : -1;
  const isUsual = (level: Level): boolean =>
    level.toMs >= nowMs - freshMs &&
    bad * ((bad === 1 ? level.high : level.low) - threshold) <= 0 &&
    isAsBefore(level, bad);
  const [first] = levels;
  if (!first || !levels.every(({ reading }) => isUsual(reading))) return null;
  const { middle, past } = first.reading;
  return `${metric} of ${service} is ${amount(middle)}, as before (${amount(past ?? middle)}), and within its threshold ${amount(threshold)} (${first.id}).`;
}

/**
 * In our words, that no monitor alerts and that every source reads errors and latency of each service at their level of
 * before; null when one does not, or errors of one were not measured lately.
 */
export function usualServices(services: readonly string[], evidence: readonly Evidence[]): string | null {
  const nowMs = Math.max(0, ...evidence.map(({ takenAtMs }) => takenAtMs));
  const monitors = monitorsIn(evidence);
  if (monitors.length === 0 || monitors.some(({ reading }) => reading.state === 'alert')) return null;
  const levels = levelsIn(evidence).filter(
    ({ reading }) => services.includes(reading.service) && symptomatic.includes(reading.metric),
  );
  const measured = (service: string): boolean =>
    levels.some(({ reading }) => reading.service === service && reading.metric === 'error_ratio');
  const fresh = levels.every(({ reading }) => reading.toMs >= nowMs - freshMs && isAsBefore(reading, 1));
  if (!fresh || !services.every(measured)) return null;
  const ids = [...new Set(levels.map(({ id }) => id))];
  return `None of ${monitors.length} monitors alerts; errors and latency of ${services.join(', ')} are as before (${ids.join(' ')}).`;
}

const symptomatic: readonly string[] = ['error_ratio', 'latency_p95_ms'];

type Taken<Kind> = { readonly id: EvidenceId; readonly reading: Kind; readonly takenAtMs: number };

const levelsIn = (evidence: readonly Evidence[]): readonly Taken<Level>[] =>
  newestOf(evidence, (reading) => (reading.kind === 'level' ? reading : null));

const monitorsIn = (evidence: readonly Evidence[]): readonly Taken<MonitorSays>[] =>
  newestOf(evidence, (reading) => (reading.kind === 'monitor' ? reading : null));

/** What every source said last of one thing. */
function newestOf<Kind extends Level | MonitorSays>(
  evidence: readonly Evidence[],
  pick: (one: Reading) => Kind | null,
) {
  const newest = new Map<string, Taken<Kind>>();
  for (const { id, source, takenAtMs, readings = [] } of evidence) {
    for (const reading of readings.flatMap((each) => pick(each) ?? [])) {
      const threshold = reading.kind === 'monitor' ? reading.threshold : '';
      const key = [source, reading.service, reading.metric, threshold].join(' ');
      if ((newest.get(key)?.takenAtMs ?? 0) <= takenAtMs) newest.set(key, { id, reading, takenAtMs });
    }
  }
  return [...newest.values()];
}

function isAsBefore({ middle, past, metric }: Level, bad: 1 | -1): boolean {
  if (past === null) return false;
  return bad * (middle - past) <= Math.max(usualShare * Math.abs(past), floors[metric] ?? 0);
}
