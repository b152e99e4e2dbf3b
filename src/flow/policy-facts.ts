/** What the policy is told of a plan and of this moment, read now. */
import type { ApprovalRow } from '../core/approval.ts';
import { breakGlassGroups } from '../core/directory.ts';
import type { PolicyRequest } from '../policy-port.ts';
import type { PlanRow } from '../ports.ts';
import type { World } from './world.ts';

export function subjectOf(
  { catalogue }: World,
  { plan, digest }: PlanRow,
): Pick<PolicyRequest, 'sealed' | 'tier' | 'owners' | 'breakGlass'> {
  const service = catalogue.services.find(({ id }) => id === plan.service);
  const breakGlass = breakGlassGroups(catalogue);
  return { sealed: { plan, digest }, tier: service?.tier ?? 1, owners: service?.owners ?? [], breakGlass };
}

/** By a person other than the requester, of this very digest, and signed in where the risk wants that. */
const counts = ({ policy }: World, { digest, plan }: PlanRow, approval: ApprovalRow): boolean =>
  approval.digest === digest &&
  approval.by !== plan.requester &&
  !approval.automatic &&
  (approval.strength === 'strong' || !policy.needsSignIn(plan.risk));

/** Nobody clicked: how strongly the approvers proved who they are is in what counts as an approver. */
const nobody = { alreadyApproved: false, authStrength: 'strong' } as const;
/** For whoever does not act alone. */
const notAlone = { level: 'approve', confirmed: false, established: false, earned: false } as const;

type Click = Pick<PolicyRequest['context'], 'alreadyApproved' | 'authStrength'>;

export async function policyContext(
  world: World,
  row: PlanRow,
  given: { readonly digestMatches: boolean } & Partial<Click>,
): Promise<PolicyRequest['context']> {
  const nowMs = world.clock.nowMs();
  const running = await world.store.runningOn(row.plan.service);
  const approvals = row.approvals.filter((approval) => counts(world, row, approval));
  return {
    ...nobody,
    ...given,
    ageMs: nowMs - row.plan.createdAtMs,
    frozen: world.settings.frozen,
    brokenGlass: approvals.some(({ breakGlass }) => breakGlass === true),
    distinctApprovers: new Set(approvals.map(({ by }) => by)).size,
    effectsLastHour: await world.store.effectsSince(nowMs - 3_600_000),
    runningOnService: running.filter((id) => id !== row.plan.id).length,
    stopped: await world.store.stopped(),
    autonomy: notAlone,
  };
}
