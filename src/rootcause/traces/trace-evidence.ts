import type { EvidenceId } from '../../core/evidence.ts';
import { median } from '../metrics/robust.ts';
import { format } from '../metrics/symptom.ts';
import type { Reason } from '../ranking.ts';
import type { Telemetry } from '../telemetry.ts';
import { type CallGap, findCallGaps } from './call-gaps.ts';
import { type BrokenHabit, findBrokenHabits, type Habits } from './habits.ts';
import { statementsBySpan } from './line-statements.ts';
import { findNetworkLifts, type NetworkLift } from './network-lift.ts';
import { sampleTraces } from './sample-traces.ts';
import { findSelfTimes, type SelfTime } from './self-time.ts';
import { growTrees, type SpanNode } from './span-tree.ts';

/** What raw spans, lines and both ends of calls say of each service; empty when the document has none. */
export type TraceEvidence = {
  /** Reasons per service, each with its weight as score. */
  readonly reasons: ReadonlyMap<string, readonly Reason[]>;
  /** Services with spans on both sides of the boundary: what they took is measured call by call. */
  readonly covered: ReadonlySet<string>;
};

/** Share of a usual request that counts as half a certainty. */
const halfLost = 0.5;
/** A call nobody timed as a whole: what is lost is weighed against this. */
const unknownRequestMs = 100;

/** Edge gaps, self times and broken habits, each as a severity from 0 to 1 (severities are fused later, as in TORAI). */
export function readTraces(telemetry: Telemetry, boundaryMs: number): TraceEvidence {
  const nodes = growTrees(sampleTraces(telemetry.spans ?? [], boundaryMs), boundaryMs);
  const gaps = findCallGaps(nodes, telemetry, boundaryMs);
  const requestMs = usualRequest(nodes, gaps);
  const habits = findBrokenHabits(nodes, statementsBySpan(telemetry.lines ?? []));
  const found = [
    ...findNetworkLifts(gaps).map((lift) => networkReason(lift, requestMs)),
    ...findSelfTimes(nodes).map((one) => selfReason(one, requestMs)),
    ...habits.broken.flatMap((habit) => habitReason(habit, habits)),
  ];
  const reasons = new Map<string, Reason[]>();
  const cited = evidenceBySpans(nodes);
  for (const { service, reason } of found) {
    const evidence = reason.evidence.length > 0 ? reason.evidence : [...(cited.get(service) ?? [])].toSorted();
    reasons.set(service, [...(reasons.get(service) ?? []), { ...reason, evidence }]);
  }
  return { reasons, covered: coveredBy(nodes) };
}

function evidenceBySpans(nodes: readonly SpanNode[]): ReadonlyMap<string, ReadonlySet<EvidenceId>> {
  const cited = new Map<string, Set<EvidenceId>>();
  for (const { span } of nodes) {
    if (span.evidence === undefined) continue;
    cited.set(span.service, (cited.get(span.service) ?? new Set<EvidenceId>()).add(span.evidence));
  }
  return cited;
}

/** Median duration of whole requests of the past. */
function usualRequest(nodes: readonly SpanNode[], gaps: readonly CallGap[]): number {
  const roots = nodes.filter(({ parent, isPast }) => parent === null && isPast).map(({ span }) => span.durationMs);
  if (roots.length > 0) return Math.max(1, median(roots));
  return gaps.length === 0 ? 1 : unknownRequestMs;
}

function coveredBy(nodes: readonly SpanNode[]): ReadonlySet<string> {
  const past = new Set(nodes.filter(({ isPast }) => isPast).map(({ span }) => span.service));
  return new Set(nodes.filter(({ isPast, span }) => !isPast && past.has(span.service)).map(({ span }) => span.service));
}

type Found = { readonly service: string; readonly reason: Reason };

const severityOfLoss = (lostMs: number, requestMs: number): number => lostMs / (lostMs + halfLost * requestMs);

function networkReason({ service, liftMs, worst }: NetworkLift, requestMs: number): Found {
  const { from, to, beforeMs, afterMs, evidence } = worst;
  const says = `Between ${from} and ${to} a call spends ${format(afterMs)} ms under way that neither side accounts for; before, ${format(beforeMs)} ms.`;
  return { service, reason: { channel: 'calls', score: severityOfLoss(liftMs, requestMs), says, evidence } };
}

function selfReason({ service, beforeMs, afterMs, lostMs }: SelfTime, requestMs: number): Found {
  const says = `An operation of ${service} works ${format(afterMs)} ms by itself; before, ${format(beforeMs)} ms.`;
  const score = 0.8 * severityOfLoss(lostMs, requestMs);
  return { service, reason: { channel: 'self-time', score, says, evidence: [] } };
}

const changed = {
  stopped: { line: 'no longer log a line they always wrote', call: 'no longer make a call they always made' },
  'new failure': { line: 'log a failure never seen there', call: 'run into a failing call never seen there' },
  'cut short': { line: 'break off', call: 'break off: they make only a part of their usual calls' },
} as const;

function habitReason(habit: BrokenHabit, { deepest }: Habits): readonly Found[] {
  const { service, change, sort, before, after, deviation } = habit;
  const traces = deepest.get(service);
  if (traces === undefined || traces.deepest === 0) return [];
  const share = traces.deepest / traces.all;
  const score = (0.9 * share * deviation) / (deviation + 2);
  const says = `Spans of ${service} ${changed[change][sort]}: ${after[0]} of ${after[1]}, before ${before[0]} of ${before[1]}; in ${traces.deepest} of ${traces.all} such traces nothing deeper is odd.`;
  return [{ service, reason: { channel: 'habits', score, says, evidence: [] } }];
}
