import type { AuditEntry, AuditRow } from './audit-entry.ts';
import { canonicalJson, inOrder, sha256Hex } from './digest.ts';
import type { Json } from './json.ts';
import { leafHash, treeHasher } from './merkle.ts';

/** What the first row follows. */
export const genesisHash = '0'.repeat(64);

/** RFC 8785 refuses half a surrogate pair, and a cut message may end in one: it must be recorded all the same. */
function wellFormed(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed();
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map(wellFormed);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]));
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** The entry alone, without where it stands, in canonical JSON: what is stored and hashed. Throws for NaN. */
export function entryText({ kind, incident, actor, atMs, body }: AuditEntry): string {
  const entry = { actor, atMs, body, incident, kind };
  return inOrder(entry) ? JSON.stringify(entry) : canonicalJson(wellFormed(entry));
}

/** sha256 over `prev`, then canonical `[seq, entry]`, in UTF-8; lower-case hex. */
export const rowHash = (prev: string, seq: number, entry: AuditEntry): string =>
  sha256Hex(`${prev}[${seq},${entryText(entry)}]`);

/** Where a log stood: kept elsewhere, it shows what was cut off or written anew since. `root` is of the Merkle tree. */
export type Checkpoint = { readonly seq: number; readonly hash: string; readonly root?: string };

export type ChainFault = { readonly ok: false; readonly firstBadSeq: number; readonly why: string };
export type ChainResult =
  | { readonly ok: true; readonly rows: number; readonly head: string; readonly root: string }
  | ChainFault;

/** A verifier to feed row by row, oldest first; after the first fault it stays at that fault. */
export type ChainVerifier = { take(row: AuditRow): ChainFault | null; end(): ChainResult };

function faultOf(row: AuditRow, expected: { seq: number; prev: string }): string | null {
  if (row.seq !== expected.seq) return `expected entry ${expected.seq}, found ${row.seq}: entries are missing or moved`;
  if (row.prev !== expected.prev) return 'it does not follow the entry before it';
  return row.hash === rowHash(row.prev, row.seq, row) ? null : 'its content was changed after it was written';
}

/** What an entry is in the Merkle tree: a leaf whose bytes are the entry's hash. */
export const rowLeaf = ({ hash }: Pick<AuditRow, 'hash'>): string => leafHash(hash);

/** Verifies a whole chain from its first row, and that it still contains every checkpoint. */
export function chainVerifier(checkpoints: readonly Checkpoint[] = []): ChainVerifier {
  const known = Map.groupBy(checkpoints, ({ seq }) => seq);
  const longest = Math.max(0, ...known.keys());
  const tree = treeHasher();
  let rows = 0;
  let head = genesisHash;
  let lastKnown = 0;
  let fault: ChainFault | null = null;

  const check = (row: AuditRow): string | null => {
    const why = faultOf(row, { seq: rows + 1, prev: head });
    if (why !== null) return why;
    tree.append(rowLeaf(row));
    const here = known.get(row.seq) ?? [];
    if (here.some(({ hash, root = tree.root() }) => hash !== row.hash || root !== tree.root())) {
      return `it is not the entry the checkpoint was taken of: the log was rewritten between ${lastKnown + 1} and here`;
    }
    if (here.length > 0) lastKnown = row.seq;
    return null;
  };

  return {
    take(row) {
      if (fault !== null) return fault;
      const why = check(row);
      if (why !== null) fault = { ok: false, firstBadSeq: rows + 1, why };
      rows += 1;
      head = row.hash;
      return fault;
    },
    end() {
      if (fault !== null) return fault;
      if (longest <= rows) return { ok: true, rows, head, root: tree.root() };
      return { ok: false, firstBadSeq: rows + 1, why: `the log ends here but had ${longest} entries once` };
    },
  };
}

/** Verifies rows that start at the first entry, oldest first. */
export function verifyChain(rows: Iterable<AuditRow>, checkpoints: readonly Checkpoint[] = []): ChainResult {
  const verifier = chainVerifier(checkpoints);
  for (const row of rows) if (verifier.take(row) !== null) break;
  return verifier.end();
}
