import { joinEvidence } from '../metrics/robust.ts';
import type { Picture, ServiceView } from '../picture.ts';
import { logReason } from '../sentences.ts';
import { type ClassCandidate, type Detector, linesAbout, nearness, standsAt, strengthOf } from './failure-class.ts';

/** An expired certificate fails every handshake from one moment on: no days left, TLS errors in its callers' logs. */
export const detectCertificate: Detector = (picture, suspicions) =>
  [...picture.services.values()].flatMap((view) => {
    const found = judge(picture, view);
    return found.score < 0.1 ? [] : [{ ...found, score: found.score * nearness(suspicions, view.id) }];
  });

function judge(picture: Picture, view: ServiceView): ClassCandidate {
  const days = standsAt(picture, view.id, 'certificate_days');
  const lines = [
    ...linesAbout(view.logs, 'certificate').filter((change) => change.mentions.length === 0),
    ...linesAbout(view.blamedBy, 'certificate'),
  ];
  const expired = days !== null && days.value <= 0.5;
  const believed = days === null || expired ? 0.85 : 0.35;
  const says = `certificate_days of ${view.id} is ${days === null ? 'unknown' : Math.floor(days.value)}.`;
  return {
    entity: view.id,
    kind: 'certificate',
    score: joinEvidence([expired ? 0.8 : 0, believed * strengthOf(lines)]),
    topic: 'certificate',
    mechanism: `The TLS certificate of ${view.id} is no longer accepted, so connections to it fail.`,
    wrongIf: `A TLS handshake with ${view.id} succeeds, or its certificate was valid at the onset.`,
    reasons: [
      ...(expired ? [{ channel: 'metrics', score: 0.8, says, evidence: days.evidence }] : []),
      ...lines.slice(0, 3).map(logReason),
    ],
  };
}
