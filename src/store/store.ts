import type { Clock, Store } from '../ports.ts';
import { auditRoom } from './audit-log.ts';
import { effectRoom } from './effects.ts';
import { evidenceRoom } from './evidence.ts';
import { incidentRoom } from './incidents.ts';
import type { Database } from './open-database.ts';
import { planRoom } from './plans.ts';
import { rawRoom } from './raw-turns.ts';
import { spendingRoom } from './spending.ts';
import { storedKey } from './stored-key.ts';
import { tapeRoom } from './tape.ts';

/**
 * The rows behind the story. The clock dates effects, for rate limits; `rawKey`, 32 bytes, wraps the keys of what models
 * were sent and said, which cannot be kept or read without it.
 */
export function createStore(database: Database, clock: Pick<Clock, 'nowMs'>, rawKey: Uint8Array | null = null): Store {
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
    ...spendingRoom(database),
    ...rawRoom(database, rawKey),
  };
}
