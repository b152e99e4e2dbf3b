/** Goal: what the engine keeps of a workflow that has ended can be deleted without a rest, and what runs is left alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forgetIncident, forgetOld } from '../../src/flow/retention.ts';
import type { Engine } from '../../src/ports.ts';
import type { Database } from '../../src/store/open-database.ts';
import { createStore } from '../../src/store/store.ts';
import { embeddedDatabases, postgresDatabases, postgresNeeded, type TestDatabases } from '../store/databases.ts';
import { fastClock } from './fast-clock.ts';
import { houseOn } from './houses.ts';

const clock = fastClock(1);

/** Everything in the engine's tables, as text. */
async function kept({ pool }: Database): Promise<string> {
  const tables = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'dbos'`,
  );
  const texts = [];
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ text: string }>(`select one::text as text from dbos."${name}" as one`);
    texts.push(...rows.map(({ text }) => text));
  }
  return texts.join('\n');
}

function suite(databases: TestDatabases): void {
  let database: Database;
  let engine: Engine;
  beforeAll(async () => {
    database = await databases.open();
    engine = houseOn(database).build(clock);
    engine.register('flow', async (durable, input) => {
      const said = await durable.step('read', async () => `step of ${JSON.stringify(input)}`);
      if (said.includes('waits')) await durable.waitFor('approval', 600_000);
      if (said.includes('fails')) throw new Error(`the end of ${said}`);
    });
    await engine.launch();
  });
  afterAll(async () => {
    await engine.shutdown();
    await database.close();
    await databases.stop();
  });

  const run = (id: string, input: string, queueKey: string | null = null): Promise<void> =>
    database.transact((tx) => engine.start(tx, { name: 'flow', id, input, queueKey }));
  const place = { platform: 'web', tenant: 'local', channel: 'inc-1' } as const;

  /** An incident with all its workflows ended, except for the one that waits for people. */
  async function incidentOf(words: string) {
    const store = createStore(database, clock, new Uint8Array(32));
    const opening = { phase: 'settled', openedBy: 'sam', question: null, symptom: null, onsetMs: null } as const;
    const { id } = await store.transact((tx) => store.openIncident(tx, { place, openedAtMs: 1, ...opening }));
    await run(`incident:${id}`, `look ${words}`);
    await run(`incident:${id}:again`, `fails ${words}`);
    await run(`incident:${id}0`, `of another ${words}`);
    await run(`inbound:${id}`, `said ${words}`, 'web:local:inc-1');
    await run(`inbound:${id}-elsewhere`, `elsewhere ${words}`, 'web:local:other');
    await run(`incident:${id}:later`, `waits ${words}`);
    const ended = [`incident:${id}`, `incident:${id}0`, `inbound:${id}`, `inbound:${id}-elsewhere`];
    for (const each of ended) await engine.finished(each);
    await engine.finished(`incident:${id}:again`).catch(() => undefined);
    return { id, store };
  }

  test('forgetting an incident leaves nothing of its ended workflows and of what was said in its channel', async () => {
    const { id, store } = await incidentOf('amber');
    expect(await kept(database)).toContain('said amber');

    expect(await forgetIncident({ store, clock, engine }, { incident: id, by: 'dana' })).toBe(3);

    const rest = await kept(database);
    for (const gone of ['look amber', 'fails amber', 'said amber']) expect(rest).not.toContain(gone);
    for (const stays of ['of another amber', 'elsewhere amber', 'waits amber']) expect(rest).toContain(stays);
    await database.transact((tx) =>
      engine.send(tx, { workflow: `incident:${id}:later`, topic: 'approval', body: true, key: `${id} go` }),
    );
    await engine.finished(`incident:${id}:later`);
  });

  test('deliveries that were handled an hour ago are forgotten, and all that ended longer ago than the days', async () => {
    const { id, store } = await incidentOf('basalt');
    const age = (like: string, hours: number) =>
      database.pool.query(
        `update dbos.workflow_status set completed_at = completed_at - $2::bigint where workflow_uuid like $1`,
        [like, hours * 3_600_000],
      );
    await age(`inbound:${id}`, 2);
    await age(`incident:${id}%`, 31 * 24);

    await forgetOld({ store, clock, engine }, 30);

    const rest = await kept(database);
    for (const gone of ['look basalt', 'fails basalt', 'said basalt']) expect(rest).not.toContain(gone);
    for (const stays of ['elsewhere basalt', 'waits basalt']) expect(rest).toContain(stays);
  });

  test('a command that never launched the engine forgets as well', async () => {
    const { id, store } = await incidentOf('cobalt');
    const unlaunched = houseOn(database).build(clock);

    await forgetIncident({ store, clock, engine: unlaunched }, { incident: id, by: 'dana' });

    expect(await kept(database)).not.toContain('said cobalt');
  });
}

describe('on the embedded store', () => {
  suite(embeddedDatabases());
});

const server = await postgresDatabases();
describe.skipIf(server.absent)(`on PostgreSQL ${postgresNeeded}`, () => {
  suite(server);
});
