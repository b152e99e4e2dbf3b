/** Frames of the PostgreSQL wire protocol, version 3: one type byte, a length that counts itself, a body. */

const lengthBytes = 4;
const headBytes = 1 + lengthBytes;

function frame(type: string, body: Buffer): Buffer {
  const bytes = Buffer.alloc(headBytes + body.length);
  bytes.write(type, 0, 'latin1');
  bytes.writeInt32BE(lengthBytes + body.length, 1);
  body.copy(bytes, headBytes);
  return bytes;
}

const text = (...parts: readonly string[]): Buffer => Buffer.from(parts.map((part) => `${part}\0`).join(''));

export const queryFrame = (sql: string): Buffer => frame('Q', text(sql));

export const readyFrame: Buffer = frame('Z', Buffer.from('I'));

/** A server error with a SQLSTATE, as node-postgres turns it into a `DatabaseError`. */
export const errorFrame = (code: string, message: string): Buffer =>
  frame('E', Buffer.concat([text('SERROR', 'VERROR', `C${code}`, `M${message}`), Buffer.from([0])]));

/** What a server says after start-up: no password, its settings, a key nobody uses, ready. */
export function greetingFrames(serverVersion: string): Buffer {
  const settings = [
    ['server_version', serverVersion],
    ['client_encoding', 'UTF8'],
    ['DateStyle', 'ISO, MDY'],
    ['integer_datetimes', 'on'],
    ['standard_conforming_strings', 'on'],
  ] as const;
  return Buffer.concat([
    frame('R', Buffer.alloc(lengthBytes)),
    ...settings.map(([name, value]) => frame('S', text(name, value))),
    frame('K', Buffer.alloc(2 * lengthBytes)),
    readyFrame,
  ]);
}

/** The first whole frame and what follows it, or null while bytes are missing. Start-up packets have no type byte. */
export function takeFrame(bytes: Buffer, typed: boolean): { readonly frame: Buffer; readonly rest: Buffer } | null {
  const lengthAt = typed ? 1 : 0;
  if (bytes.length < lengthAt + lengthBytes) return null;
  const end = lengthAt + bytes.readInt32BE(lengthAt);
  return bytes.length < end ? null : { frame: bytes.subarray(0, end), rest: bytes.subarray(end) };
}

export type Answer = {
  readonly frames: Buffer;
  /** `NotificationResponse` frames: they belong to every client, not to the one that happened to ask. */
  readonly notifications: readonly Buffer[];
  /** The last transaction status in the answer; null when the backend still waits for a Sync. */
  readonly status: 'idle' | 'transaction' | 'failed' | null;
};

const statuses = { I: 'idle', T: 'transaction', E: 'failed' } as const;

function statusOf(ready: Buffer): Answer['status'] {
  const letter = String.fromCharCode(ready[headBytes] ?? 0);
  return letter === 'I' || letter === 'T' || letter === 'E' ? statuses[letter] : null;
}

/** Sorts a backend's answer into what its client reads, what everybody hears and where the transaction stands. */
export function readAnswer(bytes: Buffer): Answer {
  const own: Buffer[] = [];
  const notifications: Buffer[] = [];
  let status: Answer['status'] = null;
  let taken = takeFrame(bytes, true);
  while (taken !== null) {
    const type = String.fromCharCode(taken.frame[0] ?? 0);
    if (type === 'Z') status = statusOf(taken.frame);
    (type === 'A' ? notifications : own).push(taken.frame);
    taken = takeFrame(taken.rest, true);
  }
  return { frames: Buffer.concat(own), notifications, status };
}
