import type { Risk } from '../core/plan.ts';
import type { Policy, PolicyRequest, PolicyRule } from '../policy-port.ts';
import { sampleRequest } from './sample-request.ts';

export type DecisionRow = {
  readonly risk: Risk;
  readonly who: string;
  readonly may: boolean;
  readonly says: readonly string[];
  readonly rules: readonly PolicyRule[];
};

export type DecisionTable = {
  readonly policyVersion: string;
  readonly approversNeeded: { readonly [Level in Risk]: number };
  readonly rows: readonly DecisionRow[];
};

type Principal = PolicyRequest['principal'];
type Who = readonly [who: string, action: 'approve' | 'break-glass', principal: Principal];

const person = (change: Partial<Principal>): Principal => ({
  id: 'somebody',
  standing: 'member',
  onCall: false,
  groups: [],
  ...change,
});

const groups = { owners: ['owners'], breakGlass: ['glass'] };

const everybody: readonly Who[] = [
  ['member who owns the service', 'approve', person({ groups: ['owners'] })],
  ['member on call', 'approve', person({ onCall: true })],
  ['any other member', 'approve', person({})],
  ['owner who asked for it', 'approve', person({ id: 'requester', groups: ['owners'] })],
  ['owner who is a guest', 'approve', person({ groups: ['owners'], standing: 'guest' })],
  ['owner from elsewhere', 'approve', person({ groups: ['owners'], standing: 'stranger' })],
  ['owner whose account is deactivated', 'approve', person({ groups: ['owners'], standing: 'inactive' })],
  ['member of the break-glass group', 'break-glass', person({ groups: ['glass'] })],
  ['member outside the break-glass group', 'break-glass', person({ groups: ['owners'] })],
];

/** Who may approve a fresh plan of each risk on an ordinary day, as the policy itself answers. */
export function decisionTable(policy: Policy): DecisionTable {
  const rows = ([1, 2, 3] as const).flatMap((risk) =>
    everybody.map(([who, action, principal]): DecisionRow => {
      const {
        allow,
        reasons,
        rules = [],
        unmet = [],
      } = policy.decide(sampleRequest({ risk, requester: 'requester' }, { action, principal, ...groups }));
      return { risk, who, may: allow, says: reasons, rules: rules.length > 0 ? rules : unmet };
    }),
  );
  const needed = (risk: Risk): number => policy.approversNeeded(risk);
  return { policyVersion: policy.version, approversNeeded: { 1: needed(1), 2: needed(2), 3: needed(3) }, rows };
}
