/** One replica of two: starts two workflows of one key, or waits until both have ended. */
import pino from 'pino';
import { createEngine } from '../../src/engine/engine.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { fastClock } from './fast-clock.ts';

const [, , url = '', replica = '', command = ''] = process.argv;
const log = pino({ level: 'silent' });
const database = await openDatabase({ databaseUrl: url, homeDirectory: '', log });
const lease = { beatMs: 200, leaseMs: 2_000 };
const clock = fastClock(1);
const engine = createEngine({ database, log, executorId: replica, clock, lease });

const effect = async (name: string): Promise<void> => {
  await database.pool.query('insert into effect_log (line) values ($1)', [`${name} began`]);
  process.stdout.write(`${name.split(' ')[1]} began\n`);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await database.pool.query('insert into effect_log (line) values ($1)', [`${name} ended`]);
  process.stdout.write(`${name.split(' ')[1]} ended\n`);
};

engine.register('steps', async (durable, input) => {
  const id = String(JSON.parse(JSON.stringify(input)));
  try {
    await durable.step('one', () => effect(`${id} one`));
    await durable.pauseUntil(await durable.step('pause', async () => clock.nowMs() + 500));
    await durable.step('two', () => effect(`${id} two`));
  } catch (error) {
    await durable.step('failed', () => effect(`${id} failed`));
    throw error;
  }
});
await engine.launch();
if (command === 'start') {
  for (const id of ['w1', 'w2']) {
    await database.transact((tx) => engine.start(tx, { name: 'steps', id, input: id, queueKey: 'incident' }));
  }
}
await engine.finished('w1');
await engine.finished('w2');
await engine.shutdown();
await database.close();
process.exit(0);
