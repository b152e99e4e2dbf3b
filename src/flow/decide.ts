/** A click on Approve, Reject or Break Glass: who, which version, which digest, in time; decided once, then told. */
import type { ApprovalRefusal, Click } from '../core/approval.ts';
import { type Decision, decisions, readButton } from '../core/approval-button.ts';
import { decideApproval } from '../core/decide-approval.ts';
import { personOf } from '../core/directory.ts';
import type { Json } from '../core/json.ts';
import { failed, type Result } from '../core/result.ts';
import type { Tainted } from '../core/tainted.ts';
import type { PolicyDecision } from '../policy-port.ts';
import type { Inbound, PlanRow, Transaction } from '../ports.ts';
import { showProgress, showProposal } from './approval-message.ts';
import { announceBreakGlass } from './break-glass.ts';
import { refusalCard } from './cards/refusal.ts';
import { clickStrength } from './click-strength.ts';
import { approvalRequest, type Standing } from './permission.ts';
import { checkButton } from './plan-buttons.ts';
import { keepReason } from './said-reason.ts';
import { whisper } from './show.ts';
import { remediationId } from './submit-plan.ts';
import type { World } from './world.ts';

type ApprovalClick = Extract<Inbound, { type: 'click' }>;
type Outcome = Result<{ plan: string; enough: boolean }, ApprovalRefusal>;

const decisionOf = ({ action }: ApprovalClick): Decision | undefined => decisions.find((each) => each === action);

/** Whether this click decides about a plan. */
export const isDecision = (inbound: ApprovalClick): boolean => decisionOf(inbound) !== undefined;

export async function decide(world: World, inbound: ApprovalClick): Promise<void> {
  const outcome = await decideOnce(world, inbound);
  if (!outcome.ok) {
    if (outcome.failure === 'old-button') await redraw(world, inbound.value);
    const card = refusalCard(outcome.failure, world.settings.signIn);
    return whisper(world, inbound, { card, key: `refusal:${inbound.key}` });
  }
  const message = await showProposal(world, outcome.value.plan);
  await showProgress(world, outcome.value.plan, message);
  await announceBreakGlass(world, outcome.value.plan);
}

/** The request with buttons of today, where one was posted with buttons of an older version. */
async function redraw(world: World, value: string): Promise<void> {
  const plan = readButton(value)?.plan;
  const row = plan === undefined ? null : await world.store.plan(plan);
  if (row?.state === 'pending') await showProgress(world, row.plan.id, await showProposal(world, row.plan.id));
}

async function decideOnce(world: World, inbound: ApprovalClick): Promise<Outcome> {
  const decision = decisionOf(inbound);
  const button = readButton(inbound.value);
  const person = personOf(world.catalogue, inbound.actor.platform, inbound.actor.account);
  const refuse = (why: ApprovalRefusal): Promise<Outcome> => turnAway(world, inbound, why);
  if (!button || !decision) return refuse('unknown-plan');
  const { standing } = await world.platform(inbound.actor.platform).account(inbound.actor);
  if (standing !== 'member') return refuse('guest');
  if (!person) return refuse('not-an-approver');
  if (button.kind === 'old') return refuse('old-button');
  const strength = clickStrength(world, inbound, person.id);
  if (!strength.ok) return refuse(strength.failure);
  if (await counted(world, button.plan, inbound.key)) return { ok: true, value: { plan: button.plan, enough: false } };
  const row = await world.store.plan(button.plan);
  if (!row) return refuse('unknown-plan');
  const reason = await keepReason(world, inbound.reason);
  const click = clickOf(inbound, { button, decision, by: person.id, strength: strength.value, reason });
  return world.store.transact(async (transaction) => {
    const locked = await world.store.planForUpdate(transaction, button.plan);
    if (!locked) return failed('unknown-plan');
    const given: Case = { row: locked, click, standing, reason, decision, key: inbound.key };
    const held = checkButton(world, { row: locked, place: inbound.place }, { button, decision, by: person.id });
    if (!held.ok) return refuseHere(world, transaction, { ...given, why: held.failure });
    return decision === 'reject-plan' ? reject(world, transaction, given) : approve(world, transaction, given);
  });
}

type Pressing = {
  readonly button: Pick<Click, 'plan' | 'version' | 'digestTail'>;
  readonly decision: Decision;
  readonly by: string;
  readonly strength: 'chat' | 'strong';
  readonly reason: Tainted | null;
};

function clickOf({ atMs }: ApprovalClick, { button, decision, by, strength, reason }: Pressing): Click {
  const { plan, version, digestTail } = button;
  return {
    plan,
    version,
    digestTail,
    by,
    atMs,
    ...(strength === 'strong' ? { strength } : {}),
    ...(decision === 'break-glass' ? { breakGlass: { reasonGiven: reason !== null } } : {}),
  };
}

/** A click that never got as far as a plan's row: on record with the account it came from. */
async function turnAway(
  world: World,
  { key, actor, atMs, value }: ApprovalClick,
  why: ApprovalRefusal,
): Promise<Outcome> {
  const plan = readButton(value)?.plan;
  const incident = plan === undefined ? null : ((await world.store.plan(plan))?.plan.incident ?? null);
  await world.store.audit(null, {
    kind: 'approval.refused',
    incident,
    actor: personOf(world.catalogue, actor.platform, actor.account)?.id ?? `${actor.platform}:${actor.account}`,
    atMs,
    body: { ...(incident === null ? {} : { plan: plan ?? '' }), delivery: key, result: why },
  });
  return failed(why);
}

async function refuseHere(
  world: World,
  transaction: Transaction,
  { why, ...given }: Case & { why: ApprovalRefusal },
): Promise<Outcome> {
  const policy = { allow: false, reasons: [], version: world.policy.version };
  await recordClick(world, transaction, { ...given, policy, result: why });
  return failed(why);
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
  const { by: person, digestTail, strength = 'chat' } = click;
  const asking = { action, person, standing, digestTail, strength } as const;
  const policy = world.policy.decide(await approvalRequest(world, row, asking));
  const approversNeeded = world.policy.approversNeeded(row.plan.risk);
  const signInNeeded = world.policy.needsSignIn(row.plan.risk);
  const decision = decideApproval({ click, row, standing, allowed: policy.allow, approversNeeded, signInNeeded });
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
    // Saying no needs no more than a chat account.
    const asking = { action, person: click.by, standing, digestTail: click.digestTail, strength: 'strong' } as const;
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
    strength: click.strength ?? 'chat',
    ...(reason === null ? {} : { reason }),
    result,
    policy: [...policy.reasons],
    policyVersion: policy.version,
  };
  const kind = result === 'counted' || result === 'rejected' ? 'approval.click' : 'approval.refused';
  await world.store.audit(transaction, { kind, incident: row.plan.incident, actor: click.by, atMs: click.atMs, body });
}
