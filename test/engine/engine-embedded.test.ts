import { describe } from 'vitest';
import { oneDatabase } from '../store/one-database.ts';
import { engineContract } from './engine-contract.ts';
import { houseOn } from './houses.ts';

describe('engine, embedded', () => {
  const database = oneDatabase();
  engineContract(() => houseOn(database()));
});
