import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';

export type Sweeper = { stop(): Promise<void> };

export type SweeperOptions = {
  readonly pool: Pool;
  readonly executorId: string;
  readonly queueName: string;
  readonly log: Logger;
  readonly beatMs: number;
  readonly leaseMs: number;
};

/** A replica that was silent for `leaseMs` is dead. Shorter would take over from a replica that only paused. */
export const replicaLease = { beatMs: 5_000, leaseMs: 30_000 } as const;
/** One replica sweeps at a time. The number only has to differ from other users of the same database. */
const sweepLock = 7_283_001;

/**
 * Hands the workflows of dead replicas to the living. Each replica signs in a row from time to time; the workflows of
 * one whose signature is older than the lease go back to the queue, where they keep their place and their key. A
 * replica that was only frozen finds that it no longer owns them: the engine refuses what it then tries to record.
 */
export async function startSweeper(options: SweeperOptions): Promise<Sweeper> {
  const { pool, executorId, log, beatMs } = options;
  let current: Promise<void> = Promise.resolve();

  const beat = async (): Promise<void> => {
    const sign = 'insert into replica values ($1, now()) on conflict (id) do update set seen_at = now()';
    await pool.query(sign, [executorId]);
    if (DBOS.isInitialized()) await sweep(options);
  };
  await beat();
  const timer = setInterval(() => {
    current = current.then(beat).catch((error: unknown) => log.warn({ err: error }, 'the heartbeat failed'));
  }, beatMs);

  return {
    async stop() {
      clearInterval(timer);
      await current;
    },
  };
}

async function sweep(options: SweeperOptions): Promise<void> {
  const client = await options.pool.connect();
  try {
    await client.query('begin');
    await takeOver(client, options);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

/** The dead replica's row goes only when its workflows have been handed on: until then every sweep tries again. */
async function takeOver(client: PoolClient, { queueName, leaseMs, log }: SweeperOptions): Promise<void> {
  const lock = await client.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [sweepLock]);
  if (lock.rows[0]?.mine !== true) return;
  const silent = `delete from replica where seen_at < now() - $1 * interval '1 millisecond' returning id`;
  const dead = await client.query<{ id: string }>(silent, [leaseMs]);
  for (const { id } of dead.rows) {
    const workflows = await DBOS.listWorkflows({ status: 'PENDING', executorId: id });
    log.warn({ replica: id, workflows: workflows.length }, 'taking over from a dead replica');
    const ids = workflows.map(({ workflowID }) => workflowID);
    if (ids.length > 0) await DBOS.resumeWorkflows(ids, { queueName });
  }
}
