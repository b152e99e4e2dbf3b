/** Signed checkpoints of the audit log (c2sp.org/tlog-checkpoint): kept elsewhere, they show what happened since. */
import { hash, type KeyObject } from 'node:crypto';
import { type NoteKey, rawPublicKey, signNote } from './signed-note.ts';

export type TreeHead = {
  /** Which log, as the first line of the note says it. */
  readonly origin: string;
  /** Entries. */
  readonly size: number;
  /** Root of the RFC 6962 tree over the entries' hashes, hex. */
  readonly root: string;
  /** Hash of the newest entry, hex; 64 zeros for an empty log. */
  readonly head: string;
};

export type AuditKey = { readonly note: NoteKey; readonly privateKey: KeyObject };

/** Names the key after itself: two installations never share a name. */
export function auditKeyOf(privateKey: KeyObject): AuditKey {
  const publicKey = rawPublicKey(privateKey);
  return { note: { name: `causeway/audit/${hash('sha256', publicKey).slice(0, 12)}`, publicKey }, privateKey };
}

/** Origin, size, root in base64, and our chain's head as an extension line. */
const checkpointText = ({ origin, size, root, head }: TreeHead): string =>
  `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\nchain ${head}\n`;

/** The signed note of a log that stands there. */
export const signCheckpoint = (at: Omit<TreeHead, 'origin'>, { note, privateKey }: AuditKey): string =>
  signNote(checkpointText({ ...at, origin: note.name }), note, privateKey);

const shape =
  /^(?<origin>[^\n]+)\n(?<size>0|[1-9]\d{0,14})\n(?<root>[A-Za-z0-9+/]{43}=)\nchain (?<head>[0-9a-f]{64})\n(?:[^\n]+\n)*$/u;

/** Null when a note's text is not a checkpoint of this product. Further extension lines are ignored. */
export function parseCheckpoint(text: string): TreeHead | null {
  const { origin, size, root, head } = shape.exec(text)?.groups ?? {};
  if (origin === undefined || root === undefined || head === undefined) return null;
  return { origin, size: Number(size), root: Buffer.from(root, 'base64').toString('hex'), head };
}
