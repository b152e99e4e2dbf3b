import { createAppAuth } from '@octokit/auth-app';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { keepAnswers } from './conditional.ts';
import { boundedFetch, runInCaller } from './exchange.ts';

const addresses = {
  GITHUB_API_URL: z.url().default('https://api.github.com').describe('API address; GitHub Enterprise has its own'),
  GITHUB_WEB_URL: z.url().default('https://github.com').describe('Web address, for links'),
};

const tokenEnvironment = z.object({
  GITHUB_TOKEN: z.string().min(1).describe('Fine-grained read token, see deploy/github'),
  ...addresses,
});

const appEnvironment = z.object({
  GITHUB_APP_ID: z
    .string()
    .regex(/^[\w.]{1,64}$/)
    .describe('App id or client id of the reading GitHub App'),
  GITHUB_APP_PRIVATE_KEY: z
    .string()
    .includes('PRIVATE KEY')
    .describe('Its private key, PEM; \\n for line breaks is fine'),
  GITHUB_APP_INSTALLATION_ID: z
    .string()
    .regex(/^\d{1,20}$/)
    .describe('Its installation in the organisation'),
  ...addresses,
});

/** A token, or a GitHub App. */
export const githubEnvironment = z.union([tokenEnvironment, appEnvironment]);
export type GitHubEnvironment = z.output<typeof githubEnvironment>;

const RestClient = Octokit.plugin(retry, throttling);
export type GitHubClient = InstanceType<typeof RestClient>;

const clients = new Map<string, GitHubClient>();
const resetSecondsMax = 5;

/**
 * The same client for the same variables: its tools share limits and kept answers. The throttling plugin keeps at most
 * ten requests at once and spaces searches by two seconds.
 */
export function githubClient(environment: GitHubEnvironment): GitHubClient {
  const key = JSON.stringify(environment);
  const known = clients.get(key);
  if (known !== undefined) return known;
  // A short limit is waited for, once; a long one is told to people instead.
  const waitOnce = (...[afterSeconds, , , retries]: [number, unknown, unknown, number]): boolean =>
    retries === 0 && afterSeconds <= resetSecondsMax;
  const client = new RestClient({
    ...signIn(environment),
    baseUrl: environment.GITHUB_API_URL.replace(/\/+$/, ''),
    userAgent: 'causeway',
    log: silent,
    request: { fetch: boundedFetch },
    retry: { retries: 1, retryAfterBaseValue: 300 },
    throttle: { id: `causeway-${clients.size}`, onRateLimit: waitOnce, onSecondaryRateLimit: waitOnce },
  });
  keepAnswers(client);
  runInCaller(client);
  clients.set(key, client);
  return client;
}

/** An App's tokens last an hour; its strategy renews them and sets right a clock that is off. */
const signIn = (environment: GitHubEnvironment) =>
  isApp(environment)
    ? {
        authStrategy: createAppAuth,
        auth: {
          appId: environment.GITHUB_APP_ID,
          privateKey: environment.GITHUB_APP_PRIVATE_KEY.replaceAll('\\n', '\n'),
          installationId: environment.GITHUB_APP_INSTALLATION_ID,
        },
      }
    : { auth: environment.GITHUB_TOKEN };

export const isApp = (environment: GitHubEnvironment): environment is z.output<typeof appEnvironment> =>
  'GITHUB_APP_ID' in environment;

const ignore = (): void => undefined;
// What fails is told as a finding; the client's own log would go to the console.
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export const webLink = (environment: GitHubEnvironment, path: string): string =>
  `${environment.GITHUB_WEB_URL.replace(/\/+$/, '')}/${path}`;

/** A path inside a repository for a link: each segment encoded, the slashes kept. */
export const linkPath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
