import { DBOS, DBOSClient } from '@dbos-inc/dbos-sdk';
import type { ClientBase, Pool } from 'pg';
import type { Logger } from 'pino';
import type { Json } from '../core/json.ts';
import type { Clock, Engine, Transaction, Workflow } from '../ports.ts';
import { durableOver, isTakenOver } from './durable.ts';
import { engineLog } from './engine-log.ts';
import { forgetEnded, wasLaunched } from './forget-ended.ts';
import { launchAlone } from './launch-lock.ts';
import { replicaLease, type Sweeper, startSweeper } from './sweeper.ts';
import { stepPausesMs } from './try-again.ts';

/** What the engine needs of the database: it keeps its own tables, in the schema `dbos`. */
type EngineDatabase = {
  readonly kind: 'postgres' | 'embedded';
  readonly pool: Pool;
  clientOf(transaction: Transaction): ClientBase;
};

export type EngineOptions = {
  readonly database: EngineDatabase;
  readonly log: Logger;
  /** Distinct among replicas and the same after a restart: a process resumes the workflows of its own id. */
  readonly executorId: string;
  readonly clock: Clock;
  /** How often a replica signs, and after what silence it counts as dead. Tests shorten both. */
  readonly lease?: { readonly beatMs: number; readonly leaseMs: number };
  /** Pauses between the tries of a step that throws. Tests shorten them. */
  readonly pausesMs?: readonly number[];
};

const applicationName = 'causeway';
/** One queue, partitioned by queue key: one workflow per key at a time, any number of keys. */
const queueName = 'causeway';
const pollMs = { embedded: 200, postgres: 200 } as const;
const finishedPollMs = 50;
/** Only shown in logs: every query goes through the pool. */
const shownUrl = 'postgres://causeway@the-pool-decides/causeway';

/** Only one may be launched at a time in a process: DBOS keeps its state in statics. */
export function createEngine(options: EngineOptions): Engine {
  const { database, log, executorId, clock, lease = replicaLease, pausesMs = stepPausesMs } = options;
  /** By workflow name: hands the workflow to DBOS, which takes it only before its own launch. */
  const registrations = new Map<string, () => void>();
  const ending = new AbortController();
  const connection = { systemDatabaseUrl: shownUrl, systemDatabasePool: database.pool, logger: engineLog(log) };
  let client: DBOSClient | null = null;
  let sweeper: Sweeper | null = null;

  const running = (): DBOSClient => {
    if (client === null) throw new Error('The engine is not launched.');
    return client;
  };

  const registered =
    <Input extends Json>(name: string, workflow: Workflow<Input>) =>
    async (input: Input): Promise<void> => {
      const failed = (step: string, err: unknown, pauseMs: number): void =>
        log.warn({ err, workflow: name, id: DBOS.workflowID, step, pauseMs }, 'a step failed and will be tried again');
      try {
        const shared = database.kind === 'postgres';
        await workflow(durableOver({ clock, ending: ending.signal, pausesMs, failed, shared }), input);
      } catch (error) {
        const about = { err: error, workflow: name, id: DBOS.workflowID };
        if (isTakenOver(error)) log.warn(about, 'another replica has taken a workflow over; it goes on there');
        else log.error(about, 'a workflow failed and will not continue');
        throw error;
      }
    };

  const begin = async (): Promise<void> => {
    await DBOS.launch();
    await DBOS.registerQueue(queueName, {
      partitionConcurrency: 1,
      minPollingIntervalMs: pollMs[database.kind],
      onConflict: 'always_update',
    });
    client = await DBOSClient.create({ ...connection, applicationName });
  };

  return {
    register(name, workflow) {
      if (registrations.has(name)) throw new Error(`The workflow ${name} is registered twice.`);
      registrations.set(name, () => void DBOS.registerWorkflow(registered(name, workflow), { name }));
    },
    async launch() {
      if (DBOS.isInitialized()) throw new Error('Another engine is launched in this process: shut it down first.');
      for (const register of registrations.values()) register();
      DBOS.setConfig({ ...connection, name: applicationName, executorID: executorId, enablePatching: true });
      if (database.kind === 'embedded') return begin();
      sweeper = await startSweeper({ pool: database.pool, executorId, queueName, log, ...lease });
      await launchAlone(database.pool, begin);
    },
    async start(transaction, { name, id, input, queueKey }) {
      if (!registrations.has(name)) throw new Error(`No workflow is registered as ${name}.`);
      const enqueued = { workflowName: name, workflowID: id, queueName, queuePartitionKey: queueKey ?? id };
      await running().enqueueInTransaction(database.clientOf(transaction), enqueued, input);
    },
    async send(transaction, { workflow, topic, body, key }) {
      await running().sendInTransaction(database.clientOf(transaction), workflow, body, topic, key);
    },
    async finished(id) {
      await DBOS.getResult(id, { pollingIntervalMs: finishedPollMs });
    },
    async forgetEnded(which) {
      if (!(await wasLaunched(database.pool))) return 0;
      const own = client ?? (await DBOSClient.create({ ...connection, applicationName }));
      try {
        return await forgetEnded({ pool: database.pool, client: own }, which);
      } finally {
        if (client === null) await own.destroy();
      }
    },
    async shutdown() {
      ending.abort(new Error('The engine is shutting down.'));
      await sweeper?.stop();
      await client?.destroy();
      client = null;
      await DBOS.shutdown({ deregister: true });
    },
  };
}
