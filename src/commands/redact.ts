import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { createRedactor } from '../redact/redactor.ts';
import { complain } from './say.ts';

/** Text is checked in pieces of about this size, so that a log of any length passes through bounded memory. */
const pieceCharacters = 200_000;

/** Redaction as a filter: stdin to stdout, the count on stderr. A piece ends at a line, never inside one. */
export async function redactFilter(): Promise<number> {
  const redactor = createRedactor({ tokenKey: randomBytes(32).toString('hex'), ownCredentials: [] });
  let redactions = 0;
  const pass = async (piece: string): Promise<void> => {
    const redacted = await redactor.redact(piece);
    redactions += redacted.redactions;
    process.stdout.write(redacted.text);
  };
  try {
    let piece = '';
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
      piece += `${line}\n`;
      if (piece.length < pieceCharacters) continue;
      await pass(piece);
      piece = '';
    }
    if (piece !== '') await pass(piece);
  } finally {
    await redactor.close();
  }
  complain(`${redactions} redactions`);
  return 0;
}
