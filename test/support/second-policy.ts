import type { Policy, PolicyRequest } from '../../src/policy-port.ts';

const minute = 60_000;
const kinds = ['rollback-pull-request', 'runbook'];
const actions = [
  'rollback-pull-request',
  'close-pull-request',
  'github-workflow-dispatch',
  'http-call',
  'kubernetes-restart',
  'kubernetes-rollout-undo',
  'kubernetes-scale',
  'aws-ssm-automation',
];

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
    case 'auto-run':
      return mayRunAlone(request);
  }
}

function mayApprove({ sealed, principal, owners, context: now }: PolicyRequest): boolean {
  if (!kinds.includes(sealed.plan.kind)) return false;
  if (now.stopped || now.frozen || now.alreadyApproved || !now.digestMatches) return false;
  if (now.ageMs < 0 || now.ageMs > 15 * minute) return false;
  if (principal.standing !== 'member' || principal.id === sealed.plan.requester) return false;
  if (!isProven(sealed.plan.risk, now)) return false;
  return principal.onCall || principal.groups.some((group) => owners.includes(group));
}

/** As an approval, but by the one group, and a freeze does not matter; nor whether the same person approved before. */
function mayBreakGlass({ sealed: { plan }, principal, breakGlass, context: now }: PolicyRequest): boolean {
  const inTime = now.ageMs >= 0 && now.ageMs <= 15 * minute;
  const known = kinds.includes(plan.kind) && now.digestMatches && !now.stopped;
  const personal = principal.standing === 'member' && principal.id !== plan.requester && isProven(plan.risk, now);
  return inTime && known && personal && breakGlass.some((group) => principal.groups.includes(group));
}

/** High risk wants people who signed in for this, not only a chat account. */
const isProven = (risk: number, { authStrength }: PolicyRequest['context']): boolean =>
  risk < 3 || authStrength === 'strong';

const isKnown = ({ kind, steps }: PolicyRequest['sealed']['plan']): boolean =>
  kinds.includes(kind) && steps.every(({ action }) => actions.includes(action));

function mayStart({ sealed: { plan }, context: now }: PolicyRequest): boolean {
  if (!isKnown(plan) || ![1, 2, 3].includes(plan.risk)) return false;
  if (now.stopped || !now.digestMatches || now.runningOnService > 0) return false;
  if (now.frozen && !now.brokenGlass) return false;
  if (now.ageMs < 0 || now.ageMs > 20 * minute || now.effectsLastHour >= 5) return false;
  if (plan.blastRadius.services > 10 || plan.blastRadius.files > 1_000) return false;
  return now.distinctApprovers >= (plan.risk === 1 || now.brokenGlass ? 1 : 2);
}

/** Nobody approves: everything has to be small, sure, earned and quiet. */
function mayRunAlone({ sealed: { plan }, context: now }: PolicyRequest): boolean {
  const { level, confirmed, established, earned } = now.autonomy;
  if (level !== 'auto' || !confirmed || !established || !earned || plan.risk !== 1) return false;
  if (!kinds.includes(plan.kind) || !now.digestMatches || now.frozen || now.stopped) return false;
  if (now.ageMs < 0 || now.ageMs > 15 * minute || now.runningOnService > 0 || now.effectsLastHour >= 3) return false;
  return plan.blastRadius.services <= 1 && plan.blastRadius.files <= 100;
}

/** The second implementation where a policy is asked very often. */
export const plainPolicy: Policy = {
  version: 'second',
  decide: (request) => ({ allow: secondPolicy(request), reasons: [], version: 'second' }),
  approversNeeded: (risk) => (risk === 1 ? 1 : 2),
  needsSignIn: (risk) => risk === 3,
};
