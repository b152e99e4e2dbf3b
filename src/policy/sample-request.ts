import { sealPlan } from '../core/digest.ts';
import type { Plan } from '../core/plan.ts';
import type { PolicyRequest } from '../policy-port.ts';

/** A question about a fresh plan that nothing speaks against, on an ordinary day. */
export function sampleRequest(
  plan: Partial<Plan>,
  asked: Partial<Omit<PolicyRequest, 'context'>>,
  context: Partial<PolicyRequest['context']> = {},
): PolicyRequest {
  return {
    action: 'execute',
    sealed: sealPlan({ ...samplePlan, ...plan }),
    tier: 1,
    principal: { id: 'causeway', standing: 'member', onCall: false, groups: [] },
    owners: [],
    breakGlass: [],
    ...asked,
    context: { ...quiet, ...context },
  };
}

const quiet: PolicyRequest['context'] = {
  digestMatches: true,
  ageMs: 0,
  frozen: false,
  brokenGlass: false,
  alreadyApproved: false,
  distinctApprovers: 0,
  effectsLastHour: 0,
  runningOnService: 0,
  stopped: false,
  authStrength: 'strong',
  autonomy: { level: 'approve', confirmed: false, established: false, earned: false },
};

const samplePlan: Plan = {
  format: 1,
  id: 'sample',
  version: 1,
  incident: 'INC-0',
  title: 'Sample',
  kind: 'runbook',
  service: 'sample',
  steps: [],
  preconditions: [],
  preview: null,
  rehearsal: [],
  inverse: { says: '', steps: [] },
  risk: 1,
  riskReasons: [],
  blastRadius: { services: 1, files: 1, says: '' },
  expectedEffect: '',
  runsAs: 'causeway',
  requester: 'alert',
  policyVersion: '',
  catalogueVersion: '',
  createdAtMs: 0,
  expiresAtMs: 0,
  startWithinMs: 0,
};
