import { type Kysely, sql } from 'kysely';

/**
 * One round trip per audit row: the database takes the head's lock, numbers, hashes and links. The hash is
 * `sha256(prev || '[' seq ',' entry ']')` in UTF-8, as `core/audit-chain.ts` computes it when it verifies.
 */
const appendFunction = `create function audit_append(given_incident text, given_kind text, given_entry text)
  returns bigint language plpgsql as $$
  declare
    head audit_head%rowtype;
    next_seq bigint;
    next_hash text;
  begin
    select * into strict head from audit_head for update;
    next_seq := head.seq + 1;
    next_hash := encode(sha256(convert_to(head.hash || '[' || next_seq || ',' || given_entry || ']', 'UTF8')), 'hex');
    insert into audit (seq, incident, kind, entry, prev, hash)
      values (next_seq, given_incident, given_kind, given_entry, head.hash, next_hash);
    update audit_head set seq = next_seq, hash = next_hash;
    return next_seq;
  end $$`;

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw(appendFunction).execute(database);
}
