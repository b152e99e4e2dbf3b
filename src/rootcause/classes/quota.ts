import { clampUnit, joinEvidence } from '../metrics/robust.ts';
import { type Picture, type ServiceView, worstOfRole } from '../picture.ts';
import { edgeReason, logReason, metricReason } from '../sentences.ts';
import { type ClassCandidate, type Detector, linesAbout, namedTarget, nearness, strengthOf } from './failure-class.ts';

/** A limit of the other side: throttled calls on the caller and "too many requests" in its logs. */
export const detectQuota: Detector = (picture, suspicions) =>
  [...picture.services.values()].flatMap((view) => {
    const found = judge(picture, view);
    return found === null ? [] : [{ ...found, score: found.score * nearness(suspicions, found.entity) }];
  });

function judge(picture: Picture, view: ServiceView): ClassCandidate | null {
  const throttling = worstOfRole(view, 'throttling');
  // Processor time that a node withholds is no refusal of a call.
  const throttled = throttling !== null && /cpu|cfs/iu.test(throttling.metric) ? null : throttling;
  const lines = linesAbout(view.logs, 'quota');
  const score = joinEvidence([0.6 * clampUnit(throttled?.severity ?? 0), 0.8 * strengthOf(lines)]);
  if (score < 0.1) return null;
  const target = namedTarget(lines, picture.services) ?? illestCallee(view) ?? view.id;
  const edges = view.outbound.filter((edge) => edge.to === target && edge.severity > 0.2);
  return {
    entity: target,
    kind: 'quota',
    score,
    topic: 'quota',
    mechanism: `${target} refuses calls from ${view.id} above its limit.`,
    wrongIf: `${target} accepts the calls, or the refusals began after the symptom.`,
    reasons: [
      ...(throttled === null || throttled.severity < 0.1 ? [] : [metricReason(throttled)]),
      ...lines.slice(0, 2).map(logReason),
      ...edges.slice(0, 1).map(edgeReason),
    ],
  };
}

const illestCallee = (view: ServiceView): string | null =>
  view.outbound.filter((edge) => edge.severity > 0.2).toSorted((a, b) => b.severity - a.severity)[0]?.to ?? null;
