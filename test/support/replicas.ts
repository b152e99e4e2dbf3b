/** Replicas of the service as child processes on one database, in front of one lab that this process runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import { type Database, openDatabase } from '../../src/store/open-database.ts';
import { silent, temporaryDirectory } from '../store/databases.ts';
import { type Relayed, startRelay } from './relay.ts';
import type { replicaOrder } from './replica-program.ts';
import { pause } from './story-process.ts';

const program = fileURLToPath(new URL('./replica-program.ts', import.meta.url));

export type Replica = { readonly url: string; readonly executor: string; kill(): Promise<void> };

export type Replicas = {
  readonly home: string;
  /** The lab, whose clock sets every replica's. */
  readonly lab: Lab;
  readonly database: Database;
  alive(): readonly Replica[];
  start(name: string): Promise<Replica>;
  /** SIGKILL for the living one that runs this workflow, as soon as one does; its executor id. */
  killRunnerOf(workflow: string): Promise<string>;
  close(): Promise<void>;
};

type Setting = {
  readonly databaseUrl: string;
  readonly fault: string;
  readonly seed: number;
  /** After the lab's GitHub has acted, before the replica hears of it. */
  readonly answered: (call: Relayed) => Promise<void>;
};

export async function startReplicas({ databaseUrl, fault, seed, answered }: Setting): Promise<Replicas> {
  const home = temporaryDirectory();
  const database = await openDatabase({ databaseUrl, homeDirectory: home, log: silent });
  const lab = await startLab({ seed, fault, stateDirectory: join(home, `lab-${fault}-${seed}`) });
  const relay = await startRelay(lab.github.url, answered);
  const running = new Map<ChildProcess, Replica>();
  const variablesOf = (name: string) => ({
    ...lab.environment,
    GITHUB_API_URL: relay.url,
    DATABASE_URL: databaseUrl,
    CAUSEWAY_HOME: join(home, name),
    LOG_LEVEL: 'error',
  });

  const start = async (name: string): Promise<Replica> => {
    const order: z.infer<typeof replicaOrder> = {
      variables: variablesOf(name),
      catalogueText: lab.catalogueText,
      time: { labMs: lab.clock.nowMs(), machineMs: Date.now(), speed: lab.clock.speed() },
      alert: lab.alert,
    };
    const child = spawn(process.execPath, [program, JSON.stringify(order)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const said = await new Promise<unknown>((resolve, reject) => {
      child.once('message', resolve);
      void ended.then(() => reject(new Error(`the replica ${name} did not start`)));
    });
    const { url, executor } = z.object({ url: z.string(), executor: z.string() }).parse(said);
    const kill = async (): Promise<void> => {
      running.delete(child);
      child.kill('SIGKILL');
      await ended;
    };
    const replica = { url, executor, kill };
    running.set(child, replica);
    return replica;
  };

  const clock = {
    ...lab.clock,
    setSpeed: (speed: number): void => {
      lab.clock.setSpeed(speed);
      for (const child of running.keys()) child.send(speed);
    },
  };

  return {
    home,
    lab: { ...lab, clock },
    database,
    alive: () => [...running.values()],
    start,
    async killRunnerOf(workflow) {
      const query = `select executor_id from dbos.workflow_status where name = $1 and status = 'PENDING'`;
      for (let attempt = 0; attempt < 600; attempt += 1) {
        const { rows } = await database.pool.query<{ executor_id: string }>(query, [workflow]);
        const runner = [...running.values()].find(({ executor }) => executor === rows[0]?.executor_id);
        if (runner) return runner.kill().then(() => runner.executor);
        await pause(25);
      }
      throw new Error(`no living replica came to run ${workflow}`);
    },
    async close() {
      await Promise.all([...running.values()].map(({ kill }) => kill()));
      await relay.close();
      await lab.close();
      await database.close();
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
