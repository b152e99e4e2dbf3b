import { afterAll, describe, expect, test } from 'vitest';
import { postgresDatabases, postgresNeeded } from '../store/databases.ts';
import { runChild } from '../store/run-child.ts';

const databases = await postgresDatabases();
const program = new URL('./replica-child.ts', import.meta.url);

describe.skipIf(databases.absent)(`dead replicas, PostgreSQL ${postgresNeeded}`, () => {
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
});
