import type { DBOSClient } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import type { EndedWorkflows } from '../ports.ts';

const ended = ['SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'] as const;
const pageSize = 500;

/**
 * Deletes the inputs, step outputs and results that the engine keeps of workflows that have ended, by its own call. What
 * still runs is left alone: it would begin again. Returns how many are gone.
 */
export async function forgetEnded(
  { pool, client }: { readonly pool: Pool; readonly client: DBOSClient },
  which: EndedWorkflows,
): Promise<number> {
  const before = await endedBefore(pool, which.endedForMs ?? 0);
  const filter = {
    status: [...ended],
    completedBefore: before,
    ...(which.ids === undefined ? {} : { workflowIDs: [...which.ids] }),
    ...(which.idPrefix === undefined ? {} : { workflow_id_prefix: which.idPrefix }),
    loadInput: false,
    loadOutput: false,
  };
  let gone = 0;
  for (let offset = 0; ; ) {
    const found = await client.listWorkflows({ ...filter, limit: pageSize, offset });
    const ids = found
      .filter(({ queuePartitionKey }) => which.queueKey === undefined || queuePartitionKey === which.queueKey)
      .map(({ workflowID }) => workflowID);
    if (ids.length > 0) await client.deleteWorkflows(ids);
    gone += ids.length;
    offset += found.length - ids.length;
    if (found.length < pageSize) return gone;
  }
}

/** The engine's tables are there once it was launched on this database. */
export async function wasLaunched(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ known: boolean }>(
    `select to_regclass('dbos.workflow_status') is not null as known`,
  );
  return rows[0]?.known === true;
}

/** The engine's times are the database's. */
async function endedBefore(pool: Pool, endedForMs: number): Promise<string> {
  const query = `select now() - $1 * interval '1 millisecond' as before`;
  const { rows } = await pool.query<{ before: Date }>(query, [endedForMs]);
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not tell the time');
  return row.before.toISOString();
}
