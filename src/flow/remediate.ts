/**
 * One plan, from the proposal card to the receipt: ask, wait, re-read, act once, watch, say whether it helped. Nothing
 * here decides who may approve: `decide.ts` does, and sends this workflow the outcome.
 */
import type { PlanState } from '../core/approval.ts';
import type { Durable, MessageRef, PlanRow } from '../ports.ts';
import { showProposal, showRecord } from './approval-message.ts';
import { considerAlone } from './autonomy.ts';
import { offerBreakGlass } from './break-glass.ts';
import { recordPhase } from './enter-phase.ts';
import { type Execution, execute } from './execute.ts';
import { movePlan } from './move-plan.ts';
import { giveReceipt } from './receipt.ts';
import { runAlone } from './run-alone.ts';
import { threadOf } from './show.ts';
import type { RemediationInput } from './submit-plan.ts';
import { tellFailure } from './tell-failure.ts';
import { watchRecovery } from './watch.ts';
import type { World } from './world.ts';

export type Decision = { readonly outcome: 'approved' | 'rejected' };

export const remediationWorkflow =
  (world: World) =>
  async (durable: Durable, input: RemediationInput): Promise<void> => {
    const row = await durable.step('load-plan', () => loadPlan(world, input.plan));
    try {
      await remedy(world, durable, { input, row });
    } catch (error) {
      await durable.step('plan-ended', () => endPlan(world, input.plan));
      const key = `failed:${input.plan}`;
      await durable.step('tell-failure', () => tellFailure(world, { incident: row.plan.incident, key }));
      throw error;
    }
  };

type Given = { readonly input: RemediationInput; readonly row: PlanRow };

async function remedy(world: World, durable: Durable, { input, row }: Given): Promise<void> {
  const began = await begin(world, durable, { input, row });
  if (began.state !== 'pending') return goOn(world, durable, { input, row, ...began });
  const { message } = began;
  const waitMs = await durable.step('wait-until', async () => Math.max(0, row.plan.expiresAtMs - world.clock.nowMs()));
  const decision = await durable.waitFor<Decision>('decision', waitMs);
  const state = await durable.step('decided', () => settleDecision(world, input.plan, decision));
  return goOn(world, durable, { input, row, message, state });
}

type Began = { readonly message: MessageRef; readonly state: PlanState };

/** People are asked, unless the class of the failure may be acted on alone: then nobody stopped it, or somebody did. */
async function begin(world: World, durable: Durable, { input, row }: Given): Promise<Began> {
  const { plan, remedy: known, cause } = input;
  const alone =
    known === undefined
      ? null
      : await durable.step('autonomy', () => considerAlone(world, { row, cause, remedy: known }));
  if (alone !== null) return runAlone(world, durable, { plan, alone });
  return { message: await durable.step('ask', () => ask(world, plan)), state: 'pending' };
}

async function goOn(world: World, durable: Durable, { input, row, message, state }: Given & Began): Promise<void> {
  if (state !== 'approved') return endUnapproved(world, durable, { input, message });

  await durable.step('phase-acting', () => recordPhase(world, row.plan.incident, 'acting'));
  const thread = input.thread ?? threadOf(message);
  const execution = await execute(world, durable, { plan: input.plan, thread });
  await durable.step('show-end', () => showRecord(world, { plan: input.plan, message }));
  await durable.step('receipt', () => giveReceipt(world, { plan: input.plan, execution, thread }));
  await afterwards(world, durable, { input, row, execution, thread });
}

async function ask(world: World, plan: string): Promise<MessageRef> {
  const message = await showProposal(world, plan);
  await offerBreakGlass(world, plan);
  return message;
}

/** Nobody waits for this plan any more: it can neither be approved nor block its service. */
async function endPlan(world: World, plan: string): Promise<void> {
  await movePlan(world, { plan, from: ['pending', 'approved', 'running'], to: 'failed' });
}

async function loadPlan(world: World, id: string): Promise<PlanRow> {
  const row = await world.store.plan(id);
  if (!row) throw new Error(`plan ${id} is not in the store`);
  return row;
}

async function afterwards(
  world: World,
  durable: Durable,
  {
    input,
    row,
    execution,
    thread,
  }: { input: RemediationInput; row: PlanRow; execution: Execution; thread: MessageRef['place'] },
): Promise<void> {
  if (execution.kind !== 'done') {
    return durable.step('phase-settled', () => recordPhase(world, row.plan.incident, 'settled'));
  }
  await durable.step('phase-watching', () => recordPhase(world, row.plan.incident, 'watching'));
  await watchRecovery(world, durable, { input, plan: row.plan, execution, thread });
}

/**
 * Silence is never consent: without a decision in time the plan expires and nothing runs. The row is the truth: an
 * approval that committed in the same moment counts.
 */
async function settleDecision(world: World, plan: string, decision: Decision | null): Promise<PlanState> {
  if (decision === null) await movePlan(world, { plan, from: ['pending'], to: 'expired' });
  return (await loadPlan(world, plan)).state;
}

async function endUnapproved(
  world: World,
  durable: Durable,
  { input, message }: { input: RemediationInput; message: MessageRef },
): Promise<void> {
  await durable.step('end-unapproved', async () => {
    await showRecord(world, { plan: input.plan, message });
    const row = await loadPlan(world, input.plan);
    await recordPhase(world, row.plan.incident, 'settled');
  });
}
