import { z } from 'zod';
import { connectionRefusal, type Refusal } from './failure.ts';

/** An answer with an error status. `body` is the vendor's text, at most 4,000 characters: for codes, never for prose. */
export class HttpError extends Error {
  readonly status: number;
  readonly body: string;
  constructor(status: number, body: string) {
    super(`the vendor answered ${status}`);
    this.status = status;
    this.body = body.slice(0, 4_000);
  }
}

const byStatus: { readonly [status: number]: 'unauthorised' | 'forbidden' | 'not-found' | 'throttled' } = {
  401: 'unauthorised',
  403: 'forbidden',
  404: 'not-found',
  429: 'throttled',
};

/** What a request of the shared transport rejected with, by status. Null: not a vendor's answer, so a bug. */
export function httpRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const connection = connectionRefusal(error, signal);
  if (connection !== null) return connection;
  if (error instanceof z.ZodError) return { kind: 'malformed', code: `at ${placeOf(error)}` };
  if (error instanceof SyntaxError) return { kind: 'malformed', code: 'not JSON' };
  if (!(error instanceof HttpError)) return null;
  const kind = byStatus[error.status] ?? (error.status >= 500 ? 'broken' : 'rejected');
  return { kind, code: String(error.status) };
}

const placeOf = (error: z.ZodError): string => error.issues[0]?.path.join('.') || 'the top';
