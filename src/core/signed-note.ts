/** Signed notes (c2sp.org/signed-note) with Ed25519: a text, a blank line, signature lines. */
import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';

/** Who may have signed: the name on the signature line and the 32 bytes of the public key. */
export type NoteKey = { readonly name: string; readonly publicKey: Buffer };

/** Type 0x01 is Ed25519 over the note text. */
const ed25519 = Buffer.of(1);
/** What precedes the 32 bytes in a DER SubjectPublicKeyInfo of Ed25519 (RFC 8410). */
const derHeader = Buffer.from('302a300506032b6570032100', 'hex');

/** The first four bytes of sha256 over name, newline, type, key. */
const keyId = ({ name, publicKey }: NoteKey): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), ed25519, publicKey]), 'buffer').subarray(0, 4);

/** The 32 bytes of the public half of an Ed25519 key. */
export const rawPublicKey = (key: KeyObject): Buffer =>
  createPublicKey(key.export({ type: 'pkcs8', format: 'pem' }))
    .export({ type: 'spki', format: 'der' })
    .subarray(derHeader.length);

/** What a verifier is given: `name+id+key`, one line, as the note tools of other projects read it. */
export const verifierKey = (key: NoteKey): string =>
  `${key.name}+${keyId(key).toString('hex')}+${Buffer.concat([ed25519, key.publicKey]).toString('base64')}`;

/** Null when the line is not a verifier key of Ed25519 or its id is not that of its key. */
export function parseVerifierKey(line: string): NoteKey | null {
  const { name, id, key } = /^(?<name>[^\s+]+)\+(?<id>[0-9a-f]{8})\+(?<key>[\w+/=]+)$/u.exec(line)?.groups ?? {};
  const bytes = Buffer.from(key ?? '', 'base64');
  if (name === undefined || bytes.length !== 33 || bytes[0] !== 1) return null;
  const parsed = { name, publicKey: bytes.subarray(1) };
  return keyId(parsed).toString('hex') === id ? parsed : null;
}

/** The note: `text` must end in a newline and hold no empty line. */
export function signNote(text: string, key: NoteKey, privateKey: KeyObject): string {
  const signature = sign(null, Buffer.from(text), privateKey);
  return `${text}\n— ${key.name} ${Buffer.concat([keyId(key), signature]).toString('base64')}\n`;
}

/** `text` with its final newline, and the signature lines below it. */
export type Note = { readonly text: string; readonly signatures: readonly string[] };

/** The note as it was written. */
export const noteText = ({ text, signatures }: Note): string => `${text}\n${signatures.join('\n')}\n`;

const signatureLine = /^— (?<name>[^\s+]+) (?<bytes>[A-Za-z0-9+/]+={0,2})$/u;

/** Base64 in its one canonical form (RFC 4648, 3.5): other spellings of the same bytes would let a note be changed unseen. */
function isSignatureLine(line: string): boolean {
  const bytes = signatureLine.exec(line)?.groups?.['bytes'];
  return bytes !== undefined && Buffer.from(bytes, 'base64').toString('base64') === bytes;
}

/** Every note of a file that holds one or several, or null when it is not made of notes without empty lines. */
export function parseNotes(file: string): Note[] | null {
  const blocks = file
    .replaceAll('\r\n', '\n')
    .trim()
    .split(/\n{2,}/u);
  const notes: Note[] = [];
  for (let at = 0; at < blocks.length; at += 2) {
    const signatures = blocks[at + 1]?.split('\n') ?? [];
    if (signatures.length === 0 || !signatures.every(isSignatureLine)) return null;
    notes.push({ text: `${blocks[at] ?? ''}\n`, signatures });
  }
  return notes;
}

/** Whether the note carries a signature of this key that verifies, and none of it that does not. Others are ignored. */
export function isSignedBy(note: Note, key: NoteKey): boolean {
  const id = keyId(key);
  const publicKey = createPublicKey({ key: Buffer.concat([derHeader, key.publicKey]), format: 'der', type: 'spki' });
  const own = note.signatures.flatMap((line) => {
    const { name, bytes } = signatureLine.exec(line)?.groups ?? {};
    const signature = Buffer.from(bytes ?? '', 'base64');
    return name === key.name && signature.subarray(0, 4).equals(id) ? [signature.subarray(4)] : [];
  });
  return own.length > 0 && own.every((signature) => verify(null, Buffer.from(note.text), publicKey, signature));
}
