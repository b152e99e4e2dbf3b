/** The files the audit commands read: exports, checkpoints, public keys. */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Checkpoint } from '../core/audit-chain.ts';
import type { AuditKind, AuditRow } from '../core/audit-entry.ts';
import { type AuditFormat, auditEvent } from '../core/audit-export.ts';
import { parseCheckpoint, type TreeHead } from '../core/checkpoint.ts';
import type { Json } from '../core/json.ts';
import { done, failed, type Result } from '../core/result.ts';
import { isSignedBy, type NoteKey, noteText, parseNotes, parseVerifierKey } from '../core/signed-note.ts';

/** Why a file is not used, and the exit code that says so: 1 a wrong signature, 2 not what was asked for. */
export type Refusal = { readonly exitCode: 1 | 2; readonly why: string };

export const hexHash = z.string().regex(/^[0-9a-f]{64}$/u);

/** A kind nobody knows is a changed entry, which the chain tells, or one of a newer version, which it accepts. */
export const auditRow: z.ZodType<AuditRow> = z.strictObject({
  kind: z.custom<AuditKind>((kind) => typeof kind === 'string'),
  incident: z.string().nullable(),
  actor: z.string(),
  atMs: z.number(),
  body: z.record(
    z.string(),
    z.custom<Json>((value) => value !== undefined),
  ),
  seq: z.number(),
  prev: z.string(),
  hash: z.string(),
});

const envelope = z.looseObject({
  specversion: z.string().optional(),
  data: z.unknown().optional(),
  class_uid: z.number().optional(),
  raw_data: z.string().optional(),
});

/** The row of one exported line, and whether the event around it says what the row says. Throws for another line. */
export function readExportedLine(line: string): { readonly row: AuditRow; agrees(): boolean } {
  const event = envelope.parse(JSON.parse(line));
  const [format, inner] = rowInside(event);
  const row = auditRow.parse(inner);
  return { row, agrees: () => format === 'jsonl' || isDeepStrictEqual(auditEvent(row, format), event) };
}

function rowInside(event: z.infer<typeof envelope>): readonly [AuditFormat, unknown] {
  if (event.specversion !== undefined) return ['cloudevents', event.data];
  if (event.class_uid !== undefined) return ['ocsf', JSON.parse(event.raw_data ?? 'null')];
  return ['jsonl', event];
}

/** What `causeway audit key` prints. */
export async function readPublicKey(file: string): Promise<Result<NoteKey, Refusal>> {
  const text = await readText(file);
  const key = text.ok ? parseVerifierKey(text.value.trim()) : null;
  if (key) return done(key);
  const why = text.ok ? 'is not a public key' : text.failure;
  return refused(2, `${file}: ${why}. Give the output of: causeway audit key`);
}

/** What an earlier `audit verify --json` printed, or any JSON with the same `rows` and `head`. */
const unsignedCheckpoint = z
  .object({ rows: z.int().positive(), head: hexHash, root: hexHash.optional() })
  .transform(
    ({ rows, head, root }): Checkpoint => ({ seq: rows, hash: head, ...(root === undefined ? {} : { root }) }),
  );

/** Every checkpoint of a file, signed or not. With a key, each must be signed by it. */
export async function readCheckpoints(
  file: string,
  key: NoteKey | null,
): Promise<Result<readonly Checkpoint[], Refusal>> {
  const text = await readText(file);
  if (!text.ok) return refused(2, `${file}: ${text.failure}. ${whatToGive}`);
  if (parseNotes(text.value) === null && key === null) return readUnsigned(file, text.value);
  const heads = checkNotes(text.value, key);
  if (!heads.ok) return refused(heads.failure.exitCode, `${file}: ${heads.failure.why}`);
  return done(heads.value.map(({ size, head, root }) => ({ seq: size, hash: head, root })));
}

const whatToGive = 'Give the output of an earlier: causeway audit checkpoint, or: causeway audit verify --json';

function readUnsigned(file: string, text: string): Result<readonly Checkpoint[], Refusal> {
  try {
    return done([unsignedCheckpoint.parse(JSON.parse(text))]);
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return refused(2, `${file}: ${why}. ${whatToGive}`);
  }
}

export type SignedHead = TreeHead & { readonly note: string };

/** The checkpoints in the text of one or several notes. With a key, each must be signed by it. */
export function checkNotes(text: string, key: NoteKey | null): Result<readonly SignedHead[], Refusal> {
  const heads: SignedHead[] = [];
  for (const note of parseNotes(text) ?? []) {
    const head = parseCheckpoint(note.text);
    if (!head) return refused(2, `holds a note that is not a checkpoint of this log. ${whatToGive}`);
    if (key && !isSignedBy(note, key)) {
      return refused(1, `the checkpoint of ${head.size} entries is NOT signed by ${key.name}`);
    }
    heads.push({ ...head, note: noteText(note) });
  }
  return heads.length > 0 ? done(heads) : refused(2, `holds no signed checkpoint. ${whatToGive}`);
}

async function readText(file: string): Promise<Result<string, string>> {
  try {
    return done(await readFile(file, 'utf8'));
  } catch (error) {
    return failed(error instanceof Error ? error.message : 'cannot be read');
  }
}

const refused = (exitCode: 1 | 2, why: string): Result<never, Refusal> => failed({ exitCode, why });
