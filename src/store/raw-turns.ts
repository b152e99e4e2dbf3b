/** The model's words, sealed: AES-256-GCM with a key per incident, which the installation's key wraps. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { canonicalJson, sha256Hex } from '../core/digest.ts';
import type { IncidentId } from '../core/incident.ts';
import type { Store } from '../ports.ts';
import type { Database } from './open-database.ts';
import { storedJson } from './stored-evidence.ts';

type RawRoom = Pick<Store, 'keepRaw' | 'raw' | 'forgetRaw' | 'forgetRawBefore'>;

const cipher = 'aes-256-gcm';

export function rawRoom(database: Database, given: Uint8Array | null): RawRoom {
  const rawKey = given ?? new Uint8Array(0);
  return {
    async keepRaw(incident, document) {
      if (given === null) throw new Error('The store was opened without a key: the words of models cannot be kept.');
      const text = canonicalJson(document);
      const sha256 = sha256Hex(text);
      const key = (await keyOf(database, rawKey, incident)) ?? (await newKey(database, rawKey, incident));
      const row = { incident, sha256, sealed: seal(key, text, `${incident} ${sha256}`) };
      const query = database.writer(null).insertInto('raw_turn').values(row);
      await query
        .onConflict((conflict) => conflict.columns(['incident', 'sha256']).doUpdateSet({ sealed: row.sealed }))
        .execute();
      return sha256;
    },
    async raw(incident, sha256) {
      const key = given === null ? null : await keyOf(database, rawKey, incident);
      const query = database.reader().selectFrom('raw_turn').select('sealed').where('incident', '=', incident);
      const row = key === null ? undefined : await query.where('sha256', '=', sha256).executeTakeFirst();
      if (row === undefined || key === null) return null;
      const text = unseal(key, row.sealed, `${incident} ${sha256}`);
      return text === null || sha256Hex(text) !== sha256 ? null : storedJson.parse(JSON.parse(text));
    },
    forgetRaw: (transaction, incident) => forget(database.writer(transaction), incident),
    async forgetRawBefore(transaction, days) {
      const writer = database.writer(transaction);
      const old = sql<{ incident: IncidentId }>`select incident from (
        select incident, kept_at from raw_turn union all select incident, kept_at from tape) as kept
        group by incident having max(kept_at) < now() - ${days} * interval '1 day' order by incident`;
      const { rows } = await old.execute(writer);
      for (const { incident } of rows) await forget(writer, incident);
      return rows.map(({ incident }) => incident);
    },
  };
}

type Writer = ReturnType<Database['writer']>;

/** The key goes first: what a copy of the table still has is noise from then on. */
async function forget(writer: Writer, incident: string): Promise<number> {
  await writer.deleteFrom('raw_key').where('incident', '=', incident).execute();
  const turns = await writer.deleteFrom('raw_turn').where('incident', '=', incident).executeTakeFirst();
  const steps = await writer.deleteFrom('tape').where('incident', '=', incident).executeTakeFirst();
  return Number(turns.numDeletedRows + steps.numDeletedRows);
}

async function keyOf(database: Database, rawKey: Uint8Array, incident: string): Promise<Buffer | null> {
  const query = database.reader().selectFrom('raw_key').select('wrapped').where('incident', '=', incident);
  const row = await query.executeTakeFirst();
  const key = row === undefined ? null : unseal(Buffer.from(rawKey), row.wrapped, incident);
  return key === null ? null : Buffer.from(key, 'hex');
}

/** Two processes may make one at once: the first row stands for both. One that cannot be unwrapped is replaced. */
async function newKey(database: Database, rawKey: Uint8Array, incident: string): Promise<Buffer> {
  const key = randomBytes(32);
  const wrapped = seal(Buffer.from(rawKey), key.toString('hex'), incident);
  const query = database.writer(null).insertInto('raw_key').values({ incident, wrapped });
  await query.onConflict((conflict) => conflict.doNothing()).execute();
  const stands = await keyOf(database, rawKey, incident);
  if (stands !== null) return stands;
  await database.writer(null).updateTable('raw_key').set({ wrapped }).where('incident', '=', incident).execute();
  return key;
}

/** `of` ties the text to where it is kept: moved elsewhere it does not open. */
function seal(key: Buffer, text: string, of: string): string {
  const nonce = randomBytes(12);
  const sealing = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(of));
  const body = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), body]).toString('base64');
}

function unseal(key: Buffer, sealed: string, of: string): string | null {
  const bytes = Buffer.from(sealed, 'base64');
  try {
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, 12)).setAAD(Buffer.from(of));
    opening.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([opening.update(bytes.subarray(28)), opening.final()]).toString('utf8');
  } catch {
    return null;
  }
}
