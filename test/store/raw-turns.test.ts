/** What models were sent and said is sealed per incident, and can be destroyed without touching the audit chain. */
import { expect, it } from 'vitest';
import { verifyChain } from '../../src/core/audit-chain.ts';
import { canonicalJson, sha256Hex } from '../../src/core/digest.ts';
import { forgetIncident, forgetOld, forgottenWhy } from '../../src/flow/retention.ts';
import { createStore } from '../../src/store/store.ts';
import { oneDatabase } from './one-database.ts';

const database = oneDatabase();
const clock = { nowMs: () => Date.UTC(2026, 10, 21) };
const key = new Uint8Array(32).fill(5);
const storeOf = (given: Uint8Array | null = key) => createStore(database(), clock, given);
const said = { text: 'the pool of payments was cut to 5', list: [1, null, { deep: 'é\u0000' }] };
const count = async (table: 'raw_turn' | 'raw_key' | 'tape', incident: string): Promise<number> =>
  (await database().pool.query(`select from ${table} where incident = $1`, [incident])).rowCount ?? 0;

it('gives back what was kept, under the digest of its canonical form, once however often it is kept', async () => {
  const sha256 = await storeOf().keepRaw('INC-1', said);
  expect(sha256).toBe(sha256Hex(canonicalJson(said)));
  expect(await storeOf().keepRaw('INC-1', said)).toBe(sha256);
  expect(await storeOf().raw('INC-1', sha256)).toEqual(said);
  expect(await count('raw_turn', 'INC-1')).toBe(1);
});

it('holds nothing readable in its rows, and opens with no other key and for no other incident', async () => {
  const sha256 = await storeOf().keepRaw('INC-2', said);
  const { rows } = await database().pool.query('select * from raw_turn natural join raw_key');
  expect(JSON.stringify(rows)).not.toContain('payments');
  expect(await storeOf(new Uint8Array(32)).raw('INC-2', sha256)).toBeNull();
  expect(await storeOf(null).raw('INC-2', sha256)).toBeNull();
  await database().pool.query(`insert into raw_turn select 'INC-3', sha256, sealed from raw_turn limit 1`);
  await database().pool.query(`insert into raw_key select 'INC-3', wrapped from raw_key limit 1`);
  expect(await storeOf().raw('INC-3', sha256)).toBeNull();
  await expect(storeOf(null).keepRaw('INC-2', said)).rejects.toThrow('without a key');
});

it('two processes that begin at once share one key', async () => {
  const words = Array.from({ length: 8 }, (_, index) => ({ turn: index }));
  const kept = await Promise.all(words.map((word) => storeOf().keepRaw('INC-4', word)));
  expect(await Promise.all(kept.map((sha256) => storeOf().raw('INC-4', sha256)))).toEqual(words);
});

it('forgets one incident: the key, the turns and the tape are gone, the chain verifies and says who asked', async () => {
  const store = storeOf();
  const sha256 = await store.keepRaw('INC-5', said);
  const other = await store.keepRaw('INC-6', said);
  await store.keepOnTape('INC-5', 'first/facts', {});
  const body = { turn: 1, contentSha256: sha256 };
  await store.audit(null, { kind: 'model.response', incident: 'INC-5', actor: 'causeway', atMs: 1, body });

  expect(await forgetIncident({ store, clock, engine: {} }, { incident: 'INC-5', by: 'dana' })).toBe(2);

  expect(await store.raw('INC-5', sha256)).toBeNull();
  expect(await Promise.all((['raw_key', 'raw_turn', 'tape'] as const).map((table) => count(table, 'INC-5')))).toEqual([
    0, 0, 0,
  ]);
  expect(await store.raw('INC-6', other)).toEqual(said);
  expect(verifyChain(await store.auditRows({}))).toMatchObject({ ok: true });
  expect(await forgottenWhy(store, 'INC-5')).toMatch(
    /deleted on 2026-11-21 because dana asked for it \(log entry \d+\)/u,
  );
});

it('forgets by age what is older than the days, whole incidents only, and audits each', async () => {
  const store = storeOf();
  for (const incident of ['INC-7', 'INC-8', 'INC-9'] as const) {
    await store.keepRaw(incident, said);
    await store.keepOnTape(incident, 'first/facts', {});
  }
  const age = async (table: 'raw_turn' | 'tape', incident: string): Promise<void> =>
    void (await database().pool.query(`update ${table} set kept_at = now() - interval '31 days' where incident = $1`, [
      incident,
    ]));
  await age('raw_turn', 'INC-7');
  await age('tape', 'INC-7');
  await age('raw_turn', 'INC-8');

  expect(await forgetOld({ store, clock, engine: {} }, 30)).toEqual(['INC-7']);

  expect(await count('tape', 'INC-7')).toBe(0);
  expect(await count('tape', 'INC-8')).toBe(1);
  expect(await store.auditRows({ kind: 'retention', incident: 'INC-7' })).toMatchObject([
    { body: { because: 'age', days: 30 } },
  ]);
  expect(await forgetOld({ store, clock, engine: {} }, 30)).toEqual([]);
});
