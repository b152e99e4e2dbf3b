import type { IncidentId, Phase } from '../core/incident.ts';
import type { Durable } from '../ports.ts';
import { tell } from './tell.ts';
import type { World } from './world.ts';

/** Moves the incident to a phase, audited, once. */
export function enter(world: World, durable: Durable, { id, phase }: { id: IncidentId; phase: Phase }): Promise<void> {
  return tell(world, { durable, name: `phase-${phase}` }, (still) => recordPhase(still, id, phase));
}

export async function recordPhase(world: World, id: IncidentId, phase: Phase): Promise<void> {
  await world.store.transact(async (transaction) => {
    await world.store.setPhase(transaction, id, phase);
    await world.store.audit(transaction, {
      kind: 'incident.phase',
      incident: id,
      actor: 'causeway',
      atMs: world.clock.nowMs(),
      body: { phase },
    });
  });
}
