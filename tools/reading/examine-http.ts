/** The checks that begin with one cheap read over the shared transport: reachable, clock, read. */
import type { z } from 'zod';
import type { Check, IntegrationContext } from '../../src/integration.ts';
import { clockCheck } from './examine.ts';
import type { Answering, Refusal } from './failure.ts';
import { HttpError } from './http-error.ts';
import type { Received } from './transport.ts';

type Reading = {
  readonly vendor: string;
  /** Names of the variables that say where it is. */
  readonly address: string;
  readonly context: IntegrationContext;
  readonly refusal: Answering['refusal'];
  /** What is read: "label names". */
  readonly what: string;
  readonly needs: string;
  readonly schema: z.ZodType;
  readonly read: () => Promise<Received>;
};

/** When it could not be reached, only that. Throws what is a bug of ours. */
export async function readChecks(reading: Reading): Promise<readonly Check[]> {
  const { vendor, address, context, read } = reading;
  try {
    const answer = await read();
    return [
      { name: 'reachable', state: 'ok', says: `${vendor} answered with status ${answer.status}`, fix: null },
      clockCheck(answer.headers.get('date'), context.nowMs),
      readCheck(reading, refusalOf(reading, answer)),
    ];
  } catch (error) {
    const refusal = reading.refusal(error, context.signal);
    if (refusal === null) throw error;
    const says = `no answer (${'code' in refusal ? refusal.code : refusal.kind})`;
    return [{ name: 'reachable', state: 'problem', says, fix: `Check ${address}, and the network path to ${vendor}.` }];
  }
}

/** What this answer refuses; null when it has the documented form. */
function refusalOf({ refusal, schema, context }: Reading, { status, text }: Received): Refusal | null {
  try {
    if (status < 200 || status > 299) throw new HttpError(status, text);
    schema.parse(JSON.parse(text));
    return null;
  } catch (error) {
    const read = refusal(error, context.signal);
    if (read === null) throw error;
    return read;
  }
}

function readCheck({ vendor, what, needs }: Reading, refusal: Refusal | null): Check {
  if (refusal === null) return { name: 'read', state: 'ok', says: `read ${what}`, fix: null };
  const why = 'code' in refusal ? `${refusal.kind} ${refusal.code}` : refusal.kind;
  const fixes: { readonly [kind: string]: string } = {
    unauthorised: `Renew the ${vendor} credentials; they need ${needs}.`,
    forbidden: `Grant ${needs} to the ${vendor} credentials.`,
    malformed: `Check that the ${vendor} address is the API and not a proxy's page.`,
  };
  return {
    name: 'read',
    state: 'problem',
    says: `could not read ${what} (${why})`,
    fix: fixes[refusal.kind] ?? `Try again; if it stays, check that the address is that of ${vendor}'s API.`,
  };
}

/** Tries a write that can have no effect; what it was refused with. Null: it was not refused. */
export async function tryWrite(
  { refusal, context }: Pick<Reading, 'refusal' | 'context'>,
  write: () => Promise<Received>,
): Promise<Refusal | null> {
  try {
    const { status, text } = await write();
    if (status < 200 || status > 299) throw new HttpError(status, text);
    return null;
  } catch (error) {
    const read = refusal(error, context.signal);
    if (read === null) throw error;
    return read;
  }
}
