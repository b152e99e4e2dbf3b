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
  const { status, response } = parsed.data;
  return { kind: kindOf(status, response.headers), code: `${status}${neededBy(status, response.headers)}` };
}

type Headers = { readonly [name: string]: unknown };

/**
 * What GitHub says would be enough: the permissions of a fine-grained token or App, or the organisation's sign-on.
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
 */
function neededBy(status: number, headers: Headers): string {
  if (status !== 403) return '';
  const accepted = permissionList.safeParse(headers['x-accepted-github-permissions']).data;
  if (accepted !== undefined) return `, it needs ${accepted}`;
  return headers['x-github-sso'] === undefined ? '' : ', the token is not authorised for single sign-on';
}

const permissionList = z.string().regex(/^[a-z_]+=[a-z]+(?:[,;] ?[a-z_]+=[a-z]+){0,9}$/);

// A 403 with a Retry-After or nothing remaining is a rate limit, not a permission:
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
function kindOf(status: number, headers: Headers) {
  const limited = headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
  if (status === 429 || (status === 403 && limited)) return 'throttled';
  if (status === 401) return 'unauthorised';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  return status >= 500 ? 'broken' : 'rejected';
}
