import { z } from 'zod';
import { canonicalJson } from '../core/digest.ts';
import type { MessageRef, Outbox } from '../ports.ts';
import type { Database } from './open-database.ts';
import { storedPlace } from './stored-incident.ts';
import { storedKey } from './stored-key.ts';

const storedRef: z.ZodType<MessageRef> = z.object({ place: storedPlace, id: z.string() });

const refKey = ({ place, id }: MessageRef): string =>
  storedKey(canonicalJson([place.platform, place.tenant, place.channel, id]));

/** What the platforms were asked to show, so that a post happens once and edits go forward. */
export function createOutbox(database: Database): Outbox {
  return {
    async begin(key, place) {
      const row = { key: storedKey(key), place: JSON.stringify(place), ref: null };
      const query = database
        .writer(null)
        .insertInto('outbox')
        .values(row)
        .onConflict((conflict) => conflict.doNothing());
      if (((await query.executeTakeFirst()).numInsertedOrUpdatedRows ?? 0n) > 0n) return { state: 'new' };
      const known = database.reader().selectFrom('outbox').select('ref').where('key', '=', row.key);
      const { ref } = await known.executeTakeFirstOrThrow();
      return ref === null ? { state: 'intended' } : { state: 'posted', ref: storedRef.parse(ref) };
    },
    async posted(key, ref) {
      const query = database
        .writer(null)
        .updateTable('outbox')
        .set({ ref: JSON.stringify(ref) });
      await query.where('key', '=', storedKey(key)).where('ref', 'is', null).execute();
    },
    async advance(ref, version) {
      const query = database
        .writer(null)
        .insertInto('outbox_version')
        .values({ ref: refKey(ref), version });
      const moved = await query
        .onConflict((conflict) =>
          conflict.column('ref').doUpdateSet({ version }).where('outbox_version.version', '<', version),
        )
        .returning('version')
        .executeTakeFirst();
      return moved !== undefined;
    },
  };
}
