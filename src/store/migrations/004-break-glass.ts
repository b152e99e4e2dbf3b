import { type Kysely, sql } from 'kysely';

/** Whether an approval broke the glass: alone, with a reason that the audit log keeps. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table approval add column break_glass boolean not null default false').execute(database);
}
