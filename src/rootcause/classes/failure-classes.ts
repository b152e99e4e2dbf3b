import { detectCertificate } from './certificate.ts';
import { detectDependency } from './dependency.ts';
import { detectExhaustion } from './exhaustion.ts';
import type { ClassCandidate, Detector } from './failure-class.ts';
import { detectNameResolution } from './name-resolution.ts';
import { detectQuota } from './quota.ts';
import { detectSurge } from './traffic-surge.ts';

const detectors: readonly Detector[] = [
  detectCertificate,
  detectNameResolution,
  detectQuota,
  detectExhaustion,
  detectSurge,
  detectDependency,
];

/**
 * Every failure class that is not a change, told by metrics first and the field's log vocabulary second. A new class is
 * one file in `classes/` and one line here.
 */
export const detectClasses: Detector = (picture, suspicions) =>
  withoutGeneric(
    detectors.flatMap((detect) => detect(picture, suspicions)).filter((candidate) => candidate.score > 0.02),
  );

const generic = new Set<ClassCandidate['kind']>(['dependency-failure', 'infrastructure', 'unknown']);

/**
 * "It fails" yields to "it fails because its disk is full" on the same service, where the second is nearly as strong:
 * the specific cause then takes over the generic one's evidence.
 */
function withoutGeneric(candidates: readonly ClassCandidate[]): readonly ClassCandidate[] {
  const strongest = (entity: string, isGeneric: boolean): ClassCandidate | undefined =>
    candidates
      .filter((one) => one.entity === entity && generic.has(one.kind) === isGeneric)
      .toSorted((a, b) => b.score - a.score)[0];
  return candidates.map((candidate) => {
    const rival = strongest(candidate.entity, !generic.has(candidate.kind));
    if (rival === undefined) return candidate;
    if (generic.has(candidate.kind)) {
      return rival.score >= 0.6 * candidate.score ? { ...candidate, score: 0.6 * candidate.score } : candidate;
    }
    const leads = strongest(candidate.entity, false) === candidate && candidate.score >= 0.6 * rival.score;
    return leads ? { ...candidate, score: Math.max(candidate.score, rival.score) } : candidate;
  });
}
