/** One plan that goes ahead alone: announced with a Stop button, then, unless somebody pressed it, decided by the policy. */
import type { PlanState } from '../core/approval.ts';
import type { Card } from '../core/card.ts';
import type { Durable, MessageRef } from '../ports.ts';
import { showProgress, viewOf } from './approval-message.ts';
import { type Alone, failureText, runAloneRequest } from './autonomy.ts';
import { announcementCard } from './cards/announcement.ts';
import { post } from './show.ts';
import type { World } from './world.ts';

type Given = { readonly plan: string; readonly alone: Alone };

/** The announcement, and the state the plan is in after its delay; still `pending`: people have to be asked. */
export async function runAlone(
  world: World,
  durable: Durable,
  given: Given,
): Promise<{ readonly message: MessageRef; readonly state: PlanState }> {
  const message = await durable.step('announce', () => announce(world, given));
  const waitMs = await durable.step('alone-until', async () =>
    Math.max(0, given.alone.startsAtMs - world.clock.nowMs()),
  );
  await durable.waitFor('decision', waitMs);
  const state = await durable.step('alone', () => approveAlone(world, given));
  if (state === 'pending') await durable.step('ask-instead', () => showProgress(world, given.plan, message));
  return { message, state };
}

/** Under the key of the request it may become, so that there is one message per version. */
async function announce(world: World, { plan, alone }: Given): Promise<MessageRef> {
  const { row, view } = await viewOf(world, plan);
  const card: Card = announcementCard(view, { ...alone, failure: failureText(alone.failure) });
  const key = `proposal:${plan}:${row.plan.version}`;
  return post(world, { place: row.place, card, key, incident: row.plan.incident });
}

/** Pending to approved by nobody, with the policy's consent of this moment; whoever decided first has decided. */
async function approveAlone(world: World, { plan, alone }: Given): Promise<PlanState> {
  const before = await world.store.plan(plan);
  if (before?.state !== 'pending') return before?.state ?? 'failed';
  const decision = world.policy.decide(await runAloneRequest(world, before));
  return world.store.transact(async (transaction) => {
    const row = await world.store.planForUpdate(transaction, plan);
    if (row?.state !== 'pending' || row.digest !== before.digest) return row?.state ?? 'failed';
    const nowMs = world.clock.nowMs();
    const entry = { incident: row.plan.incident, actor: 'causeway', atMs: nowMs };
    const { allow, reasons, version } = decision;
    const body = { plan, digest: row.digest, action: 'auto-run', allow, reasons, version };
    await world.store.audit(transaction, { kind: 'policy.decision', ...entry, body });
    if (!allow) return 'pending';
    const approval = { by: 'causeway', digest: row.digest, atMs: nowMs, automatic: true };
    await world.store.addApproval(transaction, plan, approval);
    await world.store.movePlan(transaction, plan, ['pending'], 'approved', nowMs);
    const state = { plan, digest: row.digest, state: 'approved', automatic: failureText(alone.failure) };
    await world.store.audit(transaction, { kind: 'plan.state', ...entry, body: state });
    return 'approved';
  });
}
