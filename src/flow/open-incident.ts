/** How a look at an incident begins: the first opens it, later ones are asked for when nothing is under way. */
import type { Depth } from '../core/depth.ts';
import { personOf } from '../core/directory.ts';
import type { Incident } from '../core/incident.ts';
import type { Inbound } from '../ports.ts';
import type { IncidentInput } from './incident.ts';
import type { Again } from './round.ts';
import type { World } from './world.ts';

export type Asking = Pick<
  Extract<Inbound, { type: 'mention' | 'command' }>,
  'key' | 'place' | 'actor' | 'text' | 'atMs'
>;

/** The incident, its audit row and its workflow in one transaction, once per delivery. */
export async function openIncident(world: World, inbound: Asking, depth: Depth): Promise<void> {
  const { place, actor, text, atMs } = inbound;
  const openedBy = personOf(world.catalogue, actor.platform, actor.account)?.id ?? `${actor.platform}:${actor.account}`;
  const { root: _thread, ...channel } = place;
  await world.store.transact(async (transaction) => {
    if (!(await world.store.claim(transaction, `incident:${inbound.key}`, {}))) return;
    const incident = await world.store.openIncident(transaction, {
      place: channel,
      phase: 'open',
      openedAtMs: atMs,
      openedBy,
      question: text,
      symptom: null,
      onsetMs: null,
    });
    await world.store.audit(transaction, {
      kind: 'incident.opened',
      incident: incident.id,
      actor: openedBy,
      atMs,
      body: { channel: channel.channel, platform: channel.platform, key: inbound.key },
    });
    await world.engine.start<IncidentInput>(transaction, {
      name: 'incident',
      id: `incident:${incident.id}`,
      input: { incident: incident.id, depth },
      queueKey: null,
    });
  });
}

/** Another look at an open incident, in a workflow of its own, once per delivery. */
export async function lookAgain(
  world: World,
  incident: Incident,
  { inbound, depth }: { inbound: Asking; depth: Depth },
): Promise<void> {
  const again: Again = { key: inbound.key, atMs: inbound.atMs, question: inbound.text };
  await world.store.transact(async (transaction) => {
    await world.store.setPhase(transaction, incident.id, 'open');
    await world.engine.start<IncidentInput>(transaction, {
      name: 'incident',
      id: `incident:${incident.id}:${inbound.key}`,
      input: { incident: incident.id, again, depth },
      queueKey: null,
    });
  });
}
