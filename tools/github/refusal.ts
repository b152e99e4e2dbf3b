import { z } from 'zod';
import { connectionRefusal, type Refusal } from '../reading/failure.ts';

/** The client's HttpError, by form: its class is not a dependency of ours. */
const httpError = z.object({
  status: z.int(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
});

export const httpStatus = (error: unknown): number | null => httpError.safeParse(error).data?.status ?? null;

/** What the GitHub client threw, by status and headers. Null: not a vendor's answer, so a bug. */
export function githubRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const connection = connectionRefusal(error, signal);
  if (connection !== null) return connection;
  if (error instanceof z.ZodError) {
    return { kind: 'malformed', code: `at ${error.issues[0]?.path.join('.') || 'the top'}` };
  }
  const parsed = httpError.safeParse(error);
  if (!parsed.success) return null;
  // The client gives its own failures (a broken connection, an answer cut off) the status 500 and no response.
  if (parsed.data.response === undefined) return { kind: 'unreachable', code: 'no answer' };
  return { kind: kindOf(parsed.data.status, parsed.data.response.headers), code: String(parsed.data.status) };
}

// A 403 with a Retry-After or nothing remaining is a rate limit, not a permission:
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
function kindOf(status: number, headers: { readonly [name: string]: unknown }) {
  const limited = headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
  if (status === 429 || (status === 403 && limited)) return 'throttled';
  if (status === 401) return 'unauthorised';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  return status >= 500 ? 'broken' : 'rejected';
}
