/** Proofs anybody can check without the log: that an entry is in it, and that it only grew since a checkpoint. */
import { readFile } from 'node:fs/promises';
import { auditKey, noteFor } from '../audit-anchor.ts';
import type { System } from '../compose.ts';
import { type Checkpoint, chainVerifier, rowLeaf } from '../core/audit-chain.ts';
import type { AuditRow } from '../core/audit-entry.ts';
import { consistencyRanges, inclusionRanges, rangeHasher } from '../core/merkle.ts';
import { failed, type Result } from '../core/result.ts';
import { auditPages } from '../flow/walk-audit.ts';
import { checkNotes, type Refusal } from './audit-files.ts';
import { complain, printJson } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

/** Exactly one of an entry's number and an earlier checkpoint. */
export async function prove(
  variables: Variables,
  seq: string | undefined,
  { since }: { readonly since?: string },
): Promise<number> {
  if (seq !== undefined && since === undefined) return proveEntry(variables, seq);
  if (seq === undefined && since !== undefined) return proveGrowth(variables, since);
  return fail(['Give the number of an entry, or --since FILE with an earlier checkpoint.']);
}

/** The inclusion proof of one entry, as one JSON document, against a checkpoint signed now. */
const proveEntry = (variables: Variables, seq: string): Promise<number> =>
  withSystem(variables, async (system) => {
    const size = (await system.world.store.auditHead())?.seq ?? 0;
    const wanted = Number(seq);
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > size) {
      return fail([`${seq}: there is no such entry. The log has entries 1 to ${size}.`]);
    }
    const proven = await collect(system, { size, ranges: inclusionRanges(wanted - 1, { from: 0, to: size }), wanted });
    if (!proven) return 1;
    const { row, path, checkpoint } = proven;
    printJson({ kind: 'inclusion', row, path, checkpoint });
    return 0;
  });

/** The proof that the log of the checkpoint in `file` is the start of the log now, as one JSON document. */
async function proveGrowth(variables: Variables, file: string): Promise<number> {
  const old = await readFile(file, 'utf8').then(
    (text) => checkNotes(text, null),
    (error: unknown) => refused(error instanceof Error ? error.message : 'cannot be read'),
  );
  const from = old.ok ? old.value.at(-1) : undefined;
  if (!old.ok || !from) return fail([`${file}: ${old.ok ? 'is empty' : old.failure.why}`]);
  return withSystem(variables, async (system) => {
    const size = (await system.world.store.auditHead())?.seq ?? 0;
    const ranges = from.size > 0 && from.size <= size ? consistencyRanges(from.size, size) : [];
    const proven = await collect(system, { size, ranges, since: { seq: from.size, hash: from.head, root: from.root } });
    if (!proven) return 1;
    printJson({ kind: 'consistency', from: from.note, path: proven.path, checkpoint: proven.checkpoint });
    return 0;
  });
}

type Collecting = {
  readonly size: number;
  readonly ranges: Parameters<typeof rangeHasher>[0];
  readonly wanted?: number;
  readonly since?: Checkpoint;
};

type Proven = { readonly row: AuditRow | null; readonly path: readonly string[]; readonly checkpoint: string };

/** Reads the log once: nothing is proven, and nothing signed, of a log that does not verify. */
async function collect({ world, home }: System, collecting: Collecting): Promise<Proven | null> {
  const { size, ranges, wanted, since } = collecting;
  const verifier = chainVerifier(since ? [since] : []);
  const hasher = rangeHasher(ranges);
  let found: AuditRow | null = null;
  for await (const row of rowsUpTo(size, world.store)) {
    if (verifier.take(row) !== null) break;
    hasher.append(rowLeaf(row));
    if (row.seq === wanted) found = row;
  }
  const result = verifier.end();
  if (result.ok) return { row: found, path: hasher.roots(), checkpoint: noteFor(result, await auditKey(home)) };
  complain(`The audit log does NOT verify. First bad entry: ${result.firstBadSeq}. ${result.why}`);
  return null;
}

/** The log may grow meanwhile: the proof is of the size it had. */
async function* rowsUpTo(size: number, store: System['world']['store']): AsyncGenerator<AuditRow, void> {
  for await (const rows of auditPages(store)) {
    for (const row of rows) {
      if (row.seq > size) return;
      yield row;
    }
  }
}

const refused = (why: string): Result<never, Refusal> => failed({ exitCode: 1, why });
