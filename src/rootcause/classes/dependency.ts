import { joinEvidence } from '../metrics/robust.ts';
import type { Picture, ServiceView } from '../picture.ts';
import type { Suspicion } from '../suspect-services.ts';
import type { ClassCandidate, Detector } from './failure-class.ts';

/** What cannot be changed from here failed: a provider outside, or a store that nobody deploys. */
export const detectDependency: Detector = (picture, suspicions) =>
  [...picture.services.values()].flatMap((view) => {
    const suspicion = suspicions.get(view.id);
    return suspicion === undefined || suspicion.score < 0.05 ? [] : [candidate(picture, view, suspicion)];
  });

function candidate(picture: Picture, view: ServiceView, suspicion: Suspicion): ClassCandidate {
  const shared = { entity: view.id, topic: null, reasons: suspicion.reasons.slice(0, 5) };
  if (view.external) {
    return {
      ...shared,
      kind: 'dependency-failure',
      score: joinEvidence([0.9 * suspicion.score, 0.3 * callersAgree(view)]) * 0.95,
      mechanism: `${view.id}, which we do not run, fails or is slow for its callers.`,
      wrongIf: `${view.id} reports itself healthy, or calls to it from elsewhere succeed.`,
    };
  }
  const leaf = view.calls.length === 0 && view.calledBy.length > 0 && !hasChanges(picture, view.id);
  return {
    ...shared,
    kind: leaf ? 'infrastructure' : 'unknown',
    score: 0.5 * suspicion.score,
    mechanism: `Trouble starts at ${view.id}; no change and no known failure class explains it.`,
    wrongIf: `Something ${view.id} depends on was ill before it.`,
  };
}

/** Share of the callers that see it fail. */
function callersAgree(view: ServiceView): number {
  const seen = view.inbound.filter((edge) => edge.severity > 0.3).length;
  return view.inbound.length === 0 ? 0 : seen / view.inbound.length;
}

const hasChanges = ({ telemetry }: Picture, id: string): boolean =>
  telemetry.changes.some((change) => change.service === id);
