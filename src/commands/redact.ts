import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readEnvironment } from '../config.ts';
import { addReceipts, type RedactionReceipt } from '../core/redaction-receipt.ts';
import { createRedactor, type Redaction } from '../redact/redactor.ts';
import { redactionOptions } from '../redact/settings.ts';
import { complain } from './say.ts';
import { fail, type Variables } from './with-system.ts';

/** Text is checked in pieces of about this size, so that a log of any length passes through bounded memory. */
const pieceCharacters = 200_000;
/** A line longer than this is checked in pieces too. */
const lineCharacters = 4_000_000;

type Passed = { bytesIn: number; bytesOut: number; receipt: RedactionReceipt };

/**
 * Redaction as a filter: stdin to stdout, what was masked to stderr, as a table or as JSON. Exit code 0, 1 when a piece
 * could not be checked and was withheld, 2 when a variable is wrong. With CAUSEWAY_SECRET a value gets the token that
 * the service gives it; without, tokens are this run's own.
 */
export async function redactFilter(variables: Variables, { json = false }: { json?: boolean }): Promise<number> {
  const environment = readEnvironment(variables);
  if (!environment.ok) return fail(environment.failure);
  const secret = environment.value.CAUSEWAY_SECRET ?? randomBytes(32).toString('hex');
  const redactor = createRedactor(redactionOptions(environment.value, { variables, secret }));
  const passed: Passed = { bytesIn: 0, bytesOut: 0, receipt: {} };
  try {
    for await (const piece of piecesOf(process.stdin)) await pass(piece, await redactor.redact(piece), passed);
  } finally {
    await redactor.close();
  }
  complain(json ? JSON.stringify(summaryOf(passed)) : tableOf(passed));
  return withheldIn(passed) > 0 ? 1 : 0;
}

/** Cut behind a line, never inside one unless it is very long. */
async function* piecesOf(input: NodeJS.ReadStream): AsyncGenerator<string> {
  input.setEncoding('utf8');
  let held = '';
  for await (const chunk of input) {
    held += String(chunk);
    if (held.length < pieceCharacters) continue;
    const line = held.lastIndexOf('\n') + 1;
    const end = line === 0 && held.length > lineCharacters ? held.length : line;
    if (end === 0) continue;
    yield held.slice(0, end);
    held = held.slice(end);
  }
  if (held !== '') yield held;
}

async function pass(given: string, { text, receipt }: Redaction, passed: Passed): Promise<void> {
  passed.bytesIn += Buffer.byteLength(given);
  passed.bytesOut += Buffer.byteLength(text);
  passed.receipt = addReceipts([passed.receipt, receipt]);
  // Whoever reads slowly makes us wait, not hold it all.
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

const withheldIn = ({ receipt }: Passed): number => receipt['withheld'] ?? 0;

const summaryOf = (passed: Passed) => ({
  bytesIn: passed.bytesIn,
  bytesOut: passed.bytesOut,
  withheld: withheldIn(passed),
  masked: Object.fromEntries(Object.entries(passed.receipt).filter(([kind]) => kind !== 'withheld')),
});

function tableOf(passed: Passed): string {
  const { masked, bytesIn, bytesOut, withheld } = summaryOf(passed);
  const rows = Object.entries(masked).map(([kind, count]) => `${kind.padEnd(28)}${String(count).padStart(8)}`);
  const total = Object.values(masked).reduce((sum, count) => sum + count, 0);
  return [
    ...rows,
    `${'masked'.padEnd(28)}${String(total).padStart(8)}`,
    `${'withheld, not checked'.padEnd(28)}${String(withheld).padStart(8)}`,
    `${'bytes in'.padEnd(28)}${String(bytesIn).padStart(8)}`,
    `${'bytes out'.padEnd(28)}${String(bytesOut).padStart(8)}`,
  ].join('\n');
}
