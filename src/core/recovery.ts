import type { Point } from '../rootcause/telemetry.ts';

export type RecoveryVerdict = 'worked' | 'did-not' | 'unclear';

export type RecoveryQuestion = {
  readonly points: readonly Point[];
  readonly comparator: '>' | '<';
  readonly threshold: number;
  /** When the action took effect. */
  readonly actedAtMs: number;
  readonly nowMs: number;
  /** How long the signal must stay on the right side: 2 minutes by default. */
  readonly calmMs: number;
  /** After this long without calm, it did not work. */
  readonly patienceMs: number;
};

/**
 * Did the alerting signal come back after the action? `worked` needs every sample of the last `calmMs` on the right side
 * of the threshold, at least two of them and after the action; `unclear` means keep watching.
 */
export function judgeRecovery(question: RecoveryQuestion): RecoveryVerdict {
  const { points, comparator, threshold, actedAtMs, nowMs, calmMs, patienceMs } = question;
  const violates = (value: number): boolean => (comparator === '>' ? value > threshold : value < threshold);
  const recent = points.filter(([atMs]) => atMs >= Math.max(actedAtMs, nowMs - calmMs - 60_000));
  const calm = recent.length >= 2 && recent.every(([, value]) => !violates(value));
  if (calm) return 'worked';
  return nowMs - actedAtMs > patienceMs && recent.length > 0 ? 'did-not' : 'unclear';
}
