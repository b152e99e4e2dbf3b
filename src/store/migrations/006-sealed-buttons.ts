import { type Kysely, sql } from 'kysely';

/** PostgreSQL takes these from a strong source: 122 random bits. Every version that is stored already gets one too. */
const nonce = `replace(gen_random_uuid()::text, '-', '')`;

/** What replicas without CAUSEWAY_SECRET share. */
const installation = `create table installation (
  only_row boolean primary key default true check (only_row), secret text not null)`;

/** What a plan's buttons carry besides its digest; and how strongly an approver proved who they are, or that nobody did. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table plan add column nonce text not null default ${nonce}`).execute(database);
  await sql.raw(`alter table approval add column strength text not null default 'chat'`).execute(database);
  await sql.raw('alter table approval add column automatic boolean not null default false').execute(database);
  await sql.raw(installation).execute(database);
}
