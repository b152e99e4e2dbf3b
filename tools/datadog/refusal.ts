import { z } from 'zod';
import { connectionRefusal, type Refusal } from '../reading/failure.ts';
import { DatadogError } from './client.ts';

const byStatus: { readonly [status: number]: 'unauthorised' | 'forbidden' | 'not-found' | 'throttled' } = {
  401: 'unauthorised',
  403: 'forbidden',
  404: 'not-found',
  429: 'throttled',
};

/** What a Datadog request rejected with, by HTTP status. Null: not a vendor's answer, so a bug. */
export function datadogRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const connection = connectionRefusal(error, signal);
  if (connection !== null) return connection;
  if (error instanceof z.ZodError) return { kind: 'malformed', code: malformedAt(error) };
  if (error instanceof SyntaxError) return { kind: 'malformed', code: 'not JSON' };
  if (!(error instanceof DatadogError)) return null;
  const kind = byStatus[error.status] ?? (error.status >= 500 ? 'broken' : 'rejected');
  return { kind, code: String(error.status) };
}

const malformedAt = (error: z.ZodError): string => `at ${error.issues[0]?.path.join('.') || 'the top'}`;
