import type { AuditEntry, AuditRow } from './audit-entry.ts';
import { canonicalJson, sha256Hex } from './digest.ts';
import type { Json } from './json.ts';

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
export const entryText = ({ kind, incident, actor, atMs, body }: AuditEntry): string =>
  canonicalJson(wellFormed({ actor, atMs, body, incident, kind }));

/** sha256 over `prev`, then canonical `[seq, entry]`, in UTF-8; lower-case hex. */
export const rowHash = (prev: string, seq: number, entry: AuditEntry): string =>
  sha256Hex(`${prev}[${seq},${entryText(entry)}]`);

/** Where a chain stood: kept elsewhere, it shows what was cut off or written anew since. */
export type Checkpoint = { readonly seq: number; readonly hash: string };

type ChainFault = { readonly ok: false; readonly firstBadSeq: number; readonly why: string };
export type ChainResult = { readonly ok: true; readonly rows: number; readonly head: string } | ChainFault;

/** A verifier to feed row by row, oldest first; after the first fault it stays at that fault. */
export type ChainVerifier = { take(row: AuditRow): ChainFault | null; end(): ChainResult };

function faultOf(row: AuditRow, expected: { seq: number; prev: string }): string | null {
  if (row.seq !== expected.seq) return `expected entry ${expected.seq}, found ${row.seq}: entries are missing or moved`;
  if (row.prev !== expected.prev) return 'it does not follow the entry before it';
  return row.hash === rowHash(row.prev, row.seq, row) ? null : 'its content was changed after it was written';
}

/** Verifies a whole chain from its first row. With a checkpoint, also that the chain still contains it. */
export function chainVerifier(checkpoint: Checkpoint | null = null): ChainVerifier {
  let rows = 0;
  let head = genesisHash;
  let fault: ChainFault | null = null;

  const check = (row: AuditRow): string | null => {
    const why = faultOf(row, { seq: rows + 1, prev: head });
    if (why !== null || checkpoint === null || row.seq !== checkpoint.seq) return why;
    return row.hash === checkpoint.hash
      ? null
      : 'it is not the entry the checkpoint was taken of: the log was rewritten';
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
      if (checkpoint === null || checkpoint.seq <= rows) return { ok: true, rows, head };
      return { ok: false, firstBadSeq: rows + 1, why: `the log ends here but had ${checkpoint.seq} entries once` };
    },
  };
}

/** Verifies rows that start at the first entry, oldest first. */
export function verifyChain(rows: Iterable<AuditRow>, checkpoint: Checkpoint | null = null): ChainResult {
  const verifier = chainVerifier(checkpoint);
  for (const row of rows) if (verifier.take(row) !== null) break;
  return verifier.end();
}
