import { sealHolds } from '../core/digest.ts';
import { groupsOf } from '../core/directory.ts';
import { done, failed, type Result } from '../core/result.ts';
import type { PolicyRequest } from '../policy-port.ts';
import type { ChatPlatform, PlanRow } from '../ports.ts';
import { runAloneRequest } from './autonomy.ts';
import { policyContext, subjectOf } from './policy-facts.ts';
import type { World } from './world.ts';

export type Standing = Awaited<ReturnType<ChatPlatform['account']>>['standing'];

/** Asks the policy whether this approved plan, sealed as it was approved, may run now. Any error in it is a no. */
export async function mayExecute(world: World, row: PlanRow): Promise<Result<null, string>> {
  const request = await executeRequest(world, row);
  const decision = world.policy.decide(request);
  await world.store.audit(null, {
    kind: 'policy.decision',
    incident: row.plan.incident,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: {
      plan: row.plan.id,
      action: request.action,
      allow: decision.allow,
      reasons: [...decision.reasons],
      version: decision.version,
    },
  });
  return decision.allow ? done(null) : failed(`policy said no: ${decision.reasons.join(', ') || 'no rule permits it'}`);
}

/** The question whether this plan may run now: as people approved it, or alone when nobody did. */
export async function executeRequest(world: World, row: PlanRow): Promise<PolicyRequest> {
  const alone = row.approvals.some(({ automatic, digest }) => automatic === true && digest === row.digest);
  if (alone) return runAloneRequest(world, row);
  return {
    action: 'execute',
    ...subjectOf(world, row),
    principal: { id: 'causeway', standing: 'member', onCall: false, groups: [] },
    context: await policyContext(world, row, { digestMatches: sealHolds(row) }),
  };
}

type Asking = {
  readonly action: 'approve' | 'break-glass';
  /** Directory id. */
  readonly person: string;
  readonly standing: Standing;
  /** Last eight characters of the digest the person saw. */
  readonly digestTail: string;
  readonly strength: 'chat' | 'strong';
};

/** The question whether this person may approve this plan, or break the glass for it, now. */
export async function approvalRequest(
  world: World,
  row: PlanRow,
  { action, person, standing, digestTail, strength }: Asking,
): Promise<PolicyRequest> {
  const onCall = world.catalogue.people.find(({ id }) => id === person)?.onCall ?? false;
  return {
    action,
    ...subjectOf(world, row),
    principal: { id: person, standing, onCall, groups: groupsOf(world.catalogue, person) },
    context: await policyContext(world, row, {
      alreadyApproved: row.approvals.some(({ by, digest }) => by === person && digest === row.digest),
      digestMatches: digestTail === row.digest.slice(-8) && sealHolds(row),
      authStrength: strength,
    }),
  };
}
