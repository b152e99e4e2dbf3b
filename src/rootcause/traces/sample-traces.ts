import type { Span } from '../telemetry.ts';

/** Spans compared on each side of the boundary: shares and medians of one operation need hundreds, not tens of thousands. */
const maxSpans = 16_000;

/**
 * Whole traces, chosen by their id, so that the same document always gives the same sample whatever its order, and time
 * and memory stay bounded in the number of spans.
 */
export function sampleTraces(spans: readonly Span[], boundaryMs: number): readonly Span[] {
  const isPast = ({ startMs }: Span): boolean => startMs < boundaryMs;
  const past = spans.filter(isPast).length;
  const [before, after] = [maxSpans / past, maxSpans / (spans.length - past)];
  if (before >= 1 && after >= 1) return spans;
  const places = new Map<string, number>();
  return spans.filter((span) => {
    const place = places.get(span.trace) ?? placeOf(span.trace);
    places.set(span.trace, place);
    return place < (isPast(span) ? before : after);
  });
}

/** 0 to 1, evenly spread (FNV-1a). */
function placeOf(trace: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < trace.length; at += 1) {
    hash = Math.imul(hash ^ trace.charCodeAt(at), 16_777_619);
  }
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
