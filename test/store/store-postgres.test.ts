import { afterAll, describe } from 'vitest';
import { chatContract } from './chat-contract.ts';
import { postgresDatabases, postgresNeeded } from './databases.ts';
import { storeContract } from './store-contract.ts';

const databases = await postgresDatabases();
afterAll(() => databases.stop());

describe.skipIf(databases.absent)(`store, PostgreSQL ${postgresNeeded}`, () => {
  storeContract(databases);
});
describe.skipIf(databases.absent)(`chat rows, PostgreSQL ${postgresNeeded}`, () => {
  chatContract(databases);
});
