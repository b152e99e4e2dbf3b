import { sealHolds } from '../core/digest.ts';
import { breakGlassGroups, groupsOf } from '../core/directory.ts';
import { done, failed, type Result } from '../core/result.ts';
import type { PolicyRequest } from '../policy-port.ts';
import type { ChatPlatform, PlanRow } from '../ports.ts';
import type { World } from './world.ts';

export type Standing = Awaited<ReturnType<ChatPlatform['account']>>['standing'];

/** Asks the policy whether this approved plan, sealed as it was approved, may run now. Any error in it is a no. */
export async function mayExecute(world: World, row: PlanRow): Promise<Result<null, string>> {
  const decision = world.policy.decide(await executeRequest(world, row));
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

/** The question whether this plan may run now. */
export async function executeRequest(world: World, row: PlanRow): Promise<PolicyRequest> {
  return {
    action: 'execute',
    ...subjectOf(world, row),
    principal: { id: 'causeway', standing: 'member', onCall: false, groups: [] },
    context: await policyContext(world, row, { alreadyApproved: false, digestMatches: sealHolds(row) }),
  };
}

type Asking = {
  readonly action: 'approve' | 'break-glass';
  /** Directory id. */
  readonly person: string;
  readonly standing: Standing;
  /** Last eight characters of the digest the person saw. */
  readonly digestTail: string;
};

/** The question whether this person may approve this plan, or break the glass for it, now. */
export async function approvalRequest(
  world: World,
  row: PlanRow,
  { action, person, standing, digestTail }: Asking,
): Promise<PolicyRequest> {
  const onCall = world.catalogue.people.find(({ id }) => id === person)?.onCall ?? false;
  return {
    action,
    ...subjectOf(world, row),
    principal: { id: person, standing, onCall, groups: groupsOf(world.catalogue, person) },
    context: await policyContext(world, row, {
      alreadyApproved: row.approvals.some(({ by, digest }) => by === person && digest === row.digest),
      digestMatches: digestTail === row.digest.slice(-8) && sealHolds(row),
    }),
  };
}

function subjectOf(
  { catalogue }: World,
  { plan, digest }: PlanRow,
): Pick<PolicyRequest, 'sealed' | 'tier' | 'owners' | 'breakGlass'> {
  const service = catalogue.services.find(({ id }) => id === plan.service);
  const breakGlass = breakGlassGroups(catalogue);
  return { sealed: { plan, digest }, tier: service?.tier ?? 1, owners: service?.owners ?? [], breakGlass };
}

/** The facts a policy decision rests on, read now. */
async function policyContext(
  world: World,
  row: PlanRow,
  click: { readonly alreadyApproved: boolean; readonly digestMatches: boolean },
): Promise<PolicyRequest['context']> {
  const nowMs = world.clock.nowMs();
  const running = await world.store.runningOn(row.plan.service);
  const approvals = row.approvals.filter(({ digest, by }) => digest === row.digest && by !== row.plan.requester);
  return {
    ...click,
    ageMs: nowMs - row.plan.createdAtMs,
    frozen: world.settings.frozen,
    brokenGlass: approvals.some(({ breakGlass }) => breakGlass === true),
    distinctApprovers: new Set(approvals.map(({ by }) => by)).size,
    effectsLastHour: await world.store.effectsSince(nowMs - 3_600_000),
    runningOnService: running.filter((id) => id !== row.plan.id).length,
    stopped: await world.store.stopped(),
  };
}
