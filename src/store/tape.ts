import { z } from 'zod';
import type { Store } from '../ports.ts';
import type { Database } from './open-database.ts';
import { storedKey } from './stored-key.ts';

const storedEntry = z.object({ key: z.string(), document: z.json() });

/** A step that is repeated after a crash replaces what its first try left. */
export function tapeRoom(database: Database): Pick<Store, 'keepOnTape' | 'tape'> {
  return {
    async keepOnTape(incident, key, document) {
      const columns = { document: JSON.stringify(document) };
      const query = database
        .writer(null)
        .insertInto('tape')
        .values({ incident, key: storedKey(key), ...columns });
      await query.onConflict((conflict) => conflict.columns(['incident', 'key']).doUpdateSet(columns)).execute();
    },
    async tape(incident) {
      const query = database.reader().selectFrom('tape').select(['key', 'document']);
      const rows = await query.where('incident', '=', incident).orderBy('kept').execute();
      return rows.map((row) => storedEntry.parse(row));
    },
  };
}
