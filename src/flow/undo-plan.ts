/** A click on Undo: the steps that happened, taken back by a plan of its own, which people approve like any other. */
import type { PlanState } from '../core/approval.ts';
import { personOf } from '../core/directory.ts';
import type { Plan } from '../core/plan.ts';
import { failed, type Result } from '../core/result.ts';
import { undoOf } from '../core/undo.ts';
import type { Inbound, PlanRow } from '../ports.ts';
import { noticeCard } from './cards/reply.ts';
import { rehearse } from './dry-run.ts';
import { whisper } from './show.ts';
import { submitPlan } from './submit-plan.ts';
import type { World } from './world.ts';

type Click = Extract<Inbound, { type: 'click' }>;
type Refusal = { readonly what: string; readonly fix: string };

const ended: readonly PlanState[] = ['done', 'failed', 'stopped', 'stale'];
const alive: readonly PlanState[] = ['pending', 'approved', 'running', 'done'];

export async function undoPlan(world: World, inbound: Click): Promise<void> {
  const asked = await askForUndo(world, inbound);
  const card = asked.ok
    ? noticeCard('The undo is proposed in the channel', 'Somebody else has to approve it.')
    : noticeCard(asked.failure.what, asked.failure.fix);
  await whisper(world, inbound, { card, key: `undo:${inbound.key}` });
}

async function askForUndo(world: World, inbound: Click): Promise<Result<null, Refusal>> {
  const { actor } = inbound;
  const person = personOf(world.catalogue, actor.platform, actor.account);
  const { standing } = await world.platform(actor.platform).account(actor);
  if (!person || standing !== 'member')
    return no('Only people in the directory can ask for an undo', 'Ask one of the owners of the service.');
  const row = await world.store.plan(inbound.value);
  if (!row || !ended.includes(row.state)) return no('There is nothing to undo yet', 'Wait until the plan has ended.');
  const free = await freeId(world, row);
  if (!free.ok) return free;
  const rehearsed = await rehearse(world, { ...(await planOf(world, row, person.id)), id: free.value });
  if (rehearsed.ok && rehearsed.value.plan.steps.length === 0)
    return no('Nothing of this plan happened that has an undo', 'Its receipt says what was done.');
  if (!rehearsed.ok) return no(`The undo cannot be worked out: ${rehearsed.failure}`, 'Take it back by hand.');
  const nothing = { thread: null, before: null, cause: null, signal: null, status: null };
  await submitPlan(world, { sealed: rehearsed.value, place: row.place, ...nothing });
  return { ok: true, value: null };
}

const no = (what: string, fix: string): { ok: false; failure: Refusal } => failed({ what, fix });

/** One undo at a time, and none after one that was done. Deliveries of a channel come one by one. */
async function freeId({ store }: World, { plan }: PlanRow): Promise<Result<string, Refusal>> {
  const earlier = (await store.plansOf(plan.incident)).filter((row) => row.plan.id.startsWith(`${plan.id}-undo-`));
  const standing = earlier.find(({ state }) => alive.includes(state));
  if (standing)
    return no(
      standing.state === 'done' ? 'This was undone already' : 'An undo is proposed already',
      'See its request in the channel.',
    );
  return { ok: true, value: `${plan.id}-undo-${earlier.length + 1}` };
}

/** Only what people saw when they approved the plan: its inverse is part of what its digest covers. */
async function planOf(world: World, { plan }: PlanRow, requester: string): Promise<Plan> {
  const happened: string[] = [];
  for (const { id } of plan.steps) {
    const effect = await world.store.effect(plan.id, id);
    if (effect !== null && effect.outcome !== null) happened.push(id);
  }
  const nowMs = world.clock.nowMs();
  const { steps } = undoOf(plan, happened);
  // Taking a runbook back is not a run of it.
  const { runbook: _, ...same } = plan;
  return {
    ...same,
    version: 1,
    title: `Undo: ${plan.title}`,
    kind: 'runbook',
    steps,
    preconditions: [],
    preview: null,
    rehearsal: [],
    inverse: { says: 'Ask for the original plan again', steps: [] },
    expectedEffect: `As it was before: ${steps.map(({ says }) => says).join('; ')}`,
    requester,
    policyVersion: world.policy.version,
    catalogueVersion: world.catalogue.version,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + world.settings.approveWithinMs,
    startWithinMs: world.settings.startWithinMs,
  };
}
