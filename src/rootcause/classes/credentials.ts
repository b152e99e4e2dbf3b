import type { LogChange } from '../logs/log-delta.ts';
import { joinEvidence } from '../metrics/robust.ts';
import type { Picture, ServiceView } from '../picture.ts';
import { logReason } from '../sentences.ts';
import { type ClassCandidate, type Detector, namedTarget, nearness, strengthOf } from './failure-class.ts';

/**
 * A secret that is no longer accepted: rotated on one side only, expired or revoked. Told by refusals of who asks, not of
 * what is asked, in the words of databases, brokers and token issuers.
 */
export const detectCredentials: Detector = (picture, suspicions) => {
  const refused = [...picture.services.values()].flatMap((view) => {
    const lines = view.logs.filter(isRefusal);
    return lines.length === 0 ? [] : [{ view, lines }];
  });
  return refused
    .map((one) => judge(picture, one, refused.length))
    .map((found) => ({ ...found, score: found.score * nearness(suspicions, found.entity) }));
};

type Refused = { readonly view: ServiceView; readonly lines: readonly LogChange[] };

const isRefusal = ({ change, topic, template }: LogChange): boolean =>
  topic === 'credentials' && change !== 'vanished' && template.level !== 'info';

/** One service that is refused holds a wrong secret; several that name one peer share what that peer no longer takes. */
function judge(picture: Picture, { view, lines }: Refused, loggers: number): ClassCandidate {
  const named = loggers > 1 ? namedTarget(lines, picture.services) : null;
  const entity = named ?? view.id;
  return {
    entity,
    kind: 'config-change',
    score: 0.8 * joinEvidence([strengthOf(lines)]),
    topic: 'credentials',
    mechanism: `A credential that ${view.id} uses is no longer accepted: rotated, expired or revoked.`,
    wrongIf: `The same credential is accepted elsewhere, or the refusals began after the symptom.`,
    reasons: lines.slice(0, 3).map(logReason),
  };
}
