import type { EvidenceId } from '../../core/evidence.ts';
import { median } from '../metrics/robust.ts';
import { compareText } from '../order.ts';
import type { CallSeries, Telemetry } from '../telemetry.ts';
import type { SpanNode } from './span-tree.ts';

/** How much longer the calls along one edge take than the callee works on them: the way there and back. */
export type CallGap = {
  readonly from: string;
  readonly to: string;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** 0 to 1, from the number of calls compared. */
  readonly trust: number;
  readonly evidence: readonly EvidenceId[];
};

type Calls = { readonly from: string; readonly to: string; readonly before: number[]; readonly after: number[] };

/**
 * Caller's time minus callee's time, before against after. A slow network is invisible in what the callee reports; it
 * shows only here (the path latency of Yu et al. FSE 2023, and of service meshes, which measure both ends of a call).
 */
export function findCallGaps(nodes: readonly SpanNode[], telemetry: Telemetry, boundaryMs: number): readonly CallGap[] {
  const gaps = [...gapsOfSpans(nodes), ...gapsOfSeries(telemetry, boundaryMs)];
  return gaps.toSorted((a, b) => compareText(`${a.from} ${a.to}`, `${b.from} ${b.to}`));
}

function gapsOfSpans(nodes: readonly SpanNode[]): readonly CallGap[] {
  const edges = new Map<string, Calls>();
  for (const { span, parent, isPast } of nodes) {
    const isOnlyCall = parent !== null && parent.children.length === 1 && parent.span.service !== span.service;
    if (!isOnlyCall) continue;
    const calls = callsOn(edges, parent.span.service, span.service);
    (isPast ? calls.before : calls.after).push(Math.max(0, parent.span.durationMs - span.durationMs));
  }
  const known = [...edges.values()].filter(({ before }) => before.length > 0);
  const usual = known.length === 0 ? 0 : median(known.map(({ before }) => median(before)));
  return [...edges.values()].flatMap((calls) => gapOf(calls, usual));
}

function callsOn(edges: Map<string, Calls>, from: string, to: string): Calls {
  const key = `${from}\n${to}`;
  const found = edges.get(key) ?? { from, to, before: [], after: [] };
  edges.set(key, found);
  return found;
}

/** An edge that was never seen before is compared with the usual one, and trusted less. */
function gapOf({ from, to, before, after }: Calls, usualMs: number): readonly CallGap[] {
  if (after.length === 0) return [];
  const beforeMs = before.length === 0 ? usualMs : median(before);
  const trust = (growing(before.length) + 0.1) * growing(after.length);
  return [{ from, to, beforeMs, afterMs: median(after), trust: Math.min(1, trust), evidence: [] }];
}

/** 0 for nothing, a half for two calls, nearly 1 for twenty. */
const growing = (calls: number): number => calls / (calls + 2);

function gapsOfSeries({ callSeries = [], window }: Telemetry, boundaryMs: number): readonly CallGap[] {
  const callers = callSeries.filter(({ side }) => side === 'caller');
  return callers.flatMap((caller) => {
    const isOther = (one: CallSeries): boolean =>
      one.side === 'callee' && one.from === caller.from && one.to === caller.to;
    const callee = callSeries.find(isOther);
    if (callee === undefined) return [];
    const served = new Map(callee.points);
    const gaps = caller.points.flatMap(([atMs, value]) => {
      const own = served.get(atMs);
      return own === undefined || atMs > window.toMs ? [] : [[atMs, Math.max(0, value - own)] as const];
    });
    const before = gaps.filter(([atMs]) => atMs < boundaryMs).map((gap) => gap[1]);
    const after = gaps.filter(([atMs]) => atMs >= boundaryMs).map((gap) => gap[1]);
    const evidence = [caller.evidence, callee.evidence].flatMap((id) => (id === undefined ? [] : [id]));
    return gapOf({ from: caller.from, to: caller.to, before, after }, 0).map((gap) => ({ ...gap, evidence }));
  });
}
