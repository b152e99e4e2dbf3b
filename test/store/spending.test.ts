import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/core/audit-entry.ts';
import { nothingSpent } from '../../src/core/spending.ts';
import type { Store } from '../../src/ports.ts';
import type { Database } from '../../src/store/open-database.ts';
import { createStore } from '../../src/store/store.ts';
import { embeddedDatabases, postgresDatabases, postgresNeeded, type TestDatabases } from './databases.ts';

const noonMs = Date.UTC(2026, 10, 21, 12);
const dayMs = 86_400_000;

const answered = (incident: string, atMs: number, dollars: number): AuditEntry => ({
  kind: 'model.response',
  incident,
  actor: 'causeway',
  atMs,
  // What a model writes may be no text that a database takes.
  body: { dollars, usage: { input_tokens: 10, output_tokens: 1 }, tookMs: 500, content: 'a\u0000 \ud800' },
});
const read = (incident: string, atMs: number, asked: boolean): AuditEntry => ({
  kind: 'tool.result',
  incident,
  actor: 'causeway',
  atMs,
  body: { tool: 'logs', asked, requests: 3 },
});

function holds(name: string, databases: () => Promise<TestDatabases>, skipped = false): void {
  describe.skipIf(skipped)(`what was spent, in ${name}`, () => {
    let all: TestDatabases;
    let database: Database;
    let store: Store;
    beforeAll(async () => {
      all = await databases();
      database = await all.open();
      store = createStore(database, { nowMs: () => noonMs });
    }, 60_000);
    afterAll(async () => {
      await database.close();
      await all.stop();
    });

    it('is counted per incident and per UTC day as the rows are recorded', async () => {
      // Tests run in any order over one store: this day and these incidents are its own.
      const atMs = noonMs + 40 * dayMs;
      await store.audit(null, answered('INC-41', atMs, 0.25));
      await store.audit(null, answered('INC-41', atMs - dayMs, 1));
      await store.audit(null, read('INC-41', atMs, true));
      await store.audit(null, read('INC-42', atMs, false));
      await store.spend('INC-42', atMs, { vendorCalls: 4 });

      const { incident, day } = await store.spending('INC-41', atMs);

      expect(incident).toEqual({
        dollars: 1.25,
        inputTokens: 20,
        outputTokens: 2,
        seconds: 1,
        toolCalls: 1,
        vendorCalls: 3,
      });
      expect(day).toEqual({
        dollars: 0.25,
        inputTokens: 10,
        outputTokens: 1,
        seconds: 0.5,
        toolCalls: 1,
        vendorCalls: 10,
      });
      expect((await store.spending('INC-9', atMs + dayMs)).day).toEqual(nothingSpent);
      expect((await store.spending(null, atMs)).incident).toEqual(nothingSpent);
    });

    it('is not counted for a row whose transaction is rolled back', async () => {
      const atMs = noonMs + 10 * dayMs;
      const failing = store.transact(async (transaction) => {
        await store.audit(transaction, answered('INC-3', atMs, 7));
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await store.spending('INC-3', atMs)).toEqual({ incident: nothingSpent, day: nothingSpent });
    });

    it('loses nothing of what many record at once', async () => {
      const atMs = noonMs + 20 * dayMs;
      const rows = Array.from({ length: 60 }, (_, index) =>
        store.audit(null, answered(`INC-${4 + (index % 3)}`, atMs, 1)),
      );
      await Promise.all(rows);
      expect((await store.spending('INC-4', atMs)).incident.dollars).toBe(20);
      expect((await store.spending('INC-4', atMs)).day.dollars).toBe(60);
    });

    it('is read in under 20 ms beside 20,000 audit rows', async () => {
      await database.pool.query(`alter table audit disable trigger audit_in_order`);
      await database.pool.query(`insert into audit (seq, incident, kind, entry, prev, hash)
        select 1000000 + n, 'INC-' || (n % 500), 'tool.result', '{}', 'p', 'h' || n from generate_series(1, 20000) n`);
      await database.pool.query(`insert into spending
        select '2026-11-' || lpad((1 + n % 28)::text, 2, '0'), 'INC-b' || n, 1, 1, 1, 1, 1, 1 from generate_series(1, 5000) n`);
      const times: number[] = [];
      for (let round = 0; round < 9; round += 1) {
        const startedAtMs = performance.now();
        await store.spending('INC-1', noonMs);
        times.push(performance.now() - startedAtMs);
      }
      expect(times.toSorted((one, other) => one - other)[4]).toBeLessThan(20);
    }, 60_000);
  });
}

holds('the embedded store', async () => embeddedDatabases());
const postgres = await postgresDatabases();
holds(`PostgreSQL ${postgres.absent ? postgresNeeded : ''}`, async () => postgres, postgres.absent);
