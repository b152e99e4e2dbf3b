import { approversOf } from '../core/directory.ts';
import type { MessageRef, PlanRow } from '../ports.ts';
import { decisionLine, type ProposalView, proposalCard, recordCard } from './cards/proposal.ts';
import { approvalWay, channelButton, planPage } from './plan-buttons.ts';
import { saidReason } from './said-reason.ts';
import { post, update } from './show.ts';
import type { World } from './world.ts';

/** Posts the approval request at top level, once per plan version; a repeat returns the same message. */
export async function showProposal(world: World, plan: string): Promise<MessageRef> {
  const { row, view } = await viewOf(world, plan);
  const key = `proposal:${plan}:${row.plan.version}`;
  return post(world, { place: row.place, card: proposalCard(view), key, incident: row.plan.incident });
}

/** Redraws the request after a click that did not settle it. */
export async function showProgress(world: World, plan: string, message: MessageRef): Promise<void> {
  const { row, view } = await viewOf(world, plan);
  if (row.state === 'pending') await update(world, message, proposalCard(view));
}

/** Replaces the buttons by the record of what was decided. */
export async function showRecord(
  world: World,
  { plan, message }: { plan: string; message: MessageRef },
): Promise<void> {
  const { row, view } = await viewOf(world, plan);
  const said = await saidReason(world, row, row.state === 'rejected' ? 'reject-plan' : 'break-glass');
  const line = decisionLine(row.state, { ...view, said });
  await update(world, message, recordCard({ ...view, state: row.state, said: line }));
}

/** Everything a card of this plan shows. */
export async function viewOf(world: World, plan: string): Promise<{ row: PlanRow; view: ProposalView }> {
  const row = await world.store.plan(plan);
  if (!row) throw new Error(`plan ${plan} is not in the store`);
  const sealed = { plan: row.plan, digest: row.digest };
  const approvers = approversOf(world.catalogue, row.plan.service).filter(({ id }) => id !== row.plan.requester);
  const view: ProposalView = {
    sealed,
    approvals: row.approvals,
    needed: world.policy.approversNeeded(row.plan.risk),
    approvers: approvers.map(({ id, name }) => ({ id, name })),
    names: (id) => world.catalogue.people.find((person) => person.id === id)?.name ?? id,
    url: planPage(world, plan),
    way: approvalWay(world, row),
    value: (decision) => channelButton(world, row, decision),
  };
  return { row, view };
}
