import { afterAll, describe, expect, test } from 'vitest';
import { postgresDatabases, postgresNeeded } from '../store/databases.ts';
import { runChild } from '../store/run-child.ts';

const databases = await postgresDatabases();
const program = new URL('./replica-child.ts', import.meta.url);

// They mostly wait for a lease to end: together they take as long as one.
describe.skipIf(databases.absent).concurrent(`dead replicas, PostgreSQL ${postgresNeeded}`, () => {
  afterAll(() => databases.stop());

  test('the workflows of a killed replica are finished by another, one at a time per queue key', async () => {
    const database = await databases.open();
    await database.pool.query('create table effect_log (seq bigserial, line text)');
    const url = String(database.pool.options.connectionString);
    const lines = async (): Promise<string[]> =>
      (await database.pool.query<{ line: string }>('select line from effect_log order by seq')).rows.map(
        ({ line }) => line,
      );

    const dying = runChild(program, [url, 'replica-a', 'start']);
    await dying.said((said) => said.includes('one began'));
    await dying.kill();
    const living = runChild(program, [url, 'replica-b', 'finish']);
    expect(await living.exited).toBe(0);

    const log = await lines();
    await database.close();
    expect(log.filter((line) => line === 'w1 one began')).toHaveLength(2);
    expect(log.filter((line) => line.endsWith('two ended'))).toEqual(['w1 two ended', 'w2 two ended']);
    expect(log.indexOf('w1 two ended')).toBeLessThan(log.indexOf('w2 one began'));
  }, 120_000);

  test('replicas that start at the same moment on an empty database all start', async () => {
    const database = await databases.open();
    await database.pool.query('create table effect_log (seq bigserial, line text)');
    const url = String(database.pool.options.connectionString);

    const orders = ['start', 'finish', 'finish'];
    const replicas = orders.map((order, index) => runChild(program, [url, `replica-${index}`, order]));
    const codes = await Promise.all(replicas.map(({ exited }) => exited));

    await database.close();
    expect(codes).toEqual([0, 0, 0]);
  }, 120_000);

  test.each(['one began', 'one ended'])(
    'a replica that froze after "%s" does nothing more once another has taken over',
    async (word) => {
      const database = await databases.open();
      await database.pool.query('create table effect_log (seq bigserial, line text)');
      const url = String(database.pool.options.connectionString);

      const frozen = runChild(program, [url, 'replica-a', 'start']);
      await frozen.said((said) => said.includes(word));
      frozen.freeze();
      const living = runChild(program, [url, 'replica-b', 'finish']);
      expect(await living.exited).toBe(0);
      frozen.thaw();
      expect(await frozen.exited).toBe(0);

      const { rows } = await database.pool.query<{ line: string }>('select line from effect_log');
      await database.close();
      const lines = rows.map(({ line }) => line);
      expect(lines.filter((line) => line.includes('two began'))).toEqual(['w1 two began', 'w2 two began']);
      expect(lines.filter((line) => line.includes('failed'))).toEqual([]);
    },
    120_000,
  );
});
