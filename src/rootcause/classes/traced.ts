import type { ClassCandidate, Detector } from './failure-class.ts';

/**
 * Where calls were timed one by one, or at both ends, trouble is pinned to a service more surely than by its own
 * counters: the suspicion counts nearly in full. When the time is lost between two services, it is the network.
 */
export const detectTraced: Detector = ({ services, traces, telemetry }, suspicions) => {
  if (traces.covered.size === 0 && (telemetry.callSeries ?? []).length === 0) return [];
  return [...services.values()].flatMap((view): readonly ClassCandidate[] => {
    const suspicion = suspicions.get(view.id);
    if (suspicion === undefined || suspicion.score < 0.02 || view.external) return [];
    const isNetwork = suspicion.reasons[0]?.channel === 'calls';
    return [
      {
        entity: view.id,
        kind: isNetwork ? 'network' : 'unknown',
        score: 0.9 * suspicion.score,
        topic: null,
        mechanism: isNetwork
          ? `Calls into and out of ${view.id} lose time under way.`
          : `Trouble starts at ${view.id}; nothing below it in the traces is as odd.`,
        wrongIf: `Spans of ${view.id} look as before while the symptom persists.`,
        reasons: suspicion.reasons.slice(0, 5),
      },
    ];
  });
};
