import type { Incident } from '../core/incident.ts';
import type { World } from './world.ts';

/** The incident, which a workflow about it may rely on. */
export async function requireIncident(world: World, id: string): Promise<Incident> {
  const incident = await world.store.incident(id);
  if (!incident) throw new Error(`incident ${id} is not in the store`);
  return incident;
}
