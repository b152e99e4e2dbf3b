import type { PlanState } from '../core/approval.ts';
import type { World } from './world.ts';

/** Moves a plan and audits it in one transaction; false when it was elsewhere already. */
export async function movePlan(
  world: World,
  { plan: id, from, to }: { plan: string; from: readonly PlanState[]; to: PlanState },
): Promise<boolean> {
  return world.store.transact(async (transaction) => {
    const nowMs = world.clock.nowMs();
    const moved = await world.store.movePlan(transaction, id, from, to, nowMs);
    const row = moved ? await world.store.planForUpdate(transaction, id) : null;
    if (row) {
      await world.store.audit(transaction, {
        kind: 'plan.state',
        incident: row.plan.incident,
        actor: 'causeway',
        atMs: nowMs,
        body: { plan: id, digest: row.digest, state: to },
      });
    }
    return moved;
  });
}
