/** Calls along one edge of the call graph over a window, as a tracer would have counted them. */
import { calls } from './shop.ts';
import type { Snapshot } from './signals.ts';
import { minuteMs } from './signals.ts';

export type EdgeTotals = { readonly calls: number; readonly errors: number; readonly p95Ms: number };

const known = new Set(calls.map(({ key }) => key));

/** Zero calls for an edge that does not exist. The p95 is the mean of the minutes' p95, weighted by calls. */
export const totalEdge = (
  snapshot: (minute: number) => Snapshot,
  edge: { from: string; to: string },
  window: { fromMs: number; toMs: number },
): EdgeTotals => {
  const key = `${edge.from}>${edge.to}`;
  if (!known.has(key)) return { calls: 0, errors: 0, p95Ms: 0 };
  let count = 0;
  let errors = 0;
  let weighted = 0;
  for (let minute = Math.floor(window.fromMs / minuteMs); minute * minuteMs < window.toMs; minute += 1) {
    const vitals = snapshot(minute).edges.get(key);
    if (vitals === undefined) continue;
    const part = Math.min(window.toMs, (minute + 1) * minuteMs) - Math.max(window.fromMs, minute * minuteMs);
    const minuteCalls = (vitals.rate * part) / 1000;
    count += minuteCalls;
    errors += minuteCalls * vitals.errorRatio;
    weighted += minuteCalls * vitals.latencyMs;
  }
  return { calls: Math.round(count), errors: Math.round(errors), p95Ms: count > 0 ? weighted / count : 0 };
};
