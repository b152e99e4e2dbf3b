import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockDirectory, StoreInUseError } from '../../src/store/embedded/directory-lock.ts';
import { maintain } from '../../src/store/embedded/maintenance.ts';
import { openEmbedded } from '../../src/store/embedded/open-embedded.ts';
import { embeddedHome, silent, temporaryDirectory } from './databases.ts';
import { runChild } from './run-child.ts';

let home: string;
let pool: pg.Pool;
let close: () => Promise<void>;

beforeAll(async () => {
  home = await embeddedHome();
  ({ pool, close } = await openEmbedded(home, silent));
  await pool.query('create table item (id int primary key, body json)');
});
afterAll(async () => {
  await close();
  rmSync(home, { recursive: true, force: true });
});

const count = async (where: string): Promise<number> =>
  Number((await pool.query(`select count(*) as n from item where ${where}`)).rows[0]?.n);

test('values of many types come back as node-postgres reads them from a server', async () => {
  const given = [1, { a: [1, 'x'] }, new Date(0), Buffer.from([1, 2, 255]), '9007199254740993', ['p', 'q"r'], '1.10'];
  const { rows } = await pool.query(
    'select $1::int i, $2::json j, $3::timestamptz t, $4::bytea b, $5::bigint n, $6::text[] a, $7::numeric d',
    given,
  );
  expect(Object.values(rows[0] ?? {})).toEqual(given);
});

test('an error leaves the connection, and its neighbours, in order', async () => {
  const failing = [
    'selec 1',
    'select 1/0',
    'select * from no_such_table where a = 1',
    'insert into item values (-1), (-1)',
  ];
  for (const sql of failing) {
    await expect(pool.query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^[0-9A-Z]{5}$/u) });
    expect((await pool.query('select $1::int + 1 as x', [1])).rows).toEqual([{ x: 2 }]);
  }
  const wrongParameters = pool.query('select $1::int as x', ['not a number']);
  await expect(wrongParameters).rejects.toMatchObject({ code: '22P02' });
  expect((await pool.query('select 7 as x')).rows).toEqual([{ x: 7 }]);
});

test('answers reach the client that asked, whatever the mix of statements', async () => {
  const ask = async (n: number): Promise<boolean> => {
    const shapes = [
      () => pool.query('select $1::int as v', [n]),
      () => pool.query('select $1::int as v, $2::text as w', [n, `w${n}`]),
      () => pool.query('select $1::text as v', [String(n)]),
      () => pool.query(`select ${n} as v; select 1 as other`).then((both) => (Array.isArray(both) ? both[0] : both)),
      () => pool.query('select $1::int / 0', [n]).catch(() => ({ rows: [{ v: n }] })),
    ];
    const { rows } = (await shapes[n % shapes.length]?.()) ?? { rows: [] };
    return String(rows[0]?.v) === String(n);
  };
  const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => ask(n)));
  expect(answers.filter((right) => !right)).toHaveLength(0);
});

test('50 transactions at once, with failures, never mix', async () => {
  const run = async (n: number): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query('insert into item values ($1)', [1_000 + n]);
      await new Promise((resolve) => setTimeout(resolve, n % 3));
      if (n % 5 === 0) await client.query('select 1/0');
      await client.query('commit');
    } catch {
      await client.query('rollback');
    } finally {
      client.release();
    }
  };
  await Promise.all(Array.from({ length: 50 }, (_, n) => run(n)));
  expect(await count('id between 1000 and 1999')).toBe(40);
});

test('a transaction whose client goes away is rolled back, and the next one runs', async () => {
  const client = await pool.connect();
  await client.query('begin');
  await client.query('insert into item values (2000)');
  const waiting = pool.query('insert into item values (2001)');
  client.release(true);
  await waiting;
  expect(await count('id = 2000')).toBe(0);
  expect(await count('id = 2001')).toBe(1);
});

test('a failed transaction keeps others out until it is rolled back', async () => {
  const client = await pool.connect();
  await client.query('begin');
  await expect(client.query('selec')).rejects.toMatchObject({ code: '42601' });
  const other = pool.query('select 7 as x');
  await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
  await client.query('rollback');
  client.release();
  expect((await other).rows).toEqual([{ x: 7 }]);
});

test('a notification reaches every listener once', async () => {
  const heard: string[] = [];
  const listeners = [await pool.connect(), await pool.connect()];
  for (const [n, listener] of listeners.entries()) {
    listener.on('notification', ({ channel, payload }) => heard.push(`${n} ${channel} ${payload}`));
    await listener.query('listen news');
  }
  await pool.query(`notify news, 'hello'`);
  await pool.query('select 1');
  for (const listener of listeners) {
    await listener.query('unlisten *');
    listener.release();
  }
  expect(heard.sort()).toEqual(['0 news hello', '1 news hello']);
});

test('a second process, or a second store in this one, is refused at once', async () => {
  const startedMs = performance.now();
  await expect(openEmbedded(home, silent)).rejects.toThrow(StoreInUseError);
  await expect(openEmbedded(home, silent)).rejects.toThrow(`Process ${process.pid} is already using`);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('a home directory too deep for a socket path is locked all the same', async () => {
  const top = temporaryDirectory();
  const deep = join(top, 'x'.repeat(60), 'y'.repeat(60));
  mkdirSync(deep, { recursive: true });
  const unlock = await lockDirectory(deep);
  await expect(lockDirectory(deep)).rejects.toThrow(StoreInUseError);
  await unlock();
  await (await lockDirectory(deep))();
  rmSync(top, { recursive: true, force: true });
});

test('maintenance frees dead rows and keeps the write-ahead log short', async () => {
  await pool.query('create table churn (id int primary key, body text)');
  const sizes = async () => {
    const sql = `select pg_relation_size('churn') as rows, (select sum(size) from pg_ls_waldir()) as log`;
    return (await pool.query<{ rows: string; log: string }>(sql)).rows[0];
  };
  const churn = async (): Promise<void> => {
    await pool.query(`insert into churn select n, repeat('x', 500) from generate_series(1, 20000) n`);
    await pool.query('delete from churn');
  };
  for (let round = 0; round < 4; round += 1) {
    await churn();
    await maintain(pool);
  }
  const after = await sizes();
  expect(Number(after?.rows)).toBe(0);
  expect(Number(after?.log)).toBeLessThan(60_000_000);
});

test('killed at any moment, the store loses no committed row, and the next process takes its lock', async () => {
  const killed = await embeddedHome();
  const child = runChild(new URL('./commit-child.ts', import.meta.url), [killed]);
  await child.said((lines) => lines.length >= 40);
  const committed = await child.kill();
  const again = await openEmbedded(killed, silent);
  const { rows } = await again.pool.query<{ id: number }>('select id from kept order by id');
  await again.close();
  rmSync(killed, { recursive: true, force: true });
  const kept = new Set(rows.map(({ id }) => id));
  expect(committed.map(Number).filter((id) => !kept.has(id))).toEqual([]);
  expect(committed.length).toBeGreaterThanOrEqual(40);
}, 120_000);

test('an empty directory becomes a store; one left half made is made again', async () => {
  const fresh = temporaryDirectory();
  mkdirSync(join(fresh, 'store.new'), { recursive: true });
  writeFileSync(join(fresh, 'store.new', 'PG_VERSION'), 'half');
  const opened = await openEmbedded(fresh, silent);
  expect((await opened.pool.query('select 1 as x')).rows).toEqual([{ x: 1 }]);
  await opened.close();
  rmSync(fresh, { recursive: true, force: true });
}, 120_000);
