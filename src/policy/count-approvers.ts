import { sealPlan } from '../core/digest.ts';
import type { Plan, Risk } from '../core/plan.ts';
import type { PolicyRequest } from '../policy-port.ts';

const approversMax = 10;
const kinds = ['rollback-pull-request', 'runbook'] as const;

/**
 * How many distinct approvers the policy wants before a plan of each risk may start, found by asking it: the policy
 * text stays the one place that says so. A risk it never lets start needs more than anybody has.
 */
export function countApprovers(allows: (request: PolicyRequest) => boolean): { readonly [Level in Risk]: number } {
  const count = (risk: Risk): number => {
    const needed = kinds.flatMap((kind) => fewest((approvers) => allows(question({ risk, kind, approvers }))) ?? []);
    return needed.length > 0 ? Math.max(...needed) : Number.MAX_SAFE_INTEGER;
  };
  return { 1: count(1), 2: count(2), 3: count(3) };
}

function fewest(enough: (approvers: number) => boolean): number | null {
  for (let approvers = 0; approvers <= approversMax; approvers += 1) if (enough(approvers)) return approvers;
  return null;
}

/** A plan nothing else speaks against. */
function question({ risk, kind, approvers }: { risk: Risk; kind: Plan['kind']; approvers: number }): PolicyRequest {
  return {
    action: 'execute',
    sealed: sealPlan(samplePlan(risk, kind)),
    tier: 1,
    principal: { id: 'causeway', standing: 'member', onCall: false, groups: [] },
    owners: [],
    breakGlass: [],
    context: {
      digestMatches: true,
      ageMs: 0,
      frozen: false,
      brokenGlass: false,
      alreadyApproved: false,
      distinctApprovers: approvers,
      effectsLastHour: 0,
      runningOnService: 0,
      stopped: false,
    },
  };
}

const samplePlan = (risk: Risk, kind: Plan['kind']): Plan => ({
  format: 1,
  id: 'sample',
  version: 1,
  incident: 'INC-0',
  title: 'Sample',
  kind,
  service: 'sample',
  steps: [],
  preconditions: [],
  preview: null,
  rehearsal: [],
  inverse: { says: '', steps: [] },
  risk,
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
});
