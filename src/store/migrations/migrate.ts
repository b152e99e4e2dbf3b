import { type Kysely, type Migration, Migrator } from 'kysely';
import { up as initial } from './001-initial.ts';
import { up as auditAppend } from './002-audit-append.ts';
import { up as tape } from './003-tape.ts';
import { up as breakGlass } from './004-break-glass.ts';
import { up as spending } from './005-spending.ts';
import { up as sealedButtons } from './006-sealed-buttons.ts';
import { up as rawTurns } from './007-raw-turns.ts';

/** Every migration, by the name it is remembered under: the names are stored, so they never change. */
const migrations: Readonly<Record<string, Migration>> = {
  '001-initial': { up: initial },
  '002-audit-append': { up: auditAppend },
  '003-tape': { up: tape },
  '004-break-glass': { up: breakGlass },
  '005-spending': { up: spending },
  '006-sealed-buttons': { up: sealedButtons },
  '007-raw-turns': { up: rawTurns },
};

/** Brings the schema up to date. Processes that do it at the same time wait for each other (Kysely's lock). */
export async function migrate<Tables>(database: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new Error('The database could not be migrated.', { cause: error });
}
