import type { Risk } from '../core/plan.ts';
import type { PolicyRequest } from '../policy-port.ts';
import { sampleRequest } from './sample-request.ts';

const approver = { id: 'somebody', standing: 'member', onCall: true, groups: ['owners'] } as const;

/**
 * Whether the policy refuses an approval of this risk by a chat account alone, found by asking it: the policy text stays
 * the one place that says so. Where it allows nobody, signing in is no help but does no harm either.
 */
export function asksSignIn(allows: (request: PolicyRequest) => boolean): { readonly [Level in Risk]: boolean } {
  const refused = (risk: Risk): boolean => {
    const asked = { action: 'approve', principal: approver, owners: ['owners'] } as const;
    return !allows(sampleRequest({ risk, requester: 'requester' }, asked, { authStrength: 'chat' }));
  };
  return { 1: refused(1), 2: refused(2), 3: refused(3) };
}
