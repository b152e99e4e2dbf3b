import { type Kysely, sql } from 'kysely';

/**
 * What models were sent and said, word for word, sealed by a key per incident that the installation's key wraps. Not part
 * of the audit chain, which holds the digests: without the key, or without the row, the chain still verifies.
 */
const statements: readonly string[] = [
  `create table raw_key (incident text primary key, wrapped text not null)`,
  `create table raw_turn (incident text not null, sha256 text not null, sealed text not null,
     kept_at timestamptz not null default now(), primary key (incident, sha256))`,
  `alter table tape add column kept_at timestamptz not null default now()`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
