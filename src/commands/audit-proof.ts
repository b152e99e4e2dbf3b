/** Checks what `audit prove` printed, without the log. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Checkpoint, rowHash, rowLeaf } from '../core/audit-chain.ts';
import { consistencyHolds, inclusionHolds } from '../core/merkle.ts';
import { done, failed, type Result } from '../core/result.ts';
import type { NoteKey } from '../core/signed-note.ts';
import { auditRow, checkNotes, hexHash, type Refusal, type SignedHead } from './audit-files.ts';
import { complain, printJson, printLine } from './say.ts';
import { fail } from './with-system.ts';

const path = z.array(hexHash).max(128);
const proofFile = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('inclusion'), row: auditRow, path, checkpoint: z.string() }),
  z.strictObject({ kind: z.literal('consistency'), from: z.string(), path, checkpoint: z.string() }),
]);
type Proof = z.infer<typeof proofFile>;

export type ProofGiven = {
  /** When not empty, the proof must end in one of these. */
  readonly checkpoints: readonly Checkpoint[];
  readonly key: NoteKey | null;
  readonly json: boolean;
};

/** Checks a proof offline. Exit code 1 when it proves nothing, 2 when it is not a proof. */
export async function verifyProof(file: string, given: ProofGiven): Promise<number> {
  const proof = await readProof(file);
  if (!proof.ok) return fail([`${file}: ${proof.failure}. Give the output of: causeway audit prove`]);
  const says = checkProof(proof.value, given);
  if (given.json) printJson(says.ok ? { ok: true, says: says.value } : { ok: false, why: says.failure.why });
  else if (says.ok) printLine(says.value);
  else complain(`The proof does NOT hold: ${says.failure.why}`);
  return says.ok ? 0 : says.failure.exitCode;
}

async function readProof(file: string): Promise<Result<Proof, string>> {
  try {
    return done(proofFile.parse(JSON.parse(await readFile(file, 'utf8'))));
  } catch (error) {
    if (error instanceof z.ZodError) return failed(z.prettifyError(error));
    return failed(error instanceof Error ? error.message : 'cannot be read');
  }
}

/** What the proof shows, in a sentence, or why it does not. */
function checkProof(proof: Proof, { checkpoints, key }: ProofGiven): Result<string, Refusal> {
  const head = soleHead(proof.checkpoint, key);
  if (!head.ok) return head;
  const { size, root } = head.value;
  if (checkpoints.length > 0 && !checkpoints.some((known) => known.seq === size && known.root === root)) {
    return refused('it ends in another checkpoint than the one given');
  }
  const signed = key ? `signed by ${key.name}` : 'whose signature was not checked (give --public-key)';
  if (proof.kind === 'consistency') {
    const from = soleHead(proof.from, key);
    if (!from.ok) return from;
    const holds = consistencyHolds({
      oldSize: from.value.size,
      oldRoot: from.value.root,
      size,
      root,
      path: proof.path,
    });
    if (!holds) return refused('the older log is not the start of the newer one');
    return done(`The log of ${from.value.size} entries is the start of the log of ${size} entries, ${signed}.`);
  }
  const { row } = proof;
  if (rowHash(row.prev, row.seq, row) !== row.hash) return refused('the entry was changed after it was written');
  const holds = inclusionHolds({ index: row.seq - 1, size, leaf: rowLeaf(row), path: proof.path, root });
  return holds
    ? done(`Entry ${row.seq} is in the log of ${size} entries, ${signed}.`)
    : refused(`the entry is not entry ${row.seq} of the log of ${size} entries`);
}

function soleHead(text: string, key: NoteKey | null): Result<SignedHead, Refusal> {
  const heads = checkNotes(text, key);
  if (!heads.ok) return heads;
  const [head] = heads.value;
  return head && heads.value.length === 1 ? done(head) : refused('it holds more than one checkpoint');
}

const refused = (why: string): Result<never, Refusal> => failed({ exitCode: 1, why });
