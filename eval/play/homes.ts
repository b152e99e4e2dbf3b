/** An empty home for each play, copied from one that is prepared once: to set up a store and its engine takes longer than a play. */
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createEngine } from '../../src/engine/engine.ts';
import { machineClock } from '../../src/machine-clock.ts';
import { openDatabase } from '../../src/store/open-database.ts';

export type Homes = { next(): Promise<string>; remove(): Promise<void> };

/** Nothing is prepared before the first home is asked for. `initialised` makes a home whose store is there already. */
export function createHomes(initialised?: () => Promise<string>): Homes {
  let prepared: Promise<string> | null = null;
  let count = 0;
  return {
    next: async () => {
      prepared ??= prepare(initialised);
      const directory = await prepared;
      count += 1;
      const home = join(directory, `home-${count}`);
      await cp(join(directory, 'prepared'), home, { recursive: true });
      return home;
    },
    remove: async () => {
      if (prepared !== null) await rm(await prepared, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function prepare(initialised?: () => Promise<string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-eval-'));
  if (initialised) await rename(await initialised(), join(directory, 'prepared'));
  const log = pino({ level: 'silent' });
  const database = await openDatabase({ databaseUrl: null, homeDirectory: join(directory, 'prepared'), log });
  const engine = createEngine({ database, log, executorId: 'prepare', clock: machineClock });
  await engine.launch();
  await engine.shutdown();
  await database.close();
  return directory;
}
