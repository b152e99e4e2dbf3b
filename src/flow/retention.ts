/** The word-for-word record of investigations: forgotten when it is too old, or when somebody asks for it. */
import type { IncidentId } from '../core/incident.ts';
import type { Store } from '../ports.ts';
import type { World } from './world.ts';

type Parts = { readonly store: Store; readonly clock: Pick<World['clock'], 'nowMs'> };

/** Destroys the key, the sealed turns and the tape of one incident; the chain keeps their digests and says so. */
export function forgetIncident(
  { store, clock }: Parts,
  { incident, by }: { incident: IncidentId; by: string },
): Promise<number> {
  return store.transact(async (transaction) => {
    const rows = await store.forgetRaw(transaction, incident);
    const body = { because: 'asked', rows };
    await store.audit(transaction, { kind: 'retention', incident, actor: by, atMs: clock.nowMs(), body });
    return rows;
  });
}

/** The same for every incident whose newest row is older than this many days of the database's clock. */
export function forgetOld({ store, clock }: Parts, days: number): Promise<readonly string[]> {
  return store.transact(async (transaction) => {
    const incidents = await store.forgetRawBefore(transaction, days);
    for (const incident of incidents) {
      const body = { because: 'age', days };
      await store.audit(transaction, { kind: 'retention', incident, actor: 'causeway', atMs: clock.nowMs(), body });
    }
    return incidents;
  });
}

/** Why an incident's recording is gone, for people; null when nothing was deleted. */
export async function forgottenWhy(store: Store, incident: IncidentId): Promise<string | null> {
  const row = (await store.auditRows({ incident, kind: 'retention' })).at(-1);
  if (row === undefined) return null;
  const why =
    row.body['because'] === 'age' ? `it was older than ${Number(row.body['days'])} days` : `${row.actor} asked for it`;
  return `its recording was deleted on ${new Date(row.atMs).toISOString().slice(0, 10)} because ${why} (log entry ${row.seq})`;
}
