import { afterAll, describe } from 'vitest';
import { chatContract } from './chat-contract.ts';
import { embeddedDatabases } from './databases.ts';
import { storeContract } from './store-contract.ts';

const databases = embeddedDatabases();
afterAll(() => databases.stop());

describe('store, embedded', () => {
  storeContract(databases);
});
describe('chat rows, embedded', () => {
  chatContract(databases);
});
