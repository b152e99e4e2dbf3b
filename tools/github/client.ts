import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { z } from 'zod';
import { keepAnswers } from './conditional.ts';

export const githubEnvironment = z.object({
  GITHUB_TOKEN: z
    .string()
    .min(1)
    .describe('Read token: contents, pull requests, deployments and metadata, all read-only'),
  GITHUB_API_URL: z.url().default('https://api.github.com').describe('API address; GitHub Enterprise has its own'),
  GITHUB_WEB_URL: z.url().default('https://github.com').describe('Web address, for links'),
});
export type GitHubEnvironment = z.output<typeof githubEnvironment>;

const RestClient = Octokit.plugin(retry, throttling);
export type GitHubClient = InstanceType<typeof RestClient>;

const clients = new Map<string, GitHubClient>();
const resetSecondsMax = 5;

/** The same client for the same variables: its tools share limits and kept answers. */
export function githubClient(environment: GitHubEnvironment): GitHubClient {
  const key = JSON.stringify(environment);
  const known = clients.get(key);
  if (known !== undefined) return known;
  // A short limit is waited for, once; a long one is told to people instead.
  const waitOnce = (...[afterSeconds, , , retries]: [number, unknown, unknown, number]): boolean =>
    retries === 0 && afterSeconds <= resetSecondsMax;
  const client = new RestClient({
    auth: environment.GITHUB_TOKEN,
    baseUrl: environment.GITHUB_API_URL.replace(/\/+$/, ''),
    userAgent: 'causeway',
    log: silent,
    retry: { retries: 1 },
    throttle: { id: key, onRateLimit: waitOnce, onSecondaryRateLimit: waitOnce },
  });
  keepAnswers(client);
  clients.set(key, client);
  return client;
}

const ignore = (): void => undefined;
// What fails is told as a finding; the client's own log would go to the console.
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export const webLink = (environment: GitHubEnvironment, path: string): string =>
  `${environment.GITHUB_WEB_URL.replace(/\/+$/, '')}/${path}`;

export const repositoryInput = z
  .string()
  .regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/)
  .describe('Repository as owner/name');

/** `owner/name` in the form the API takes. */
export function splitRepository(repository: string): { owner: string; repo: string } {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}
