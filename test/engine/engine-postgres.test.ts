import { describe } from 'vitest';
import { postgresDatabases, postgresNeeded } from '../store/databases.ts';
import { oneDatabase } from '../store/one-database.ts';
import { engineContract } from './engine-contract.ts';
import { houseOn } from './houses.ts';

const databases = await postgresDatabases();

describe.skipIf(databases.absent)(`engine, PostgreSQL ${postgresNeeded}`, () => {
  const database = oneDatabase(databases);
  engineContract(() => houseOn(database()));
});
