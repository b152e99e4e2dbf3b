import { createEngine } from '../../src/engine/engine.ts';
import type { Database } from '../../src/store/open-database.ts';
import { silent } from '../store/databases.ts';
import type { EngineHouse } from './engine-contract.ts';

/** The real engine on a real database. */
export function houseOn(database: Database): EngineHouse {
  return {
    build: (clock) => createEngine({ database, log: silent, executorId: 'one', clock, pausesMs: [10, 20] }),
    transact: (work) => database.transact(work),
  };
}
