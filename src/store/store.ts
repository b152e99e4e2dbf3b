import type { Clock, Store } from '../ports.ts';
import { auditRoom } from './audit-log.ts';
import { effectRoom } from './effects.ts';
import { evidenceRoom } from './evidence.ts';
import { incidentRoom } from './incidents.ts';
import type { Database } from './open-database.ts';
import { planRoom } from './plans.ts';
import { storedKey } from './stored-key.ts';
import { tapeRoom } from './tape.ts';

/** The rows behind the story. The clock dates effects, for rate limits. */
export function createStore(database: Database, clock: Pick<Clock, 'nowMs'>): Store {
  return {
    transact: (work) => database.transact(work),
    async claim(transaction, key, body) {
      const row = { key: storedKey(key), body: JSON.stringify(body) };
      const query = database.writer(transaction).insertInto('inbound').values(row);
      const { numInsertedOrUpdatedRows } = await query
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    ...auditRoom(database),
    ...incidentRoom(database),
    ...evidenceRoom(database),
    ...planRoom(database),
    ...effectRoom(database, clock),
    ...tapeRoom(database),
  };
}
