/** Every way of tampering with a log, at random places: all are found, at the exact entry where the chain can tell. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainVerifier, genesisHash, rowHash, verifyChain } from '../../src/core/audit-chain.ts';
import type { AuditEntry, AuditRow } from '../../src/core/audit-entry.ts';

const entryOf = (n: number, log: string): AuditEntry => ({
  kind: n % 2 === 0 ? 'tool.intent' : 'tool.result',
  incident: `INC-${n % 3}`,
  actor: n % 5 === 0 ? 'ana' : 'causeway',
  atMs: 1_795_000_000_000 + n * 1_000,
  body: { n, log, text: `what happened ${n}`, nested: { list: [n, null, true] } },
});

/** Continues `rows` with entries that chain correctly. */
function chained(rows: readonly AuditRow[], entries: readonly AuditEntry[]): AuditRow[] {
  const out = [...rows];
  for (const entry of entries) {
    const prev = out.at(-1)?.hash ?? genesisHash;
    const seq = out.length + 1;
    out.push({ ...entry, seq, prev, hash: rowHash(prev, seq, entry) });
  }
  return out;
}

const logOf = (length: number, name: string) =>
  chained(
    [],
    Array.from({ length }, (_, n) => entryOf(n, name)),
  );

const onlyEntry = ({ kind, incident, actor, atMs, body }: AuditRow): AuditEntry => ({
  kind,
  incident,
  actor,
  atMs,
  body,
});

const changedAt = (rows: readonly AuditRow[], at: number, change: (row: AuditRow) => Partial<AuditRow>): AuditRow[] =>
  rows.map((row, index) => (index === at ? { ...row, ...change(row) } : row));

/** The log, a place in it counted from 0 (never the last), a later place, and the same log of somebody else. */
type Case = {
  readonly rows: readonly AuditRow[];
  readonly at: number;
  readonly later: number;
  readonly other: readonly AuditRow[];
};
type Kind = { readonly tamper: (given: Case) => AuditRow[]; readonly bad: (given: Case) => number };

const here = ({ at }: Case): number => at + 1;
const next = ({ at }: Case): number => at + 2;
const rowAt = (rows: readonly AuditRow[], at: number): AuditRow => {
  const row = rows[at];
  if (!row) throw new Error(`no row ${at}`);
  return row;
};

/** What the chain alone finds. */
const found: { readonly [name: string]: Kind } = {
  'one letter of a body': {
    tamper: ({ rows, at }) =>
      changedAt(rows, at, ({ body, seq }) => ({
        body: { ...body, text: `what happenef ${seq - 1}` },
      })),
    bad: here,
  },
  'a field added to a body': {
    tamper: ({ rows, at }) => changedAt(rows, at, ({ body }) => ({ body: { ...body, more: null } })),
    bad: here,
  },
  'one digit of a hash': {
    tamper: ({ rows, at }) =>
      changedAt(rows, at, ({ hash }) => ({ hash: `${hash.startsWith('0') ? '1' : '0'}${hash.slice(1)}` })),
    bad: here,
  },
  'a changed link': { tamper: ({ rows, at }) => changedAt(rows, at, () => ({ prev: 'a'.repeat(64) })), bad: here },
  'a changed kind': { tamper: ({ rows, at }) => changedAt(rows, at, () => ({ kind: 'receipt' })), bad: here },
  'a changed sequence number': {
    tamper: ({ rows, at }) => changedAt(rows, at, ({ seq }) => ({ seq: seq + 1 })),
    bad: here,
  },
  'a changed time': { tamper: ({ rows, at }) => changedAt(rows, at, ({ atMs }) => ({ atMs: atMs - 1 })), bad: here },
  'a changed actor': { tamper: ({ rows, at }) => changedAt(rows, at, () => ({ actor: 'mallory' })), bad: here },
  'two rows swapped': {
    tamper: ({ rows, at, later }) => rows.with(at, rowAt(rows, later)).with(later, rowAt(rows, at)),
    bad: here,
  },
  'two contents swapped': {
    tamper: ({ rows, at, later }) => {
      const swapped = changedAt(rows, at, () => onlyEntry(rowAt(rows, later)));
      return changedAt(swapped, later, () => onlyEntry(rowAt(rows, at)));
    },
    bad: here,
  },
  'contents shifted by one': {
    tamper: ({ rows, at }) =>
      rows.map((row, index) => (index < at ? row : { ...row, ...onlyEntry(rows[index + 1] ?? rowAt(rows, at)) })),
    bad: here,
  },
  'a row deleted': { tamper: ({ rows, at }) => rows.toSpliced(at, 1), bad: here },
  'a row deleted, the rest renumbered': {
    tamper: ({ rows, at }) => rows.toSpliced(at, 1).map((row, index) => ({ ...row, seq: index + 1 })),
    bad: here,
  },
  'a row inserted, properly chained to the one before': {
    tamper: ({ rows, at }) => [...chained(rows.slice(0, at), [entryOf(999, 'forged')]), ...rows.slice(at)],
    bad: next,
  },
  'a row inserted, the rest renumbered': {
    tamper: ({ rows, at }) =>
      [...chained(rows.slice(0, at), [entryOf(999, 'forged')]), ...rows.slice(at)].map((row, index) => ({
        ...row,
        seq: index + 1,
      })),
    bad: next,
  },
  'a row twice': { tamper: ({ rows, at }) => rows.toSpliced(at, 0, rowAt(rows, at)), bad: next },
  'a row rewritten with its own hash made right': {
    tamper: ({ rows, at }) =>
      changedAt(rows, at, (row) => ({
        actor: 'mallory',
        hash: rowHash(row.prev, row.seq, { ...row, actor: 'mallory' }),
      })),
    bad: next,
  },
  'a stretch of another log': {
    tamper: ({ rows, at, later, other }) => [...rows.slice(0, at), ...other.slice(at, later), ...rows.slice(later)],
    // The first entry of another log follows nothing, as ours does: there the join is where ours goes on.
    bad: ({ at, later }) => (at === 0 ? later + 1 : at + 1),
  },
};

const places = fc
  .integer({ min: 3, max: 60 })
  .chain((length) => fc.record({ length: fc.constant(length), at: fc.nat(length - 2), gap: fc.nat(length) }))
  .map(
    ({ length, at, gap }): Case => ({
      rows: logOf(length, 'ours'),
      at,
      later: at + 1 + (gap % (length - 1 - at)),
      other: logOf(length, 'theirs'),
    }),
  );

describe('the chain alone finds', () => {
  it.each(Object.entries(found))('%s', (_, { tamper, bad }) => {
    fc.assert(
      fc.property(places, (given) => {
        expect(verifyChain(given.rows)).toMatchObject({ ok: true });
        expect(verifyChain(tamper(given))).toMatchObject({ ok: false, firstBadSeq: bad(given) });
      }),
      { numRuns: 40 },
    );
  });
});

/** Whole chains that are right in themselves: only what was kept elsewhere shows them. */
const quiet: { readonly [name: string]: (given: Case) => AuditRow[] } = {
  'written anew from a place on': ({ rows, at }) =>
    chained(rows.slice(0, at), [
      { ...onlyEntry(rowAt(rows, at)), actor: 'mallory' },
      ...rows.slice(at + 1).map(onlyEntry),
    ]),
  'one entry left out and written anew': ({ rows, at }) =>
    chained(rows.slice(0, at), rows.slice(at + 1).map(onlyEntry)),
  'one entry put in and written anew': ({ rows, at }) =>
    chained(rows.slice(0, at), [entryOf(999, 'forged'), ...rows.slice(at).map(onlyEntry)]),
  'a copy of another log': ({ other }) => [...other],
  'cut off': ({ rows, at }) => rows.slice(0, at),
  'cut off and grown again': ({ rows, at }) =>
    chained(
      rows.slice(0, at),
      rows.slice(at).map((_, n) => entryOf(n + 500, 'again')),
    ),
};

describe('only a checkpoint shows a log', () => {
  it.each(Object.entries(quiet))('%s', (name, tamper) => {
    fc.assert(
      fc.property(places, (given) => {
        const forged = tamper(given);
        expect(verifyChain(forged)).toMatchObject({ ok: true });
        const from = name === 'a copy of another log' ? 0 : given.at;
        // One was kept after every third entry, and one at the end.
        const kept = given.rows.filter(({ seq }) => seq % 3 === 0 || seq === given.rows.length);
        const checkpoints = kept.map(({ seq, hash }) => ({ seq, hash }));
        const firstAfter = kept.find(({ seq }) => seq > from)?.seq ?? 0;
        const expected = firstAfter <= forged.length ? firstAfter : forged.length + 1;
        expect(verifyChain(given.rows, checkpoints)).toMatchObject({ ok: true });
        expect(verifyChain(forged, checkpoints)).toMatchObject({ ok: false, firstBadSeq: expected });
      }),
      { numRuns: 40 },
    );
  });

  it('and says between which entries it was rewritten', () => {
    const rows = logOf(10, 'ours');
    const forged = chained(rows.slice(0, 6), [entryOf(999, 'forged'), ...rows.slice(7).map(onlyEntry)]);
    const kept = [4, 8].map((seq) => ({ seq, hash: rowAt(rows, seq - 1).hash }));
    expect(verifyChain(forged, kept)).toMatchObject({
      firstBadSeq: 8,
      why: expect.stringContaining('between 5 and here'),
    });
  });

  it('also when only the root of its tree is wrong', () => {
    const rows = logOf(5, 'ours');
    const honest = chainVerifier();
    for (const row of rows) honest.take(row);
    const end = honest.end();
    const root = end.ok ? end.root : '';
    const kept = { seq: 5, hash: rowAt(rows, 4).hash };
    expect(verifyChain(rows, [{ ...kept, root }])).toMatchObject({ ok: true });
    expect(verifyChain(rows, [{ ...kept, root: '0'.repeat(64) }])).toMatchObject({ ok: false, firstBadSeq: 5 });
  });
});
