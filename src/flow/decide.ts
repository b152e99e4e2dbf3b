/** A click on Approve or Reject: who, which version, which digest, in time; decided in one transaction, then told. */
import type { ApprovalRefusal, Click } from '../core/approval.ts';
import { decideApproval, parseApprovalValue } from '../core/decide-approval.ts';
import { sealHolds } from '../core/digest.ts';
import { groupsOf, personOf } from '../core/directory.ts';
import type { Json } from '../core/json.ts';
import { failed, type Result } from '../core/result.ts';
import type { PolicyDecision } from '../policy-port.ts';
import type { Inbound, PlanRow, Transaction } from '../ports.ts';
import { showProgress, showProposal } from './approval-message.ts';
import { noticeCard } from './cards/reply.ts';
import { policyContext, serviceOf } from './permission.ts';
import { whisper } from './show.ts';
import { remediationId } from './submit-plan.ts';
import type { World } from './world.ts';

type ApprovalClick = Extract<Inbound, { type: 'click' }>;
type Outcome = Result<{ plan: string; enough: boolean }, ApprovalRefusal>;
type Standing = Awaited<ReturnType<ReturnType<World['platform']>['account']>>['standing'];

export async function decide(world: World, inbound: ApprovalClick): Promise<void> {
  const outcome = await decideOnce(world, inbound);
  if (!outcome.ok) return refuse(world, inbound, outcome.failure);
  const message = await showProposal(world, outcome.value.plan);
  await showProgress(world, outcome.value.plan, message);
}

async function decideOnce(world: World, inbound: ApprovalClick): Promise<Outcome> {
  const value = parseApprovalValue(inbound.value);
  const person = personOf(world.catalogue, inbound.actor.platform, inbound.actor.account);
  if (!value) return failed('unknown-plan');
  const { standing } = await world.platform(inbound.actor.platform).account(inbound.actor);
  if (standing !== 'member') return failed('guest');
  if (!person) return failed('not-an-approver');
  if (await counted(world, value.plan, inbound.key)) return { ok: true, value: { plan: value.plan, enough: false } };
  const click: Click = { ...value, by: person.id, atMs: inbound.atMs };
  return world.store.transact(async (transaction) => {
    const row = await world.store.planForUpdate(transaction, value.plan);
    if (!row) return failed('unknown-plan');
    return inbound.action === 'approve-plan'
      ? approve(world, transaction, { row, click, standing, key: inbound.key })
      : reject(world, transaction, { row, click, standing, key: inbound.key });
  });
}

/** A crash may repeat a delivery that was already counted: it is then shown, not decided a second time. */
async function counted(world: World, plan: string, delivery: string): Promise<boolean> {
  const row = await world.store.plan(plan);
  const { incident } = row?.plan ?? {};
  const rows = incident ? await world.store.auditRows({ incident, kind: 'approval.click' }) : [];
  return rows.some(({ body }) => body['delivery'] === delivery);
}

type Case = { readonly row: PlanRow; readonly click: Click; readonly standing: Standing; readonly key: string };

async function approve(world: World, transaction: Transaction, given: Case): Promise<Outcome> {
  const { row, click, standing } = given;
  const policy = await askPolicy(world, given);
  const approversNeeded = world.policy.approversNeeded(row.plan.risk);
  const decision = decideApproval({ click, row, standing, allowed: policy.allow, approversNeeded });
  await recordClick(world, transaction, { ...given, policy, result: decision.ok ? 'counted' : decision.failure });
  if (!decision.ok) return decision;
  await world.store.addApproval(transaction, row.plan.id, decision.value.approval);
  if (decision.value.enough) await settlePlan(world, transaction, { given, to: 'approved' });
  return { ok: true, value: { plan: row.plan.id, enough: decision.value.enough } };
}

/** Anybody who could approve may also stop it; so may the requester. */
async function reject(world: World, transaction: Transaction, given: Case): Promise<Outcome> {
  const { row, click } = given;
  const policy = await askPolicy(world, given);
  const allowed = policy.allow || click.by === row.plan.requester;
  const refusal = rejectionRefusal(given, allowed);
  await recordClick(world, transaction, { ...given, policy, result: refusal ?? 'rejected' });
  if (refusal) return failed(refusal);
  await settlePlan(world, transaction, { given, to: 'rejected' });
  return { ok: true, value: { plan: row.plan.id, enough: true } };
}

function rejectionRefusal({ row, click }: Case, allowed: boolean): ApprovalRefusal | null {
  if (row.state !== 'pending') return 'settled';
  if (click.version !== row.plan.version) return 'stale-version';
  return allowed ? null : 'policy';
}

async function settlePlan(
  world: World,
  transaction: Transaction,
  { given, to }: { given: Case; to: 'approved' | 'rejected' },
): Promise<void> {
  const { row, click } = given;
  const moved = await world.store.movePlan(transaction, row.plan.id, ['pending'], to, click.atMs);
  if (!moved) throw new Error(`plan ${row.plan.id} moved under its own lock`);
  await world.store.audit(transaction, {
    kind: 'plan.state',
    incident: row.plan.incident,
    actor: click.by,
    atMs: click.atMs,
    body: { plan: row.plan.id, digest: row.digest, state: to },
  });
  const workflow = remediationId(row.plan.id);
  await world.engine.send(transaction, {
    workflow,
    topic: 'decision',
    body: { outcome: to },
    key: `decision:${row.plan.id}`,
  });
}

async function askPolicy(world: World, { row, click, standing }: Case): Promise<PolicyDecision> {
  const person = world.catalogue.people.find(({ id }) => id === click.by);
  const context = await policyContext(world, row, {
    alreadyApproved: row.approvals.some(({ by, digest }) => by === click.by && digest === row.digest),
    digestMatches: click.digestTail === row.digest.slice(-8) && sealHolds(row),
  });
  return world.policy.decide({
    action: 'approve',
    sealed: { plan: row.plan, digest: row.digest },
    ...serviceOf(world, row),
    principal: { id: click.by, standing, onCall: person?.onCall ?? false, groups: groupsOf(world.catalogue, click.by) },
    context,
  });
}

async function recordClick(
  world: World,
  transaction: Transaction,
  { row, click, key, policy, result }: Case & { policy: PolicyDecision; result: string },
): Promise<void> {
  const body: { readonly [name: string]: Json } = {
    plan: row.plan.id,
    version: click.version,
    digest: row.digest,
    delivery: key,
    result,
    policy: [...policy.reasons],
    policyVersion: policy.version,
  };
  const kind = result === 'counted' || result === 'rejected' ? 'approval.click' : 'approval.refused';
  await world.store.audit(transaction, { kind, incident: row.plan.incident, actor: click.by, atMs: click.atMs, body });
}

const refusals: { readonly [Refusal in ApprovalRefusal]: readonly [what: string, fix: string] } = {
  'unknown-plan': ['I do not know this plan', 'Use the buttons of the newest approval request.'],
  'not-an-approver': [
    'You are not in the directory, so you cannot approve',
    'Ask an owner of the service, or have your account added to causeway.yaml.',
  ],
  requester: ['You asked for this, so somebody else must approve it', 'Another owner or the person on call can.'],
  guest: ['Guests and people from other organisations cannot approve', 'Ask a member of the owning group.'],
  'already-approved': ['You have already approved this plan', 'One more person is needed.'],
  'stale-version': ['This request was replaced by a newer version', 'Use the newest approval request.'],
  'digest-mismatch': ['The plan behind this button is not the one stored', 'Use the newest approval request.'],
  expired: ['This request has expired, nothing runs', 'Mention me again for a new proposal.'],
  settled: ['This request is already decided', 'See its record in the channel.'],
  policy: [
    'Only owners of the service or the person on call can decide this',
    'Ask one of the people named on the request.',
  ],
};

async function refuse(world: World, inbound: ApprovalClick, refusal: ApprovalRefusal): Promise<void> {
  const [what, fix] = refusals[refusal];
  await whisper(world, inbound, { card: noticeCard(what, fix), key: `refusal:${inbound.key}` });
}
