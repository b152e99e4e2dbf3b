import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanState } from '../../src/core/approval.ts';
import { chainVerifier, verifyChain } from '../../src/core/audit-chain.ts';
import type { AuditEntry, AuditRow } from '../../src/core/audit-entry.ts';
import { sealPlan } from '../../src/core/digest.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import type { Incident, Place } from '../../src/core/incident.ts';
import type { Plan } from '../../src/core/plan.ts';
import { taint } from '../../src/core/tainted.ts';
import type { Store } from '../../src/ports.ts';
import type { Database } from '../../src/store/open-database.ts';
import { createStore } from '../../src/store/store.ts';
import type { TestDatabases } from './databases.ts';

/** Outside text a database may choke on: NUL, a lone surrogate, quotes. */
const awkward = 'a\u0000b \ud800 "c" \\ \u202e';

const placeOf = (channel: string): Place => ({ platform: 'web', tenant: 'local', channel });

const incidentIn = (channel: string): Omit<Incident, 'id'> => ({
  place: { ...placeOf(channel), root: 'm1' },
  phase: 'open',
  openedAtMs: 1_795_000_000_123,
  openedBy: 'alert',
  question: taint(awkward),
  symptom: null,
  onsetMs: null,
});

const evidenceOf = (result: string): Omit<Evidence, 'id' | 'incident'> => ({
  tool: 'logs',
  source: 'datadog',
  input: { service: 'checkout' },
  query: 'service:checkout',
  window: { fromMs: 1, toMs: 2 },
  provenance: 'C',
  result: { text: result, nested: [1.5, null, true] },
  sha256: 'x',
  bytes: 3,
  redactions: 0,
  link: 'https://example.test/',
  headline: ['12 lines say ', taint(awkward)],
  chart: { title: 't', unit: 'ms', series: [{ name: 's', points: [[1, 2.5]] }], marks: [] },
  truncated: false,
  takenAtMs: 5,
});

const planOf = (id: string, change: Partial<Plan> = {}): Plan => ({
  format: 1,
  id,
  version: 1,
  incident: 'INC-1',
  title: 'Roll back #41',
  kind: 'rollback-pull-request',
  service: 'checkout',
  steps: [{ id: 's1', action: 'open', parameters: { z: 1, a: [0.1, 'é'] }, says: 'Open a pull request' }],
  preconditions: [{ name: 'head', expected: 'abc' }],
  preview: null,
  rehearsal: [],
  inverse: { says: 'Close it', steps: [] },
  risk: 1,
  riskReasons: [],
  blastRadius: { services: 1, files: 2, says: 'one service' },
  expectedEffect: 'latency falls',
  runsAs: 'causeway',
  requester: 'ana',
  policyVersion: 'p',
  catalogueVersion: 'c',
  createdAtMs: 10,
  expiresAtMs: 20,
  startWithinMs: 5,
  ...change,
});

const entryOf = (n: number): AuditEntry => ({
  kind: 'inbound',
  incident: n % 2 === 0 ? 'INC-1' : null,
  actor: 'ana',
  atMs: 1_795_000_000_000 + n + 0.5,
  body: { n, text: awkward, list: [1e21, -0.1] },
});

const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** What both databases must do. */
export function storeContract(databases: TestDatabases): void {
  let database: Database;
  let store: Store;
  let nowMs = 1_000;
  beforeAll(async () => {
    database = await databases.open();
    store = createStore(database, { nowMs: () => nowMs });
  });
  afterAll(async () => {
    await database.close();
  });

  describe('transactions', () => {
    test('a delivery is claimed by the first of many callers only', async () => {
      const claims = await Promise.all(
        times(20).map(() => store.transact((tx) => store.claim(tx, 'click-1', { a: 1 }))),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
    });

    test('a claim whose transaction fails is free again', async () => {
      const failing = store.transact(async (tx) => {
        await store.claim(tx, 'click-2', null);
        throw new Error('crash');
      });
      await expect(failing).rejects.toThrow('crash');
      expect(await store.transact((tx) => store.claim(tx, 'click-2', null))).toBe(true);
    });

    test('keys that no column takes are told apart', async () => {
      const keys = [`${awkward}1`, `${awkward}2`, 'x'.repeat(5_000), `${'x'.repeat(5_000)}y`];
      for (const key of keys) expect(await store.transact((tx) => store.claim(tx, key, null))).toBe(true);
      for (const key of keys) expect(await store.transact((tx) => store.claim(tx, key, null))).toBe(false);
    });

    test('a write outside the transaction around it is refused, a read joins it', async () => {
      await store.transact(async (tx) => {
        const { id } = await store.openIncident(tx, incidentIn('joined'));
        expect(await store.incident(id)).toMatchObject({ id, phase: 'open' });
        await expect(async () => store.setPhase(null, id, 'closed')).rejects.toThrow('outside the transaction');
        await expect(store.transact(async () => 1)).rejects.toThrow('inside transact');
      });
    });

    test('a transaction cannot be used after it ended', async () => {
      const kept = await store.transact(async (tx) => tx);
      await expect(async () => store.claim(kept, 'late', null)).rejects.toThrow('has ended');
    });

    test('50 transactions at once, some failing, leave exactly the rows of those that committed', async () => {
      const work = (n: number) =>
        store.transact(async (tx) => {
          await store.claim(tx, `mixed-${n}`, n);
          if (n % 5 === 0) await database.clientOf(tx).query('select * from no_such_table');
        });
      const results = await Promise.allSettled(times(50).map(work));
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10);
      const kept = await database.kysely.selectFrom('inbound').select('key').where('key', 'like', 'mixed-%').execute();
      expect(kept).toHaveLength(40);
    });
  });

  describe('audit', () => {
    test('rows appended at the same time form one chain, without those rolled back', async () => {
      const append = (n: number) =>
        store.transact(async (tx) => {
          await store.audit(tx, entryOf(1_000 + n));
          if (n % 4 === 0) throw new Error('crash');
        });
      await Promise.allSettled(times(40).map(append));
      await store.audit(null, entryOf(1_100));
      const rows = await store.auditRows({});
      expect(verifyChain(rows)).toMatchObject({ ok: true, rows: rows.length, head: rows.at(-1)?.hash });
      const numbers = rows.map(({ body }) => body['n']);
      expect(numbers).toContain(1_100);
      expect(numbers).toContain(1_001);
      expect(numbers).not.toContain(1_004);
    });

    test('rows come back as written, by incident, after a row, up to a limit', async () => {
      const seq = await store.audit(null, { ...entryOf(7), incident: 'INC-77' });
      await store.audit(null, { ...entryOf(8), incident: 'INC-78' });
      const last = await store.audit(null, { ...entryOf(9), incident: 'INC-77' });
      const recorded = { ...entryOf(9).body, text: awkward.toWellFormed() };
      expect(await store.auditRows({ incident: 'INC-77' })).toMatchObject([{ seq }, { seq: last, body: recorded }]);
      expect(await store.auditRows({ incident: 'INC-77', afterSeq: seq })).toHaveLength(1);
      expect(await store.auditRows({ incident: 'INC-77', limit: 1 })).toMatchObject([{ seq }]);
    });

    test('the head is the newest row', async () => {
      const seq = await store.audit(null, entryOf(10));
      expect(await store.auditHead()).toMatchObject({ seq, kind: entryOf(10).kind });
    });

    test('pages of rows, written as JSON and read again, verify without the database', async () => {
      for (const n of times(5)) await store.audit(null, entryOf(n));
      const verifier = chainVerifier();
      let page = await store.auditRows({ limit: 2 });
      while (page.length > 0) {
        const exported: AuditRow[] = JSON.parse(JSON.stringify(page));
        for (const row of exported) verifier.take(row);
        page = await store.auditRows({ afterSeq: page.at(-1)?.seq ?? 0, limit: 2 });
      }
      const rows = (await store.auditRows({})).length;
      expect(verifier.end()).toMatchObject({ ok: true, rows });
      expect(rows).toBeGreaterThanOrEqual(5);
    });

    test('no row can be changed, removed or put out of order', async () => {
      await store.audit(null, entryOf(1));
      const forbidden = [
        `update audit set entry = '{}'`,
        'delete from audit',
        'truncate audit',
        'delete from audit_head',
        'truncate audit_head',
        `insert into audit values (999999, null, 'inbound', '{}', repeat('0', 64), repeat('1', 64))`,
      ];
      for (const statement of forbidden) {
        await expect(database.pool.query(statement)).rejects.toMatchObject({ code: '55000' });
      }
    });

    test('a change that cannot be audited is not made', async () => {
      const { id } = await store.transact((tx) => store.openIncident(tx, incidentIn('unaudited')));
      const failing = store.transact(async (tx) => {
        await store.setPhase(tx, id, 'closed');
        await store.audit(tx, { ...entryOf(1), body: { ratio: Number.NaN } });
      });
      await expect(failing).rejects.toThrow('NaN');
      expect(await store.incident(id)).toMatchObject({ phase: 'open' });
    });
  });

  describe('incidents', () => {
    test('an incident comes back as it was opened, changed only where it was changed', async () => {
      const opened = await store.transact((tx) => store.openIncident(tx, incidentIn('one')));
      const symptom = {
        service: 'checkout',
        title: taint('latency'),
        monitor: '7',
        metric: 'latency_p95_ms',
        query: 'q',
        comparator: '>',
        threshold: 0.25,
        triggeredAtMs: 9,
      } as const;
      await store.setPhase(null, opened.id, 'looking');
      await store.setSymptom(null, opened.id, symptom, 1_795_000_000_000.5);
      const expected = { ...incidentIn('one'), id: opened.id, phase: 'looking', symptom, onsetMs: 1_795_000_000_000.5 };
      expect(await store.incident(opened.id)).toEqual(expected);
    });

    test('the incident of a channel is its newest that is not closed', async () => {
      const open = () => store.transact((tx) => store.openIncident(tx, incidentIn('two')));
      const [older, newer] = [await open(), await open()];
      expect(await store.incidentAt(placeOf('two'))).toMatchObject({ id: newer.id });
      await store.setPhase(null, newer.id, 'closed');
      expect(await store.incidentAt({ ...placeOf('two'), root: 'elsewhere' })).toMatchObject({ id: older.id });
      expect(await store.lastIncidentAt(placeOf('two'))).toMatchObject({ id: newer.id });
      expect(await store.incidentAt(placeOf('nowhere'))).toBeNull();
      expect(await store.lastIncidentAt(placeOf('nowhere'))).toBeNull();
      expect(await store.incidents(2)).toMatchObject([{ id: newer.id }, { id: older.id }]);
    });

    test('what is not an incident id finds nothing', async () => {
      for (const id of ['INC-999999', 'INC-0', 'nonsense', `INC-1${awkward}`, 'INC-99999999999999999999']) {
        expect(await store.incident(id)).toBeNull();
      }
    });
  });

  describe('evidence', () => {
    const openIncident = (channel: string) => store.transact((tx) => store.openIncident(tx, incidentIn(channel)));

    test('evidence added at the same time is numbered without gaps, once per key', async () => {
      const { id } = await openIncident('evidence');
      const add = (n: number) => store.addEvidence(id, `key-${n % 10}`, evidenceOf(`result ${n % 10}`));
      const added = await Promise.all(times(30).map(add));
      expect(new Set(added.map((evidence) => evidence.id)).size).toBe(10);
      const stored = await store.evidence(id);
      expect(stored.map((evidence) => evidence.id)).toEqual(times(10).map((n) => `E${n + 1}`));
    });

    test('evidence comes back exactly', async () => {
      const { id } = await openIncident('evidence-exact');
      const added = await store.addEvidence(id, awkward, evidenceOf(awkward));
      expect(added).toEqual({ ...evidenceOf(awkward), id: 'E1', incident: id });
      expect(await store.evidenceById(id, 'E1')).toEqual(added);
      expect(await store.evidenceById(id, 'E2')).toBeNull();
    });

    test('gaps and hypotheses are those saved last', async () => {
      const { id } = await openIncident('lead');
      const gap = { tool: 't', reason: 'r', blocks: 'b', fix: 'f' };
      const hypothesis: Hypothesis = {
        id: 'H1',
        kind: 'bad-deploy',
        entity: 'checkout',
        change: { repository: 'acme/shop', sha: 'abc', pullNumber: null, mergedAtMs: 4 },
        mechanism: taint(awkward),
        supports: [{ evidence: 'E1', why: taint('w') }],
        refutes: [],
        wrongIf: taint('it stays'),
        score: 0.75,
        word: 'Likely',
        by: 'engine',
      };
      expect([await store.gaps(id), await store.hypotheses(id)]).toEqual([[], []]);
      await store.saveGaps(id, [gap, gap]);
      await store.saveGaps(id, [gap]);
      await store.saveHypotheses(null, id, []);
      await store.transact((tx) => store.saveHypotheses(tx, id, [hypothesis]));
      expect([await store.gaps(id), await store.hypotheses(id)]).toEqual([[gap], [hypothesis]]);
    });
  });

  describe('plans', () => {
    const place = placeOf('plans');
    const approve = (plan: string, by: string, digest: string) =>
      store.transact((tx) => store.addApproval(tx, plan, { by, digest, atMs: 12 }));

    test('a plan comes back with its digest intact', async () => {
      const sealed = sealPlan(planOf('exact'));
      await store.savePlan(null, sealed, place);
      const row = await store.plan('exact');
      const nonce = expect.stringMatching(/^[0-9a-f]{32}$/u);
      expect(row).toEqual({ ...sealed, place, state: 'pending', approvals: [], settledAtMs: null, nonce });
      expect(row && sealPlan(row.plan).digest).toBe(sealed.digest);
      expect(await store.plan('missing')).toBeNull();
    });

    test('of every runbook it is known when it last worked and when it last failed', async () => {
      const run = async (id: string, runbook: string | null, end: readonly [PlanState, number]): Promise<void> => {
        const of = runbook === null ? {} : { runbook: { name: runbook, lastRun: 'never run here' } };
        await store.savePlan(null, sealPlan(planOf(id, { kind: 'runbook', ...of })), place);
        await store.movePlan(null, id, ['pending'], 'running', 1);
        await store.movePlan(null, id, ['running'], ...end);
      };
      await run('ends-1', 'drain', ['done', 100]);
      await run('ends-2', 'drain', ['done', 300]);
      await run('ends-3', 'drain', ['failed', 200]);
      await run('ends-4', 'purge', ['failed', 50]);
      await run('ends-5', 'other', ['stopped', 60]);
      await run('ends-6', null, ['done', 400]);
      const ends = (await store.runbookEnds()).toSorted((a, b) => a.atMs - b.atMs);
      expect(ends).toEqual([
        { runbook: 'purge', state: 'failed', atMs: 50 },
        { runbook: 'drain', state: 'failed', atMs: 200 },
        { runbook: 'drain', state: 'done', atMs: 300 },
      ]);
    });

    test('a new version supersedes a pending one; the same version again changes nothing', async () => {
      const incident = 'INC-900';
      const [first, second] = [1, 2].map((version) => sealPlan(planOf('versions', { version, incident })));
      if (!first || !second) throw new Error('two plans');
      await store.savePlan(null, first, place);
      await approve('versions', 'ana', first.digest);
      await store.savePlan(null, first, place);
      expect(await store.plan('versions')).toMatchObject({ state: 'pending', approvals: [{ by: 'ana' }] });
      await store.transact((tx) => store.savePlan(tx, second, place));
      expect(await store.plan('versions')).toMatchObject({ digest: second.digest, state: 'pending', approvals: [] });
      expect(await store.plansOf(incident)).toMatchObject([
        { state: 'superseded', settledAtMs: 10 },
        { state: 'pending' },
      ]);
      await expect(store.savePlan(null, first, place)).rejects.toThrow('higher version');
    });

    test.each(['approved', 'running'] as const)('a plan that is %s is not replaced', async (state) => {
      const [first, second] = [1, 2].map((version) => sealPlan(planOf(`kept-${state}`, { version })));
      if (!first || !second) throw new Error('two plans');
      expect(await store.savePlan(null, first, place)).toBe('saved');
      await store.movePlan(null, first.plan.id, ['pending'], state, 5);
      expect(await store.savePlan(null, second, place)).toBe('in-flight');
      expect(await store.plan(first.plan.id)).toMatchObject({ state, digest: first.digest });
      await store.movePlan(null, first.plan.id, [state], 'done', 6);
      expect(await store.savePlan(null, second, place)).toBe('saved');
      expect(await store.plan(first.plan.id)).toMatchObject({ state: 'pending', digest: second.digest });
    });

    test('breaking the glass replaces the same person’s approval, and is read back', async () => {
      const { plan, digest } = sealPlan(planOf('glass'));
      await store.savePlan(null, { plan, digest }, place);
      await approve('glass', 'ana', digest);
      const broken = { by: 'ana', digest, atMs: 13, breakGlass: true };
      expect(await store.transact((tx) => store.addApproval(tx, 'glass', broken))).toBe(true);
      expect((await store.plan('glass'))?.approvals).toEqual([broken]);
    });

    test('of many that move a plan at once, one does', async () => {
      await store.savePlan(null, sealPlan(planOf('race')), place);
      const moves = await Promise.all(times(12).map(() => store.movePlan(null, 'race', ['pending'], 'approved', 5)));
      expect(moves.filter(Boolean)).toHaveLength(1);
      expect(await store.movePlan(null, 'race', ['pending'], 'rejected', 6)).toBe(false);
      expect(await store.plan('race')).toMatchObject({ state: 'approved', settledAtMs: null });
      expect(await store.movePlan(null, 'race', ['approved', 'running'], 'done', 7)).toBe(true);
      expect(await store.plan('race')).toMatchObject({ state: 'done', settledAtMs: 7 });
    });

    test('one approval per person, of the digest people see', async () => {
      const { digest } = sealPlan(planOf('approvals'));
      await store.savePlan(null, sealPlan(planOf('approvals')), place);
      const clicks = ['ana', 'ben', 'ana', 'ana', 'ben'];
      const results = await Promise.all(clicks.map((by) => approve('approvals', by, digest)));
      expect(results.filter(Boolean)).toHaveLength(2);
      await expect(approve('approvals', 'eve', 'another digest')).rejects.toThrow('not the digest');
      const row = await store.plan('approvals');
      expect(row?.approvals).toEqual([
        { by: 'ana', digest, atMs: 12 },
        { by: 'ben', digest, atMs: 12 },
      ]);
    });

    test('decisions that lock the plan take turns: exactly one sees the quorum first', async () => {
      const { digest } = sealPlan(planOf('quorum'));
      await store.savePlan(null, sealPlan(planOf('quorum')), place);
      const click = (by: string) =>
        store.transact(async (tx) => {
          const row = await store.planForUpdate(tx, 'quorum');
          if (row?.state !== 'pending') return false;
          await store.addApproval(tx, 'quorum', { by, digest, atMs: 1 });
          if (row.approvals.length + 1 < 2) return false;
          return store.movePlan(tx, 'quorum', ['pending'], 'approved', 2);
        });
      const approved = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(click));
      expect(approved.filter(Boolean)).toHaveLength(1);
      expect((await store.plan('quorum'))?.approvals).toHaveLength(2);
    });

    test('plans running on a service are known until they end', async () => {
      await store.savePlan(null, sealPlan(planOf('run', { service: 'cart' })), place);
      expect(await store.runningOn('cart')).toEqual([]);
      await store.movePlan(null, 'run', ['pending'], 'running', 1);
      expect(await store.runningOn('cart')).toEqual(['run']);
      await store.movePlan(null, 'run', ['running'], 'failed', 2);
      expect(await store.runningOn('cart')).toEqual([]);
    });
  });

  describe('effects', () => {
    test('an effect is intended once, and its outcome kept', async () => {
      const intents = await Promise.all(times(8).map((n) => store.intend('p1', 's1', { n: n > 0, text: awkward })));
      expect(intents.filter(Boolean)).toHaveLength(1);
      expect(await store.effect('p1', 's1')).toMatchObject({ outcome: null });
      await store.settleEffect('p1', 's1', { url: 'u' });
      expect(await store.effect('p1', 's1')).toMatchObject({ outcome: { url: 'u' } });
      expect(await store.effect('p1', 's2')).toBeNull();
      await expect(store.settleEffect('p1', 's2', null)).rejects.toThrow('no intent');
    });

    test('effects are counted by the clock', async () => {
      nowMs = 50_000;
      await store.intend('p2', 's1', null);
      nowMs = 60_000;
      await store.intend('p2', 's2', null);
      expect(await store.effectsSince(60_000)).toBe(1);
      expect(await store.effectsSince(50_000)).toBe(2);
    });

    test('the kill switch stays as it was set', async () => {
      expect(await store.stopped()).toBe(false);
      await store.setStopped(null, true);
      await store.setStopped(null, true);
      expect(await store.stopped()).toBe(true);
      await store.transact((tx) => store.setStopped(tx, false));
      expect(await store.stopped()).toBe(false);
    });
  });
}
