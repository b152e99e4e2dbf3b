import type { Deviation } from '../metrics/deviation.ts';
import { accumulates } from '../metrics/metric-meaning.ts';
import type { Reason } from '../ranking.ts';
import type { TraceEvidence } from './trace-evidence.ts';

/** Memory and disks fill and empty without anyone feeling it until they are full; the spans show when they are. */
export const fillingTrust = ({ covered }: TraceEvidence, { meaning, metric }: Deviation): number =>
  covered.size > 0 && accumulates(meaning, metric) ? 0.4 : 1;

type Part = { readonly weight: number; readonly reason: Reason };

/**
 * Where every call was timed, a series of latencies only repeats whose calls took long, other counters follow the
 * traffic, and a service without a span is in nobody's way: both keep a tenth of their weight. What ran out is not in a
 * span and keeps all of it.
 */
export function weighWithTraces(
  { reasons, covered }: TraceEvidence,
  service: string,
  parts: { readonly felt: readonly Part[]; readonly others: readonly Part[] },
): readonly Part[] {
  const felt =
    covered.size > 0 ? parts.felt.map(({ weight, reason }) => ({ weight: 0.1 * weight, reason })) : parts.felt;
  const traced = (reasons.get(service) ?? []).map((reason) => ({ weight: reason.score, reason }));
  return [...felt, ...parts.others, ...traced];
}
