/** Breaking the glass: offered in private to those who may, told loudly to everybody. */
import type { Card, CardAction, Line } from '../core/card.ts';
import { approversOf, breakGlassPeople } from '../core/directory.ts';
import type { PlanRow } from '../ports.ts';
import { sentence } from './cards/words.ts';
import { approvalWay, personButton, planPage } from './plan-buttons.ts';
import { saidReason } from './said-reason.ts';
import { post, whisper } from './show.ts';
import type { World } from './world.ts';

/** Shows the button to each member of the group, where it would make a difference. Nobody else sees it. */
export async function offerBreakGlass(world: World, id: string): Promise<void> {
  const row = await world.store.plan(id);
  if (row?.state !== 'pending' || !(world.settings.frozen || needed(world, row) > 1)) return;
  if (approvalWay(world, row) === 'nowhere') return;
  const { place, plan } = row;
  for (const { id: person, accounts } of breakGlassPeople(world.catalogue)) {
    const account = accounts[place.platform];
    if (person === plan.requester || account === undefined) continue;
    const to = { actor: { platform: place.platform, tenant: place.tenant, account }, place };
    const shown = { card: offerCard(world, row, person), key: `break-glass-offer:${id}:${plan.version}:${person}` };
    // The request itself is in the channel; one person who cannot be reached must not hold it up.
    await whisper(world, to, shown).catch((error: unknown) => {
      world.log.warn({ err: error, person }, 'Could not offer to break the glass');
    });
  }
}

const needed = (world: World, { plan }: PlanRow): number => world.policy.approversNeeded(plan.risk);

/** What it would get around, in words. */
function around(world: World, row: PlanRow): string {
  const quorum = needed(world, row) > 1 ? ['the quorum'] : [];
  return [...quorum, ...(world.settings.frozen ? ['the change freeze'] : [])].join(' and ');
}

function offerCard(world: World, row: PlanRow, person: string): Card {
  const { plan } = row;
  const what = around(world, row);
  return {
    kind: 'notice',
    fallback: sentence(`You may break the glass: ${plan.title}`),
    lead: [{ strong: plan.title }],
    facts: [{ label: 'Breaking the glass', value: [`Your approval alone starts it, whatever ${what} says`] }],
    actions: [breakButton(world, row, { person, what })],
    foot: ['Only you see this. It is posted in the channel with your name and reason, and kept in the audit log'],
  };
}

function breakButton(world: World, row: PlanRow, { person, what }: { person: string; what: string }): CardAction {
  const { plan, digest } = row;
  if (approvalWay(world, row) === 'page')
    return {
      id: 'review-plan',
      label: 'Open the Plan',
      value: plan.id,
      style: 'plain',
      href: planPage(world, plan.id),
    };
  return {
    id: 'break-glass',
    label: 'Break Glass',
    value: personButton(world, row, { decision: 'break-glass', person }),
    style: 'danger',
    confirm: {
      title: 'Break the glass',
      text: sentence(
        `${plan.title}. It starts at once, around ${what}. Undo: ${plan.inverse.says}. Plan ${digest.slice(-8)}.`,
      ),
      accept: 'Break Glass',
      dismiss: 'Go Back',
    },
    reason: 'required',
  };
}

/** Tells the channel who broke the glass and why, once per version of a plan. Nothing when nobody did. */
export async function announceBreakGlass(world: World, id: string): Promise<void> {
  const row = await world.store.plan(id);
  const broken = row?.approvals.find(({ breakGlass }) => breakGlass === true);
  if (!row || !broken) return;
  const said = await saidReason(world, row, 'break-glass');
  const card = announcement(world, row, { by: broken.by, reason: said?.reason ? [said.reason] : ['none on record'] });
  const key = `break-glass:${id}:${row.plan.version}`;
  await post(world, { place: row.place, card, key, incident: row.plan.incident });
}

function announcement(world: World, row: PlanRow, { by, reason }: { by: string; reason: Line }): Card {
  const { plan, digest } = row;
  const name = world.catalogue.people.find((person) => person.id === by)?.name ?? by;
  const owners = approversOf(world.catalogue, plan.service).filter(({ id }) => id !== by);
  return {
    kind: 'notice',
    fallback: sentence(`Glass broken by ${name}: ${plan.title}`),
    title: [`Glass broken: ${plan.title}`],
    lead: [
      ...owners.flatMap((owner): Line => [{ person: owner.id, name: owner.name, notify: true }, ' ']),
      { strong: `${name} started this alone.` },
    ],
    facts: [
      { label: 'Reason', value: reason },
      { label: 'Got around', value: [around(world, row) || 'nothing: it would have been allowed'] },
      { label: 'Undo', value: [plan.inverse.says] },
    ],
    foot: ['Review it after the incident · plan ', { code: digest.slice(-8) }],
  };
}
