/** People talk to an investigation that is under way: what they say is read before its next step, and they can stop it. */
import type { Card } from '../core/card.ts';
import { personOf } from '../core/directory.ts';
import type { Incident } from '../core/incident.ts';
import type { Inbound } from '../ports.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import { whisper } from './show.ts';
import type { World } from './world.ts';

export const isReasoning = ({ phase }: Incident): boolean => ['open', 'looking', 'reasoning'].includes(phase);

/** The statement itself is kept before this is called. */
export function sayHeard(world: World, inbound: Inbound): Promise<void> {
  const next = world.investigator
    ? 'I read it before my next step. Say stop to end this investigation.'
    : 'I am running without the model: what you say is kept for the postmortem and moves nothing now.';
  const card = replyCard('Noted', [['Noted. ', next]]);
  return whisper(world, inbound, { card, key: `heard:${inbound.key}` });
}

/** Ends the reading, not what people approved: `stop all` is for that. Anybody in the directory may. */
export async function stopInvestigation(world: World, inbound: Inbound, incident: Incident | null): Promise<Card> {
  const person = personOf(world.catalogue, inbound.actor.platform, inbound.actor.account);
  if (!person) return noticeCard('Only people in the directory can stop me', 'Ask the person on call.');
  if (!incident || !isReasoning(incident)) {
    return noticeCard('No investigation is under way here', 'To stop approved actions as well, say: stop all.');
  }
  await world.store.audit(null, {
    kind: 'investigation.stop',
    incident: incident.id,
    actor: person.id,
    atMs: world.clock.nowMs(),
    body: { key: inbound.key },
  });
  return replyCard('Stopping', [['Stopping. I will post what the evidence supports so far.']]);
}
