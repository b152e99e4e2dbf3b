import { quantile } from '../metrics/order-statistics.ts';
import { median } from '../metrics/robust.ts';
import { compareText } from '../order.ts';
import type { SpanNode } from './span-tree.ts';

/** How much longer one operation works by itself, calls to others taken off. */
export type SelfTime = {
  readonly service: string;
  readonly operation: string;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Milliseconds that a trace of today loses there. */
  readonly lostMs: number;
};

type Times = {
  readonly service: string;
  readonly operation: string;
  readonly before: number[];
  readonly after: number[];
};

/**
 * Self time per operation, before against after: a processor or a lock inside a service shows in its own time, not in
 * that of its callers (self time as in MicroRank and Jaeger's critical path). Spans that call another service are left
 * out: their time is the edge's.
 */
export function findSelfTimes(nodes: readonly SpanNode[]): readonly SelfTime[] {
  const operations = new Map<string, Times>();
  const traces = new Set<string>();
  for (const { span, children, isPast } of nodes) {
    if (!isPast) traces.add(span.trace);
    if (children.some((child) => child.span.service !== span.service)) continue;
    const key = `${span.service}\n${span.operation}`;
    const times = operations.get(key) ?? { service: span.service, operation: span.operation, before: [], after: [] };
    operations.set(key, times);
    const inside = children.reduce((sum, child) => sum + child.span.durationMs, 0);
    (isPast ? times.before : times.after).push(Math.max(0, span.durationMs - inside));
  }
  const found = [...operations.values()].flatMap((times) => compare(times, traces.size));
  return found.toSorted((a, b) => b.lostMs - a.lostMs || compareText(a.operation, b.operation));
}

/** Both sides need three spans, and the rise must leave the spread of the past. */
function compare({ service, operation, before, after }: Times, traces: number): readonly SelfTime[] {
  if (before.length < 3 || after.length < 3 || traces === 0) return [];
  const beforeMs = median(before);
  const spread = quantile(before, 0.9) - beforeMs;
  const rise = mean(after) - mean(before);
  const trust = before.length / (before.length + 5);
  if (rise <= spread || rise <= 0) return [];
  return [{ service, operation, beforeMs, afterMs: mean(after), lostMs: (trust * rise * after.length) / traces }];
}

/** Summed in order of size, so that the order of spans does not matter. */
const mean = (values: readonly number[]): number =>
  Float64Array.from(values)
    .sort()
    .reduce((sum, value) => sum + value, 0) / values.length;
