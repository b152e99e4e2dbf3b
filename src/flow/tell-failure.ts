import type { IncidentId } from '../core/incident.ts';
import { noticeCard } from './cards/reply.ts';
import { recordPhase } from './enter-phase.ts';
import { requireIncident } from './require-incident.ts';
import { post } from './show.ts';
import type { World } from './world.ts';

/** A workflow ended by an error must not leave people waiting: says so, and frees the incident for another look. */
export async function tellFailure(
  world: World,
  { incident: id, key }: { incident: IncidentId; key: string },
): Promise<void> {
  await recordPhase(world, id, 'settled');
  const incident = await requireIncident(world, id);
  const card = noticeCard('I could not finish; my log says why', 'Mention me with a question to make me look again.');
  await post(world, { place: incident.place, card, key, incident: id });
}
