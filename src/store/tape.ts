import { sql } from 'kysely';
import { z } from 'zod';
import type { Store } from '../ports.ts';
import type { Database } from './open-database.ts';
import { storedKey } from './stored-key.ts';

const storedEntry = z.object({ key: z.string(), document: z.json() });

/** A step that is repeated after a crash replaces what its first try left. */
export function tapeRoom(database: Database): Pick<Store, 'keepOnTape' | 'tape'> {
  return {
    async keepOnTape(incident, key, document) {
      // Not flushed by itself: the record of the step it belongs to is, after it, or the step is taken again.
      await sql`with lazily as materialized (select set_config('synchronous_commit', 'off', true))
        insert into tape (incident, key, document)
          select ${incident}, ${storedKey(key)}, ${JSON.stringify(document)}::json from lazily
          on conflict (incident, key) do update set document = excluded.document`.execute(database.writer(null));
    },
    async tape(incident) {
      const query = database.reader().selectFrom('tape').select(['key', 'document']);
      const rows = await query.where('incident', '=', incident).orderBy('kept').execute();
      return rows.map((row) => storedEntry.parse(row));
    },
  };
}
