import { forgetIncident } from '../flow/retention.ts';
import type { World } from '../flow/world.ts';
import { printLine } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

export const forget = (variables: Variables, id: string, { as }: { readonly as: string }): Promise<number> =>
  withSystem(variables, ({ world }) => forgetTo(world, id, as));

/** Exit code 2 for an incident nobody knows; forgetting twice changes nothing and is recorded again. */
export async function forgetTo(world: World, id: string, by: string): Promise<number> {
  const incident = await world.store.incident(id);
  if (incident === null) return fail([`There is no incident ${id}. List them with causeway incident show.`]);
  const rows = await forgetIncident(world, { incident: incident.id, by });
  printLine(`${incident.id}: its key and ${rows} recorded rows are destroyed. The audit log keeps their digests.`);
  return 0;
}
