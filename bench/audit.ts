/** How fast the audit log is verified; that tampering is found is a test (test/core/audit-tamper.test.ts). */
import { parseArgs } from 'node:util';
import { type Checkpoint, chainVerifier, entryText, genesisHash, rowHash, rowLeaf } from '../src/core/audit-chain.ts';
import type { AuditEntry, AuditRow } from '../src/core/audit-entry.ts';
import { inclusionHolds, inclusionRanges, rangeHasher, treeHasher } from '../src/core/merkle.ts';

/** About the size of a tool call's row. */
const entryOf = (n: number): AuditEntry => ({
  kind: 'tool.result',
  incident: `INC-${n % 50}`,
  actor: 'causeway',
  atMs: 1_795_000_000_000 + n * 137,
  body: {
    tool: 'cloudwatch-logs.search',
    input: { logGroup: '/shop/prod/checkout', fromMs: n, pattern: 'ERROR' },
    digest: 'f'.repeat(64),
    bytes: 1_200 + (n % 77),
    redactions: n % 3,
    durationMs: 12.5,
  },
});

function chainOf(count: number): AuditRow[] {
  const rows: AuditRow[] = [];
  let prev = genesisHash;
  for (let seq = 1; seq <= count; seq += 1) {
    // As the store gives it back: parsed from its canonical text.
    const entry = JSON.parse(entryText(entryOf(seq))) as AuditEntry;
    const hash = rowHash(prev, seq, entry);
    rows.push({ ...entry, seq, prev, hash });
    prev = hash;
  }
  return rows;
}

/**
 * `audit [--rows N] [--rounds N]`: rows verified per second (chain, tree and a checkpoint), by the wall clock and by this
 * process's own processor time, which a busy machine does not spoil.
 */
export function benchAudit(words: readonly string[]): void {
  const { values } = parseArgs({
    args: [...words],
    options: { rows: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } },
  });
  const rows = chainOf(Number(values.rows));
  const checkpoints = [{ seq: rows.length, hash: rows.at(-1)?.hash ?? genesisHash }];
  const rounds = Array.from({ length: Number(values.rounds) }, () => verifyOnce(rows, checkpoints));
  const tell = (pick: (round: Round) => number): string => {
    const sorted = rounds.map((round) => rows.length / pick(round)).toSorted((a, b) => a - b);
    return `median ${(sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(0)}, slowest ${(sorted[0] ?? 0).toFixed(0)}`;
  };
  process.stdout.write(
    `verified ${rows.length} rows (chain and RFC 6962 tree), ${rounds.length} rounds, goal >= 50000 rows/s\n` +
      `rows per second: ${tell(({ wallSeconds }) => wallSeconds)}\n` +
      `rows per processor second: ${tell(({ processorSeconds }) => processorSeconds)}\n`,
  );
  proveOnce(rows);
}

type Round = { readonly wallSeconds: number; readonly processorSeconds: number };

function verifyOnce(rows: readonly AuditRow[], checkpoints: readonly Checkpoint[]): Round {
  const startedAtMs = performance.now();
  const startedUsage = process.cpuUsage();
  const verifier = chainVerifier(checkpoints);
  for (const row of rows) verifier.take(row);
  const result = verifier.end();
  if (!result.ok) throw new Error(`audit: the bench's own log does not verify: ${result.why}`);
  const { user, system } = process.cpuUsage(startedUsage);
  return { wallSeconds: (performance.now() - startedAtMs) / 1_000, processorSeconds: (user + system) / 1_000_000 };
}

function proveOnce(rows: readonly AuditRow[]): void {
  const size = rows.length;
  const index = Math.floor(size / 3);
  const startedAtMs = performance.now();
  const hasher = rangeHasher(inclusionRanges(index, { from: 0, to: size }));
  const tree = treeHasher();
  for (const row of rows) {
    const leaf = rowLeaf(row);
    hasher.append(leaf);
    tree.append(leaf);
  }
  const madeMs = performance.now() - startedAtMs;
  const row = rows[index];
  const path = hasher.roots();
  const checkedAtMs = performance.now();
  const holds = row !== undefined && inclusionHolds({ index, size, leaf: rowLeaf(row), path, root: tree.root() });
  const checkedMs = performance.now() - checkedAtMs;
  if (!holds) throw new Error('audit: the proof does not hold');
  process.stdout.write(
    `inclusion proof of ${path.length} hashes: made in ${madeMs.toFixed(0)} ms, checked in ${checkedMs.toFixed(2)} ms\n`,
  );
}
