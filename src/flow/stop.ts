import type { Card } from '../core/card.ts';
import { personOf } from '../core/directory.ts';
import type { Inbound } from '../ports.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import type { World } from './world.ts';

/**
 * The kill switch: from now on no step starts, whoever approved it, and a call that is under way is cut off
 * (`kill-switch.ts`). Anybody in the directory may pull it.
 */
export const stopAll = (world: World, inbound: Inbound): Promise<Card> => setStopped(world, inbound, true);

/** Lets plans start again. On-call people only. */
export const resumeAll = (world: World, inbound: Inbound): Promise<Card> => setStopped(world, inbound, false);

async function setStopped(world: World, { actor, key }: Inbound, stopped: boolean): Promise<Card> {
  const person = personOf(world.catalogue, actor.platform, actor.account);
  if (!person || (!stopped && !person.onCall)) {
    return noticeCard(
      stopped ? 'Only people in the directory can stop me' : 'Only a person on call can resume',
      'Ask the person on call.',
    );
  }
  await world.store.transact(async (transaction) => {
    await world.store.setStopped(transaction, stopped);
    await world.store.audit(transaction, {
      kind: 'policy.decision',
      incident: null,
      actor: person.id,
      atMs: world.clock.nowMs(),
      body: { killSwitch: stopped, key },
    });
  });
  return replyCard(stopped ? 'Everything is stopped' : 'Resumed', [
    [
      stopped
        ? 'Stopped. What runs is cut off within seconds, and no action starts until a person on call says resume.'
        : 'Resumed. Approved plans may start again.',
    ],
  ]);
}
