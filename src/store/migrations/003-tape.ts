import { type Kysely, sql } from 'kysely';

/** What investigations took from the world, for replays. Not part of the audit chain: it may be deleted by age. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`create table tape (incident text not null, key text not null, document json not null,
      kept bigint generated always as identity, primary key (incident, key))`)
    .execute(database);
}
