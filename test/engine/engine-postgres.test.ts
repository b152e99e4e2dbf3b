import { afterAll, beforeAll, describe } from 'vitest';
import type { Database } from '../../src/store/open-database.ts';
import { postgresDatabases, postgresNeeded } from '../store/databases.ts';
import { engineContract } from './engine-contract.ts';
import { houseOn } from './houses.ts';

const databases = await postgresDatabases();

describe.skipIf(databases.absent)(`engine, PostgreSQL ${postgresNeeded}`, () => {
  let database: Database;
  beforeAll(async () => {
    database = await databases.open();
  });
  afterAll(async () => {
    await database.close();
    await databases.stop();
  });
  engineContract(() => houseOn(database));
});
