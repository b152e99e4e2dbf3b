import { type Kysely, sql } from 'kysely';

/**
 * Running totals of what was spent, so that a bound is read without adding up the audit log. Each is added to in the
 * statement that appends the audit row it comes from. What was spent before this migration is not counted.
 */
const statements: readonly string[] = [
  `create table spending (
     day text not null, incident text not null, dollars double precision not null, input_tokens double precision not null,
     output_tokens double precision not null, seconds double precision not null, tool_calls double precision not null,
     vendor_calls double precision not null, primary key (day, incident))`,
  'create index spending_incident on spending (incident)',
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
