/** Runs one workflow of three steps, each of which leaves a line in a file; ends when the workflow has. */
import { appendFileSync } from 'node:fs';
import pino from 'pino';
import { createEngine } from '../../src/engine/engine.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { fastClock } from './fast-clock.ts';

const [, , home = '', effects = '', command = ''] = process.argv;
const log = pino({ level: 'silent' });
const database = await openDatabase({ databaseUrl: null, homeDirectory: home, log });
const engine = createEngine({ database, log, executorId: 'local', clock: fastClock(1) });

const effect = async (name: string): Promise<void> => {
  appendFileSync(effects, `${name} began\n`);
  await new Promise((resolve) => setTimeout(resolve, 250));
  appendFileSync(effects, `${name} ended\n`);
};

engine.register('three-steps', async (durable) => {
  await durable.step('one', () => effect('one'));
  await durable.step('two', () => effect('two'));
  process.stdout.write('waiting\n');
  const approval = await durable.waitFor<{ by: string }>('approval', 60_000);
  await durable.step('three', () => effect(`three ${approval?.by}`));
});
await engine.launch();
if (command === 'start') {
  await database.transact((tx) => engine.start(tx, { name: 'three-steps', id: 'w', input: null, queueKey: 'k' }));
}
if (command === 'approve') {
  await database.transact((tx) => engine.send(tx, { workflow: 'w', topic: 'approval', body: { by: 'ana' }, key: 'c' }));
}
await engine.finished('w');
await engine.shutdown();
await database.close();
process.exit(0);
