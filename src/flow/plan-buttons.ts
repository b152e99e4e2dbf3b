/** The buttons of one plan: sealed values for a channel or a person, and which of them open the plan's page instead. */

import type { ApprovalRefusal } from '../core/approval.ts';
import { type ButtonPlace, buttonHolds, buttonValue, type Decision, type ReadButton } from '../core/approval-button.ts';
import { failed, type Result } from '../core/result.ts';
import type { Inbound, PlanRow } from '../ports.ts';
import type { World } from './world.ts';

/** How this plan may be approved: by its buttons, on its page after signing in, or not at all until that is set up. */
export type ApprovalWay = 'button' | 'page' | 'nowhere';

export function approvalWay({ policy, settings }: World, { plan }: Pick<PlanRow, 'plan'>): ApprovalWay {
  if (!policy.needsSignIn(plan.risk)) return 'button';
  return settings.signIn === 'none' ? 'nowhere' : 'page';
}

export const planPage = ({ settings }: World, plan: string): string => `${settings.webUrl}/approve/${plan}`;

/** For everybody in the channel of the request; a decision on the plan’s page carries the same. */
export const channelButton = (world: World, row: PlanRow, decision: Decision): string =>
  buttonValue(world.buttonKey, row, { decision, place: channelOf(row) });

/** For one person, wherever the platform shows it to them: Teams whispers in another conversation. */
export const personButton = (
  world: World,
  row: PlanRow,
  { decision, person }: { decision: Decision; person: string },
): string => buttonValue(world.buttonKey, row, { decision, place: personIn(row, person) });

const channelOf = ({ place: { platform, tenant, channel } }: PlanRow): ButtonPlace => ({ platform, tenant, channel });

const personIn = ({ place: { platform, tenant } }: PlanRow, person: string): ButtonPlace => ({
  platform,
  tenant,
  person,
});

type Sealed = Extract<ReadButton, { kind: 'sealed' }>;
type Pressed = { readonly button: Sealed; readonly decision: Decision; readonly by: string };

/**
 * The button against the plan's own row: made by us, for this decision, in this channel or for this person, and of the
 * version that is stored now.
 */
export function checkButton(
  { buttonKey }: World,
  { row, place }: { row: PlanRow; place: Inbound['place'] },
  { button, decision, by }: Pressed,
): Result<null, ApprovalRefusal> {
  const { platform, tenant, channel } = place;
  const holds = (at: ButtonPlace): boolean => buttonHolds(buttonKey, button, { decision, place: at });
  const here = platform === row.place.platform && tenant === row.place.tenant && channel === row.place.channel;
  if (!holds(personIn(row, by)) && !(here && holds(channelOf(row))))
    return failed(holds(channelOf(row)) ? 'elsewhere' : 'forged-button');
  if (button.version !== row.plan.version || button.nonce !== row.nonce) return failed('stale-version');
  return { ok: true, value: null };
}
