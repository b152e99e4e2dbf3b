import type { FeltSignal } from './alert-likeness.ts';
import type { Deviation } from './metrics/deviation.ts';
import { clampUnit } from './metrics/robust.ts';
import { type Picture, type ServiceView, worstOfRole } from './picture.ts';

/** 0 to 1: how much of what people feel a service's deviation can account for; null when that cannot be said. */
export type FeltShare = (view: ServiceView, deviation: Deviation) => number | null;

/**
 * A cause has to be big enough: requests that fail, or seconds that are waited, more than before (ratio or latency times
 * rate), against those of the service that alerts. A rarely called node does not make a busy one slow, however far it is
 * off its own past. Compares like with like, and only where rates are known.
 */
export function shareOfFelt(picture: Picture, felt: FeltSignal | null): FeltShare {
  if (!standsOnRates(picture)) return () => null;
  const lead = felt === null ? undefined : picture.services.get(felt.service);
  if (lead === undefined) return () => null;
  return (view, deviation) => {
    const own = worstOfRole(lead, deviation.meaning.role);
    const whole = own === null ? null : excessOf(lead, own);
    const part = excessOf(view, deviation);
    const enough = deviation.meaning.role === 'latency' ? percentileNeed : 1;
    return whole === null || part === null || whole <= 0 ? null : clampUnit(part / whole / enough);
  };
}

/** Where spans measured the calls they say it directly; rates, whose units may differ, stand in for them elsewhere. */
export const standsOnRates = ({ telemetry }: Picture): boolean =>
  telemetry.edgeStats.length === 0 && (telemetry.spans ?? []).length === 0;

/**
 * Failures add up, and so do mean latencies; a high percentile moves as a whole when this share of the requests is slow.
 * A latency does not say which it is, so the lenient reading holds.
 */
export const percentileNeed = 0.1;

/** Failed requests or waiting time more than before, per unit of time. */
function excessOf(view: ServiceView, { meaning, before, after }: Deviation): number | null {
  const rate = worstOfRole(view, 'load')?.level ?? null;
  return rate === null || rate <= 0 ? null : meaning.bad * (after - before) * rate;
}
