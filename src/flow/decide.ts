/** A click on Approve, Reject or Break Glass: who, which version, which digest, in time; decided once, then told. */
import type { ApprovalRefusal, Click } from '../core/approval.ts';
import { decideApproval, parseApprovalValue } from '../core/decide-approval.ts';
import { personOf } from '../core/directory.ts';
import type { Json } from '../core/json.ts';
import { failed, type Result } from '../core/result.ts';
import type { Tainted } from '../core/tainted.ts';
import type { PolicyDecision } from '../policy-port.ts';
import type { Inbound, PlanRow, Transaction } from '../ports.ts';
import { showProgress, showProposal } from './approval-message.ts';
import { announceBreakGlass } from './break-glass.ts';
import { refusalCard } from './cards/refusal.ts';
import { approvalRequest, type Standing } from './permission.ts';
import { keepReason } from './said-reason.ts';
import { whisper } from './show.ts';
import { remediationId } from './submit-plan.ts';
import type { World } from './world.ts';

type ApprovalClick = Extract<Inbound, { type: 'click' }>;
type Outcome = Result<{ plan: string; enough: boolean }, ApprovalRefusal>;

const decisions = ['approve-plan', 'reject-plan', 'break-glass'] as const;
type Decision = (typeof decisions)[number];

const decisionOf = ({ action }: ApprovalClick): Decision | undefined => decisions.find((each) => each === action);

/** Whether this click decides about a plan. */
export const isDecision = (inbound: ApprovalClick): boolean => decisionOf(inbound) !== undefined;

export async function decide(world: World, inbound: ApprovalClick): Promise<void> {
  const outcome = await decideOnce(world, inbound);
  if (!outcome.ok) {
    const shown = { card: refusalCard(outcome.failure), key: `refusal:${inbound.key}` };
    return whisper(world, inbound, shown);
  }
  const message = await showProposal(world, outcome.value.plan);
  await showProgress(world, outcome.value.plan, message);
  await announceBreakGlass(world, outcome.value.plan);
}

async function decideOnce(world: World, inbound: ApprovalClick): Promise<Outcome> {
  const decision = decisionOf(inbound);
  const value = parseApprovalValue(inbound.value);
  const person = personOf(world.catalogue, inbound.actor.platform, inbound.actor.account);
  if (!value || !decision) return failed('unknown-plan');
  const { standing } = await world.platform(inbound.actor.platform).account(inbound.actor);
  if (standing !== 'member') return failed('guest');
  if (!person) return failed('not-an-approver');
  if (await counted(world, value.plan, inbound.key)) return { ok: true, value: { plan: value.plan, enough: false } };
  const reason = await keepReason(world, inbound.reason);
  const alone = decision === 'break-glass' ? { breakGlass: { reasonGiven: reason !== null } } : {};
  const click: Click = { ...value, by: person.id, atMs: inbound.atMs, ...alone };
  return world.store.transact(async (transaction) => {
    const row = await world.store.planForUpdate(transaction, value.plan);
    if (!row) return failed('unknown-plan');
    const given: Case = { row, click, standing, reason, decision, key: inbound.key };
    return decision === 'reject-plan' ? reject(world, transaction, given) : approve(world, transaction, given);
  });
}

/** A crash may repeat a delivery that was already counted: it is then shown, not decided a second time. */
async function counted(world: World, plan: string, delivery: string): Promise<boolean> {
  const row = await world.store.plan(plan);
  const { incident } = row?.plan ?? {};
  const rows = incident ? await world.store.auditRows({ incident, kind: 'approval.click' }) : [];
  return rows.some(({ body }) => body['delivery'] === delivery);
}

type Case = {
  readonly row: PlanRow;
  readonly click: Click;
  readonly standing: Standing;
  readonly reason: Tainted | null;
  readonly decision: Decision;
  readonly key: string;
};

async function approve(world: World, transaction: Transaction, given: Case): Promise<Outcome> {
  const { row, click, standing } = given;
  const action = given.decision === 'break-glass' ? 'break-glass' : 'approve';
  const asking = { action, person: click.by, standing, digestTail: click.digestTail } as const;
  const policy = world.policy.decide(await approvalRequest(world, row, asking));
  const approversNeeded = world.policy.approversNeeded(row.plan.risk);
  const decision = decideApproval({ click, row, standing, allowed: policy.allow, approversNeeded });
  await recordClick(world, transaction, { ...given, policy, result: decision.ok ? 'counted' : decision.failure });
  if (!decision.ok) return decision;
  await world.store.addApproval(transaction, row.plan.id, decision.value.approval);
  if (decision.value.enough) await settlePlan(world, transaction, { given, to: 'approved' });
  return { ok: true, value: { plan: row.plan.id, enough: decision.value.enough } };
}

/**
 * Anybody who could approve may also stop it, having approved or not, in a freeze or while everything is stopped; so may
 * the requester, and who could break the glass. With a reason or without.
 */
async function reject(world: World, transaction: Transaction, given: Case): Promise<Outcome> {
  const { row, click } = given;
  const policy = await mayReject(world, given);
  const allowed = policy.allow || click.by === row.plan.requester;
  const refusal = rejectionRefusal(given, allowed);
  await recordClick(world, transaction, { ...given, policy, result: refusal ?? 'rejected' });
  if (refusal) return failed(refusal);
  await settlePlan(world, transaction, { given, to: 'rejected' });
  return { ok: true, value: { plan: row.plan.id, enough: true } };
}

async function mayReject(world: World, { row, click, standing }: Case): Promise<PolicyDecision> {
  const ask = async (action: 'approve' | 'break-glass'): Promise<PolicyDecision> => {
    const asking = { action, person: click.by, standing, digestTail: click.digestTail } as const;
    const request = await approvalRequest(world, row, asking);
    const context = { ...request.context, frozen: false, stopped: false, alreadyApproved: false };
    return world.policy.decide({ ...request, context });
  };
  const asApprover = await ask('approve');
  return asApprover.allow ? asApprover : ask('break-glass');
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

async function recordClick(
  world: World,
  transaction: Transaction,
  { row, click, key, policy, result, decision, reason }: Case & { policy: PolicyDecision; result: string },
): Promise<void> {
  const body: { readonly [name: string]: Json } = {
    plan: row.plan.id,
    version: click.version,
    digest: row.digest,
    delivery: key,
    decision,
    ...(reason === null ? {} : { reason }),
    result,
    policy: [...policy.reasons],
    policyVersion: policy.version,
  };
  const kind = result === 'counted' || result === 'rejected' ? 'approval.click' : 'approval.refused';
  await world.store.audit(transaction, { kind, incident: row.plan.incident, actor: click.by, atMs: click.atMs, body });
}
