import { afterAll, beforeAll, describe } from 'vitest';
import type { Database } from '../../src/store/open-database.ts';
import { embeddedDatabases } from '../store/databases.ts';
import { engineContract } from './engine-contract.ts';
import { houseOn } from './houses.ts';

describe('engine, embedded', () => {
  const databases = embeddedDatabases();
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
