import type { Policy, PolicyRequest } from '../../src/policy-port.ts';

const minute = 60_000;
const kinds = ['rollback-pull-request', 'runbook'];

/** The shipped policy once more, as a plain function written from blueprint section 5, without looking at the Cedar text. */
export function secondPolicy(request: PolicyRequest): boolean {
  const { context, sealed, tier } = request;
  const numbers = [
    context.ageMs,
    context.distinctApprovers,
    context.effectsLastHour,
    context.runningOnService,
    sealed.plan.risk,
    sealed.plan.blastRadius.services,
    sealed.plan.blastRadius.files,
    tier,
  ];
  if (!numbers.every((value) => Number.isSafeInteger(value))) return false;
  switch (request.action) {
    case 'approve':
      return mayApprove(request);
    case 'break-glass':
      return mayBreakGlass(request);
    case 'execute':
      return mayStart(request);
  }
}

function mayApprove({ sealed, principal, owners, context: now }: PolicyRequest): boolean {
  if (!kinds.includes(sealed.plan.kind)) return false;
  if (now.stopped || now.frozen || now.alreadyApproved || !now.digestMatches) return false;
  if (now.ageMs < 0 || now.ageMs > 15 * minute) return false;
  if (principal.standing !== 'member' || principal.id === sealed.plan.requester) return false;
  return principal.onCall || principal.groups.some((group) => owners.includes(group));
}

/** As an approval, but by the one group, and a freeze does not matter; nor whether the same person approved before. */
function mayBreakGlass({ sealed: { plan }, principal, breakGlass, context: now }: PolicyRequest): boolean {
  const inTime = now.ageMs >= 0 && now.ageMs <= 15 * minute;
  const known = kinds.includes(plan.kind) && now.digestMatches && !now.stopped;
  const personal = principal.standing === 'member' && principal.id !== plan.requester;
  return inTime && known && personal && breakGlass.some((group) => principal.groups.includes(group));
}

function mayStart({ sealed: { plan }, context: now }: PolicyRequest): boolean {
  if (!kinds.includes(plan.kind) || ![1, 2, 3].includes(plan.risk)) return false;
  if (now.stopped || !now.digestMatches || now.runningOnService > 0) return false;
  if (now.frozen && !now.brokenGlass) return false;
  if (now.ageMs < 0 || now.ageMs > 20 * minute || now.effectsLastHour >= 5) return false;
  if (plan.blastRadius.services > 10 || plan.blastRadius.files > 1_000) return false;
  return now.distinctApprovers >= (plan.risk === 1 || now.brokenGlass ? 1 : 2);
}

/** The second implementation where a policy is asked very often. */
export const plainPolicy: Policy = {
  version: 'second',
  decide: (request) => ({ allow: secondPolicy(request), reasons: [], version: 'second' }),
  approversNeeded: (risk) => (risk === 1 ? 1 : 2),
};
