import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chainVerifier, entryText, genesisHash, rowHash, verifyChain } from '../../src/core/audit-chain.ts';
import type { AuditEntry, AuditRow } from '../../src/core/audit-entry.ts';
import { emptyRoot } from '../../src/core/merkle.ts';

const entryOf = (n: number): AuditEntry => ({
  kind: 'inbound',
  incident: 'INC-1',
  actor: 'ana',
  atMs: 1_000 + n,
  body: { n },
});

function chainOf(entries: readonly AuditEntry[]): AuditRow[] {
  const rows: AuditRow[] = [];
  for (const entry of entries) {
    const prev = rows.at(-1)?.hash ?? genesisHash;
    const seq = rows.length + 1;
    rows.push({ ...entry, seq, prev, hash: rowHash(prev, seq, entry) });
  }
  return rows;
}

const chain = (length: number): AuditRow[] => chainOf(Array.from({ length }, (_, n) => entryOf(n)));

const changed = (rows: readonly AuditRow[], index: number, change: Partial<AuditRow>): AuditRow[] =>
  rows.map((row, at) => (at === index ? { ...row, ...change } : row));

test('the hash of a row is the documented one', () => {
  expect(entryText(entryOf(0))).toBe('{"actor":"ana","atMs":1000,"body":{"n":0},"incident":"INC-1","kind":"inbound"}');
  expect(chain(2).map(({ hash }) => hash)).toEqual([
    'd1d64a3cbdcf060f9538f3cc57d3fc2171e5e459b73c4cfacad94049e97e02a4',
    'aa403fc64a96ff96b58de79b88e8058695cc5a5be6a16a96dbaa79516b328735',
  ]);
});

test('a whole chain verifies, and says how long it is and where it ends', () => {
  expect(verifyChain([])).toEqual({ ok: true, rows: 0, head: genesisHash, root: emptyRoot });
  const rows = chain(30);
  expect(verifyChain(rows)).toMatchObject({ ok: true, rows: 30, head: rows[29]?.hash });
});

test('the first bad entry is named, whatever was done to it', () => {
  const kinds: readonly ((rows: AuditRow[], index: number) => AuditRow[])[] = [
    (rows, index) => changed(rows, index, { body: { n: 99_999 } }),
    (rows, index) => changed(rows, index, { atMs: 1 }),
    (rows, index) => changed(rows, index, { actor: 'mallory' }),
    (rows, index) => changed(rows, index, { kind: 'receipt' }),
    (rows, index) => changed(rows, index, { incident: null }),
    (rows, index) => changed(rows, index, { hash: 'f'.repeat(64) }),
    (rows, index) => changed(rows, index, { prev: 'f'.repeat(64) }),
    (rows, index) => changed(rows, index, { seq: index + 2 }),
    (rows, index) => rows.filter((_, at) => at !== index),
    (rows, index) => rows.toSpliced(index, 0, ...rows.slice(index, index + 1)),
  ];
  const tampering = fc.record({
    length: fc.integer({ min: 2, max: 20 }),
    at: fc.nat(1_000),
    kind: fc.nat(kinds.length - 1),
  });
  fc.assert(
    fc.property(tampering, ({ length, at, kind }) => {
      const index = at % (length - 1);
      const result = verifyChain(kinds[kind]?.(chain(length), index) ?? []);
      const copied = kind === kinds.length - 1 ? 1 : 0;
      expect(result).toMatchObject({ ok: false, firstBadSeq: index + 1 + copied });
    }),
    { numRuns: 150 },
  );
});

test('a log cut short or written anew verifies alone, and fails against a checkpoint taken before', () => {
  const rows = chain(20);
  const checkpoints = [{ seq: 15, hash: rows[14]?.hash ?? '' }];
  expect(verifyChain(rows, checkpoints)).toMatchObject({ ok: true });
  expect(verifyChain(rows.slice(0, 10))).toMatchObject({ ok: true });
  expect(verifyChain(rows.slice(0, 10), checkpoints)).toMatchObject({ ok: false, firstBadSeq: 11 });
  const forged = chainOf([
    ...Array.from({ length: 11 }, (_, n) => entryOf(n)),
    { ...entryOf(11), actor: 'mallory' },
    ...rows.slice(12),
  ]);
  expect(verifyChain(forged)).toMatchObject({ ok: true });
  expect(verifyChain(forged, checkpoints)).toMatchObject({ ok: false, firstBadSeq: 15 });
});

test('a verifier stays at the first fault', () => {
  const verifier = chainVerifier();
  const rows = changed(chain(5), 1, { actor: 'mallory' });
  expect(rows.map((row) => verifier.take(row)?.firstBadSeq ?? null)).toEqual([null, 2, 2, 2, 2]);
  expect(verifier.end()).toMatchObject({ ok: false, firstBadSeq: 2 });
});

test('half a surrogate pair is recorded, what JSON cannot hold is refused', () => {
  const cut = { ...entryOf(0), body: { 'k\ud800': ['end \ud83d'] } };
  expect(verifyChain(chainOf([cut]))).toMatchObject({ ok: true });
  expect(() => rowHash(genesisHash, 1, { ...entryOf(0), body: { n: Number.NaN } })).toThrow('NaN');
});
