import type { Risk } from '../core/plan.ts';
import type { PolicyRequest } from '../policy-port.ts';
import { sampleRequest } from './sample-request.ts';

const approversMax = 10;
const kinds = ['rollback-pull-request', 'runbook'] as const;

/**
 * How many distinct approvers the policy wants before a plan of each risk may start, found by asking it: the policy
 * text stays the one place that says so. A risk it never lets start needs more than anybody has.
 */
export function countApprovers(allows: (request: PolicyRequest) => boolean): { readonly [Level in Risk]: number } {
  const count = (risk: Risk): number => {
    const needed = kinds.flatMap(
      (kind) => fewest((distinctApprovers) => allows(sampleRequest({ risk, kind }, {}, { distinctApprovers }))) ?? [],
    );
    return needed.length > 0 ? Math.max(...needed) : Number.MAX_SAFE_INTEGER;
  };
  return { 1: count(1), 2: count(2), 3: count(3) };
}

function fewest(enough: (approvers: number) => boolean): number | null {
  for (let approvers = 0; approvers <= approversMax; approvers += 1) if (enough(approvers)) return approvers;
  return null;
}
