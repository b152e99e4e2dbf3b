/** The key that signs checkpoints of the audit log, and the file that collects one per receipt. Both in CAUSEWAY_HOME. */
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFile, link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type ChainResult, type ChainVerifier, type Checkpoint, chainVerifier } from './core/audit-chain.ts';
import { type AuditKey, auditKeyOf, parseCheckpoint, signCheckpoint } from './core/checkpoint.ts';
import { isSignedBy, parseNotes } from './core/signed-note.ts';
import { auditPages } from './flow/walk-audit.ts';
import type { Store } from './ports.ts';

export const checkpointsFile = (home: string): string => join(home, 'checkpoints.txt');

/** Made once, readable by its owner only; the same after a restart, and for processes that start at the same moment. */
export async function auditKey(home: string): Promise<AuditKey> {
  const path = join(home, 'audit-key.pem');
  const stored = (await readOrNull(path)) ?? (await makeKey(path));
  return auditKeyOf(createPrivateKey(stored));
}

async function makeKey(path: string): Promise<string> {
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeFile(own, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  // A link appears whole or not at all, and never replaces the key of another process.
  await link(own, path).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  await unlink(own);
  return readFile(path, 'utf8');
}

/** The newest checkpoint this key signed into the file, so that a log rewritten between two starts is not signed. */
export async function lastAnchored(home: string, key: AuditKey): Promise<readonly Checkpoint[]> {
  const notes = parseNotes((await readOrNull(checkpointsFile(home))) ?? '') ?? [];
  const note = notes.findLast((candidate) => isSignedBy(candidate, key.note));
  const at = note && parseCheckpoint(note.text);
  return at ? [{ seq: at.size, hash: at.head, root: at.root }] : [];
}

/** The note for a log that verifies. */
export const noteFor = ({ rows, head, root }: Extract<ChainResult, { ok: true }>, key: AuditKey): string =>
  signCheckpoint({ size: rows, head, root }, key);

/**
 * Appends a signed checkpoint of the log as it stands now, reading only the rows since the last call. Never throws: a
 * log that does not verify, or a file that cannot be written, is an error in our log and no checkpoint.
 */
export function createAuditAnchor(parts: { store: Store; home: string; log: Logger }): () => Promise<void> {
  const { store, home, log } = parts;
  let verifier: ChainVerifier | null = null;
  let readUpTo = 0;
  let anchored = 0;

  const anchor = async (): Promise<void> => {
    const key = await auditKey(home);
    verifier ??= chainVerifier(await lastAnchored(home, key));
    for await (const rows of auditPages(store, readUpTo)) {
      for (const row of rows) verifier.take(row);
      readUpTo = rows.at(-1)?.seq ?? readUpTo;
    }
    const result = verifier.end();
    if (!result.ok) {
      log.error(result, 'the audit log does not verify: no checkpoint was signed');
    } else if (result.rows > anchored) {
      await appendFile(checkpointsFile(home), `${noteFor(result, key)}\n`, { mode: 0o600 });
      anchored = result.rows;
    }
  };

  let turn = Promise.resolve();
  return () => {
    turn = turn.then(anchor).catch((error: unknown) => log.error({ err: error }, 'no checkpoint could be kept'));
    return turn;
  };
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
