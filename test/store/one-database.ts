import { afterAll, beforeAll } from 'vitest';
import type { Database } from '../../src/store/open-database.ts';
import { embeddedDatabases, type TestDatabases } from './databases.ts';

/** One database for the tests of a file or a block, gone after them. Call the result inside a test or hook. */
export function oneDatabase(databases: TestDatabases = embeddedDatabases()): () => Database {
  let database: Database;
  beforeAll(async () => {
    database = await databases.open();
  });
  afterAll(async () => {
    await database.close();
    await databases.stop();
  });
  return () => database;
}
