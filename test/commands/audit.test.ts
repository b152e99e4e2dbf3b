/** The audit commands: over an embedded store as a person at a terminal runs them, then offline on what they wrote. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditKey, checkpointsFile, createAuditAnchor } from '../../src/audit-anchor.ts';
import { exportAudit, type VerifyOptions, verifyAudit } from '../../src/commands/audit.ts';
import { printAuditKey } from '../../src/commands/audit-checkpoint.ts';
import { prove } from '../../src/commands/audit-prove.ts';
import type { AuditEntry, AuditRow } from '../../src/core/audit-entry.ts';
import { auditEvent } from '../../src/core/audit-export.ts';
import { type Database, openDatabase } from '../../src/store/open-database.ts';
import { createStore } from '../../src/store/store.ts';
import { embeddedHome, silent } from '../store/databases.ts';

const guard = fileURLToPath(new URL('../../src/start-guard.js', import.meta.url));
const clock = { nowMs: () => 1_795_000_000_000, sleep: () => Promise.resolve() };

const entryOf = (n: number): AuditEntry => ({
  kind: 'human.statement',
  incident: 'INC-1',
  actor: 'ana',
  atMs: 1_795_000_000_000 + n,
  body: { n, says: `line ${n}` },
});

async function withStore<Value>(
  home: string,
  work: (store: ReturnType<typeof createStore>, database: Database) => Promise<Value>,
): Promise<Value> {
  const database = await openDatabase({ databaseUrl: null, homeDirectory: home, log: silent });
  try {
    return await work(createStore(database, clock), database);
  } finally {
    await database.close();
  }
}

const append = (home: string, from: number, to: number) =>
  withStore(home, async (store) => {
    for (let n = from; n <= to; n += 1) await store.audit(null, entryOf(n));
  });

async function causeway(home: string, words: readonly string[]) {
  const child = spawn(process.execPath, [guard, 'cli', 'audit', ...words], { env: { ...env, CAUSEWAY_HOME: home } });
  child.stdin.end();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code };
}

/** A command in this process: what it says and its exit code. */
async function captured(command: () => Promise<number>): Promise<{ code: number; says: string }> {
  const said: string[] = [];
  const keep = (chunk: string | Uint8Array): boolean => said.push(String(chunk)) > 0;
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(keep));
  try {
    return { code: await command(), says: said.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('signed checkpoints, proofs and exports', () => {
  let home: string;
  let files: string;
  const at = (name: string): string => join(files, name);

  async function save(name: string, command: () => Promise<number>): Promise<void> {
    const { code, says } = await captured(command);
    if (code !== 0) throw new Error(`${name}: ${code} ${says}`);
    writeFileSync(at(name), says);
  }

  beforeAll(async () => {
    home = await embeddedHome();
    files = join(home, 'files');
    mkdirSync(files);
    await append(home, 1, 9);
    const variables = { CAUSEWAY_HOME: home };
    await save('key', () => printAuditKey(variables));
    await causeway(home, ['checkpoint', '--out', at('old')]);
    await append(home, 10, 14);
    writeFileSync(at('entry'), (await causeway(home, ['prove', '3'])).stdout);
    await save('growth', () => prove(variables, undefined, { since: at('old') }));
    writeFileSync(at('new'), JSON.parse(readFileSync(at('entry'), 'utf8')).checkpoint);
    await save('jsonl', () => exportAudit(variables, {}));
    await save('ocsf', () => exportAudit(variables, { format: 'ocsf' }));
    const rows: AuditRow[] = readFileSync(at('jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    writeFileSync(at('cloudevents'), rows.map((row) => JSON.stringify(auditEvent(row, 'cloudevents'))).join('\n'));
    await save('unsigned', () => verifyAudit({}, { export: at('jsonl'), json: true }));
    writeFileSync(at('both'), `${readFileSync(at('old'), 'utf8')}\n${readFileSync(at('new'), 'utf8')}`);
  }, 120_000);
  afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));

  /** Offline, in this process. */
  const verify = (options: VerifyOptions) => captured(() => verifyAudit({ CAUSEWAY_HOME: '/nowhere' }, options));

  /** Writes a changed copy and returns its path. */
  function changed(name: string, change: (before: string) => string): string {
    const before = readFileSync(at(name), 'utf8');
    const after = change(before);
    expect(after).not.toBe(before);
    writeFileSync(at(`changed-${name}`), after);
    return at(`changed-${name}`);
  }

  it('the private key is for its owner only', () => {
    expect(statSync(join(home, 'audit-key.pem')).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('key'), 'utf8')).toMatch(/^causeway\/audit\/[0-9a-f]{12}\+[0-9a-f]{8}\+/u);
  });

  it('the store still contains what was signed before it grew', async () => {
    const told = await causeway(home, ['verify', '--checkpoint', at('both'), '--public-key', at('key')]);
    expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('all 2 checkpoints, signed by causeway/') });
  }, 30_000);

  it.each(['jsonl', 'cloudevents', 'ocsf'])(
    'an export as %s verifies against the signed checkpoints',
    async (format) => {
      const told = await verify({ export: at(format), checkpoint: at('both'), publicKey: at('key') });
      expect(told).toEqual({ code: 0, says: expect.stringContaining('14 entries') });
    },
  );

  it.each([
    { format: 'jsonl', from: 'line 6', to: 'line 5', bad: 6 },
    { format: 'jsonl', from: '"incident":"INC-1","actor":"ana"', to: '"incident":null,"actor":"ana"', bad: 1 },
    { format: 'cloudevents', from: '"atMs":1795000000004', to: '"atMs":1795000000003', bad: 4 },
    { format: 'cloudevents', from: '"sequence":"000000000004"', to: '"sequence":"000000000005"', bad: 4 },
    { format: 'cloudevents', from: '"id":', to: '"more":1,"id":', bad: 1 },
    { format: 'ocsf', from: '"uid":"ana"', to: '"uid":"bob"', bad: 1 },
    { format: 'ocsf', from: String.raw`line 9\"`, to: String.raw`line 8\"`, bad: 9 },
  ])('a changed export as $format does not verify: $to', async ({ format, from, to, bad }) => {
    const told = await verify({ export: changed(format, (before) => before.replace(from, to)) });
    expect(told).toEqual({ code: 1, says: expect.stringContaining(`First bad entry: ${bad}.`) });
  });

  it('proofs hold without the store, in exactly the checkpoint they name', async () => {
    const publicKey = at('key');
    const entry = await verify({ proof: at('entry'), publicKey, checkpoint: at('new') });
    const growth = await verify({ proof: at('growth'), publicKey });
    const other = await verify({ proof: at('entry'), publicKey, checkpoint: at('old') });
    expect(entry).toEqual({ code: 0, says: expect.stringContaining('Entry 3 is in the log of 14 entries, signed') });
    expect(growth).toEqual({ code: 0, says: expect.stringContaining('9 entries is the start of the log of 14') });
    expect(other).toEqual({ code: 1, says: expect.stringContaining('another checkpoint') });
  });

  it.each([
    { proof: 'entry', what: 'entry', from: '"actor": "ana"', to: '"actor": "bob"' },
    { proof: 'entry', what: 'place', from: '"seq": 3', to: '"seq": 4' },
    { proof: 'entry', what: 'way', from: /"path": \[\s+"[0-9a-f]{64}",/u, to: '"path": [' },
    { proof: 'entry', what: 'size', from: String.raw`\n14\n`, to: String.raw`\n15\n` },
    { proof: 'growth', what: 'older checkpoint', from: String.raw`\n9\n`, to: String.raw`\n8\n` },
    { proof: 'growth', what: 'way', from: /"path": \[\s+"[0-9a-f]{64}",/u, to: '"path": [' },
  ])('a proof of $proof does not hold when its $what was changed', async ({ proof, from, to }) => {
    const path = changed(proof, (before) => before.replace(from, to));
    expect(await verify({ proof: path, publicKey: at('key') })).toMatchObject({ code: 1 });
  });

  it('a checkpoint that this key did not sign is refused', async () => {
    const checkpoint = changed('old', (before) => before.replace('\n9\n', '\n8\n'));
    const told = await verify({ export: at('jsonl'), checkpoint, publicKey: at('key') });
    expect(told).toEqual({ code: 1, says: expect.stringContaining('NOT signed by causeway/audit/') });
  });

  it('a signature nobody checked is told as such', async () => {
    const told = await verify({ export: at('jsonl'), checkpoint: at('old') });
    expect(told).toEqual({ code: 0, says: expect.stringContaining('signatures were not checked') });
  });

  it('what an earlier verify --json printed is still a checkpoint', async () => {
    const checkpoint = at('unsigned');
    expect(await verify({ export: at('jsonl'), checkpoint })).toMatchObject({ code: 0 });
    const cut = changed('jsonl', (before) => before.split('\n').slice(0, 5).join('\n'));
    const told = await verify({ export: cut, checkpoint });
    expect(told).toEqual({ code: 1, says: expect.stringContaining('entry: 6. the log ends here but had 14 entries') });
  });

  it.each([
    { options: { publicKey: '/nowhere' }, instead: 'causeway audit key' },
    { options: { proof: '/nowhere' }, instead: 'causeway audit prove' },
    { options: { checkpoint: '/nowhere' }, instead: 'causeway audit checkpoint' },
    { options: { checkpoint: guard }, instead: 'causeway audit checkpoint' },
    { options: { export: guard }, instead: 'causeway audit export' },
  ])('$options: says what to give instead, exit code 2', async ({ options, instead }) => {
    expect(await verify(options)).toEqual({ code: 2, says: expect.stringContaining(instead) });
  });

  it('a form, an entry or nothing that is not known: says what is, exit code 2', async () => {
    const variables = { CAUSEWAY_HOME: home };
    const told = [
      await captured(() => exportAudit(variables, { format: 'xml' })),
      await captured(() => prove(variables, '99', {})),
      await captured(() => prove(variables, undefined, {})),
    ];
    expect(told).toEqual([
      { code: 2, says: expect.stringContaining('jsonl, cloudevents, ocsf') },
      { code: 2, says: expect.stringContaining('entries 1 to 14') },
      { code: 2, says: expect.stringContaining('--since FILE') },
    ]);
  }, 30_000);
});

describe('the anchor beside the store', () => {
  const logged = () => ({ ...silent, error: vi.fn<(data: object, message?: string) => void>() });

  it('keeps one signed checkpoint per receipt, and none of a log that was rewritten since', async () => {
    const home = await embeddedHome();
    const log = logged();
    await withStore(home, async (store) => {
      for (let n = 1; n <= 9; n += 1) await store.audit(null, entryOf(n));
      const anchor = createAuditAnchor({ store, home, log });
      await Promise.all([anchor(), anchor()]);
      await store.audit(null, entryOf(10));
      await anchor();
    });
    const kept = readFileSync(checkpointsFile(home), 'utf8').split('\n');
    const { note } = await auditKey(home);
    expect(kept.filter((_, line) => kept[line - 1] === note.name)).toEqual(['9', '10']);
    expect(log.error.mock.calls).toEqual([]);

    await withStore(home, async (store, database) => {
      await sql`alter table audit disable trigger all`.execute(database.reader());
      await sql`delete from audit where seq > 7`.execute(database.reader());
      await createAuditAnchor({ store, home, log })();
    });
    expect(log.error.mock.calls).toMatchObject([[{ ok: false, firstBadSeq: 8 }, expect.any(String)]]);
    expect(readFileSync(checkpointsFile(home), 'utf8').split('\n')).toEqual(kept);
    const verify = () => verifyAudit({ CAUSEWAY_HOME: home }, { checkpoint: checkpointsFile(home) });
    expect(await captured(verify)).toEqual({ code: 1, says: expect.stringContaining('First bad entry: 8.') });
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }, 60_000);

  it('a home that cannot be written costs a checkpoint, never the receipt', async () => {
    const log = logged();
    const store = { auditRows: () => Promise.resolve([]) } as unknown as ReturnType<typeof createStore>;
    await createAuditAnchor({ store, home: guard, log })();
    expect(log.error).toHaveBeenCalledOnce();
  });

  it('processes that start at the same moment agree on one key', async () => {
    const home = await embeddedHome();
    const keys = await Promise.all(Array.from({ length: 5 }, () => auditKey(home)));
    expect(new Set(keys.map(({ note }) => note.name)).size).toBe(1);
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  });
});
