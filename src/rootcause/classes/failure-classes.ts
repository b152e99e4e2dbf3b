import { detectBadData } from './bad-data.ts';
import { detectCertificate } from './certificate.ts';
import { detectCredentials } from './credentials.ts';
import { detectDependency } from './dependency.ts';
import { detectExhaustion } from './exhaustion.ts';
import type { ClassCandidate, Detector } from './failure-class.ts';
import { detectInstanceState } from './instance-state.ts';
import { detectNameResolution } from './name-resolution.ts';
import { detectNetworkPath, withoutLostCalls } from './network-path.ts';
import { detectOutsideHost } from './outside-host.ts';
import { detectPlatform } from './platform.ts';
import { detectQuota } from './quota.ts';
import { detectStandingLimits } from './standing-limits.ts';
import { detectTraced } from './traced.ts';
import { detectSurge } from './traffic-surge.ts';

const detectors: readonly Detector[] = [
  detectCertificate,
  detectCredentials,
  detectNameResolution,
  detectNetworkPath,
  detectQuota,
  detectBadData,
  detectPlatform,
  detectInstanceState,
  detectStandingLimits,
  detectOutsideHost,
  detectExhaustion,
  detectSurge,
  detectDependency,
  detectTraced,
];

/**
 * Every failure class that is not a change, told by metrics first and the field's log vocabulary second. A new class is
 * one file in `classes/` and one line here.
 */
export const detectClasses: Detector = (picture, suspicions) =>
  withoutGeneric(
    withoutLostCalls(
      picture,
      detectors.flatMap((detect) => detect(picture, suspicions)).filter((candidate) => candidate.score > 0.02),
    ),
  );

const generic = new Set<ClassCandidate['kind']>(['dependency-failure', 'infrastructure', 'unknown']);

const isVague = ({ kind, topic }: ClassCandidate): boolean => generic.has(kind) && topic === null;

/**
 * "It fails" yields to "it fails because its disk is full" on the same service, where the second is nearly as strong:
 * the specific cause then takes over the generic one's evidence.
 */
function withoutGeneric(candidates: readonly ClassCandidate[]): readonly ClassCandidate[] {
  const strongest = (entity: string, isGeneric: boolean): ClassCandidate | undefined =>
    candidates
      .filter((one) => one.entity === entity && isVague(one) === isGeneric)
      .toSorted((a, b) => b.score - a.score)[0];
  return candidates.map((candidate) => {
    const rival = strongest(candidate.entity, !isVague(candidate));
    if (rival === undefined) return candidate;
    if (isVague(candidate)) {
      return rival.score >= 0.6 * candidate.score ? { ...candidate, score: 0.6 * candidate.score } : candidate;
    }
    const leads = strongest(candidate.entity, false) === candidate && candidate.score >= 0.6 * rival.score;
    return leads ? { ...candidate, score: Math.max(candidate.score, rival.score) } : candidate;
  });
}
