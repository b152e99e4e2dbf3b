import { buttonValue, type Decision } from '../../src/core/approval-button.ts';
import { channelButton, personButton } from '../../src/flow/plan-buttons.ts';
import type { World } from '../../src/flow/world.ts';
import type { PlanRow } from '../../src/ports.ts';

/** Seals the buttons of every world in tests. */
export const testKey = new Uint8Array(32).fill(7);

/** What a button of the newest stored version carries, as its card has it: for the channel, or for one person. */
export async function storedButton(
  world: World,
  plan: string,
  { decision = 'approve-plan', person }: { decision?: Decision; person?: string } = {},
): Promise<string> {
  const row = await world.store.plan(plan);
  if (!row) throw new Error(`there is no plan ${plan}`);
  return person === undefined ? channelButton(world, row, decision) : personButton(world, row, { decision, person });
}

/** The same for a row that is in no store. */
export const buttonOf = (row: PlanRow, decision: Decision = 'approve-plan'): string =>
  buttonValue(testKey, row, { decision, place: row.place });
