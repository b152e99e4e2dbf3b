import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';

/** Only has to differ from other users of the same database, and from the sweeper's. */
const launchLock = 7_283_002;
const pauseMs = 200;
/** Whoever holds the lock for longer is frozen, or launches on a very slow machine: then it is tried without. */
const waitMaxMs = 60_000;

/**
 * Runs `work` while no other process of this database does: the engine creates its tables at launch, and replicas that
 * do so at the same time abort each other. The lock is asked for again and again: the engine creates indexes
 * concurrently, which waits for every statement that runs, and so would wait for one that waits for the lock.
 */
export async function launchAlone(pool: Pool, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    for (let waitedMs = 0; waitedMs < waitMaxMs && !(await locked(client)); waitedMs += pauseMs) await sleep(pauseMs);
    await work();
  } finally {
    // Its session ends, and the lock with it.
    client.release(true);
  }
}

async function locked(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [launchLock]);
  return rows[0]?.mine === true;
}
