import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import type { ActionFailure } from '../../action.ts';

export type GitHub = Octokit;
export type Repository = { readonly owner: string; readonly repo: string };

/** Needed by every action that writes to GitHub. The token: contents, pull requests and actions, write. */
export const writeEnvironment = z.object({
  GITHUB_API_URL: z.url().default('https://api.github.com'),
  GITHUB_WEB_URL: z.url().default('https://github.com'),
  GITHUB_WRITE_TOKEN: z.string().min(1),
});
export type WriteEnvironment = z.output<typeof writeEnvironment>;

/** Needed by planning and watching, which only read. */
export const readEnvironment = z.object({
  GITHUB_API_URL: z.url().default('https://api.github.com'),
  GITHUB_WEB_URL: z.url().default('https://github.com'),
  GITHUB_TOKEN: z.string().min(1),
});
export type ReadEnvironment = z.output<typeof readEnvironment>;

// Octokit would log every refusal, also those that are answers here.
const silent = (): void => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };

const PatientOctokit = Octokit.plugin(retry, throttling);

/** A client that only reads: it waits out short rate limits once and repeats what failed on the way twice. */
export function connectReader({ GITHUB_API_URL, GITHUB_TOKEN }: ReadEnvironment, signal: AbortSignal): GitHub {
  const onLimit = (...[seconds, , , count]: [number, object, unknown, number]): boolean => count < 1 && seconds <= 20;
  return new PatientOctokit({
    auth: GITHUB_TOKEN,
    baseUrl: GITHUB_API_URL.replace(/\/$/u, ''),
    log,
    request: { signal },
    retry: { retries: 2, retryAfterBaseValue: 300 },
    throttle: { onRateLimit: onLimit, onSecondaryRateLimit: onLimit },
  });
}

/** A client that writes: it never repeats by itself, because a lost answer is not a refusal. */
export const connectWriter = ({ GITHUB_API_URL, GITHUB_WRITE_TOKEN }: WriteEnvironment, signal: AbortSignal): GitHub =>
  new Octokit({ auth: GITHUB_WRITE_TOKEN, baseUrl: GITHUB_API_URL.replace(/\/$/u, ''), log, request: { signal } });

/** Octokit's own error: a status, and a response unless the answer never came. */
const requestError = z.object({
  name: z.literal('HttpError'),
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
});

/** HTTP status of GitHub's refusal; null when this was not an answer of GitHub's. */
export function statusOf(error: unknown): number | null {
  const parsed = requestError.safeParse(error);
  return parsed.success && parsed.data.response !== undefined ? parsed.data.status : null;
}

/** The answer, or null where GitHub says 404. */
export async function orNull<Value>(request: Promise<{ readonly data: Value }>): Promise<Value | null> {
  try {
    return (await request).data;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/**
 * What a failed request means, by status and headers alone: 4xx is a refusal unless it is a rate limit; 5xx and silence
 * may pass. A write whose answer was lost is `unknown`. Rethrows what is not GitHub's.
 */
export function failureOf(error: unknown, { doing, wrote }: { doing: string; wrote: boolean }): ActionFailure {
  const parsed = requestError.safeParse(error);
  if (!parsed.success) throw error;
  const { response, status } = parsed.data;
  if (response === undefined || status >= 500) {
    const what = response === undefined ? 'no answer from GitHub' : `GitHub answered ${status}`;
    return { kind: wrote ? 'unknown' : 'unavailable', reason: `${doing}: ${what}` };
  }
  if (status === 429 || isRateLimit(response.headers)) {
    return { kind: 'unavailable', reason: `${doing}: GitHub's rate limit is reached; try again in a few minutes` };
  }
  return { kind: 'refused', reason: `${doing}: GitHub answered ${status}; ${adviceFor(status)}` };
}

const isRateLimit = (headers: { readonly [name: string]: unknown }): boolean =>
  headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';

function adviceFor(status: number): string {
  switch (status) {
    case 401:
      return 'the token is wrong or expired';
    case 403:
    case 404:
      return 'check that the token may do this on this repository (causeway doctor)';
    default:
      return 'a rule of the repository does not allow it';
  }
}
