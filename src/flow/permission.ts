import { sealHolds } from '../core/digest.ts';
import { done, failed, type Result } from '../core/result.ts';
import type { PolicyRequest } from '../policy-port.ts';
import type { PlanRow } from '../ports.ts';
import type { World } from './world.ts';

/** Asks the policy whether this approved plan, sealed as it was approved, may run now. Any error in it is a no. */
export async function mayExecute(world: World, row: PlanRow): Promise<Result<null, string>> {
  const context = await policyContext(world, row, { alreadyApproved: false, digestMatches: sealHolds(row) });
  const decision = world.policy.decide({
    action: 'execute',
    sealed: { plan: row.plan, digest: row.digest },
    ...serviceOf(world, row),
    principal: { id: 'causeway', standing: 'member', onCall: false, groups: [] },
    context,
  });
  await world.store.audit(null, {
    kind: 'policy.decision',
    incident: row.plan.incident,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: {
      plan: row.plan.id,
      action: 'execute',
      allow: decision.allow,
      reasons: [...decision.reasons],
      version: decision.version,
    },
  });
  return decision.allow ? done(null) : failed(`policy said no: ${decision.reasons.join(', ') || 'no rule permits it'}`);
}

export function serviceOf({ catalogue }: World, row: PlanRow): Pick<PolicyRequest, 'tier' | 'owners'> {
  const service = catalogue.services.find(({ id }) => id === row.plan.service);
  return { tier: service?.tier ?? 1, owners: service?.owners ?? [] };
}

/** The facts a policy decision rests on, read now. */
export async function policyContext(
  world: World,
  row: PlanRow,
  click: { readonly alreadyApproved: boolean; readonly digestMatches: boolean },
): Promise<PolicyRequest['context']> {
  const nowMs = world.clock.nowMs();
  const running = await world.store.runningOn(row.plan.service);
  const approvers = row.approvals.filter(({ digest, by }) => digest === row.digest && by !== row.plan.requester);
  return {
    ...click,
    ageMs: nowMs - row.plan.createdAtMs,
    frozen: world.settings.frozen,
    distinctApprovers: new Set(approvers.map(({ by }) => by)).size,
    effectsLastHour: await world.store.effectsSince(nowMs - 3_600_000),
    runningOnService: running.filter((id) => id !== row.plan.id).length,
    stopped: await world.store.stopped(),
  };
}
