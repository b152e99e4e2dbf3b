import type { LogChange } from '../logs/log-delta.ts';
import type { ServiceView } from '../picture.ts';
import { logReason } from '../sentences.ts';
import { type ClassCandidate, type Detector, nearness, strengthOf } from './failure-class.ts';

/** A provider that is in no catalogue: error lines name a public host that is slow, refuses or answers with 5xx. */
export const detectOutsideHost: Detector = (picture, suspicions) =>
  [...picture.services.values()].flatMap((view) => {
    const found = judge(view);
    return found.score < 0.1 ? [] : [{ ...found, score: found.score * nearness(suspicions, view.id) }];
  });

/** A name below a public suffix; cluster-internal names end otherwise. */
const publicHost = /\b(?:[a-z0-9-]+\.)+(?:com|net|org|io|cloud|dev|app|co|ai)\b(?!\.(?:internal|local|svc))/iu;
const provider =
  /\b(?:upstream|third.?party|external|vendor|partner|payment) (?:provider|gateway|processor|api)\b|status ?page/iu;

function judge(view: ServiceView): ClassCandidate {
  const lines = view.logs.filter(
    (change) =>
      change.change !== 'vanished' &&
      change.template.level !== 'info' &&
      (change.topic === 'unreachable' || change.topic === 'timeout') &&
      change.mentions.length === 0 &&
      namesOutside(change),
  );
  return {
    entity: view.id,
    kind: 'dependency-failure',
    score: 0.8 * strengthOf(lines),
    topic: 'unreachable',
    mechanism: `A provider outside that ${view.id} calls fails or does not answer.`,
    wrongIf: `Calls to the provider succeed from elsewhere, or its status page reports no incident.`,
    reasons: lines.slice(0, 3).map(logReason),
  };
}

const namesOutside = ({ template }: LogChange): boolean => {
  const text = `${template.template} ${template.sample}`;
  return publicHost.test(text) || provider.test(text);
};
