/** Deployments as pipelines report them: `POST /api/v2/dora/deployments`; else events that are tagged as deployments. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import { HttpError } from '../reading/http-error.ts';
import { isoTime } from '../reading/window.ts';
import type { Ask } from './client.ts';
import { instant, readSearch } from './search.ts';
import { anyOf } from './search-term.ts';
import { repositoryOf } from './service-definitions.ts';

const deploymentAnswer = z.object({
  id: z.string().min(1),
  attributes: z.object({
    env: z.string().nullish(),
    finished_at: instant.nullish(),
    git: z.object({ commit_sha: z.string().nullish(), repository_id: z.string().nullish() }).nullish(),
    service: z.string(),
    started_at: instant,
    team: z.string().nullish(),
    version: z.string().nullish(),
  }),
});

const answer = z.object({ data: z.array(deploymentAnswer) });

export type Deployment = {
  readonly id: string;
  /** The `service` tag. */
  readonly tag: string;
  readonly startedMs: number;
  readonly finishedMs: number | null;
  readonly version: string | null;
  readonly team: string | null;
  readonly repository: string | null;
  readonly sha: string | null;
};

type Asked = { readonly tags: readonly string[]; readonly environment: string; readonly window: Window };

const pageSize = 100;
const pagesMax = 4;

/** Newest first. There is no cursor: the next page ends where the last one began. */
export async function listDeployments(ask: Ask, { tags, environment, window }: Asked) {
  const query = `${anyOf('service', tags)} ${anyOf('env', [environment])}`;
  const read = new Map<string, Deployment>();
  let toMs = window.toMs;
  for (let page = 0; page < pagesMax; page += 1) {
    const range = { from: secondsTime(Math.floor(window.fromMs / 1_000)), to: secondsTime(Math.ceil(toMs / 1_000)) };
    const attributes = { ...range, limit: pageSize, query, sort: '-started_at' };
    const body = { data: { attributes, type: 'dora_deployments_list_request' } };
    const { data } = await ask({ path: '/api/v2/dora/deployments', body }, answer).catch(noneWhereMissing);
    const known = read.size;
    for (const one of data) read.set(one.id, readDeployment(one));
    const deployments = () => [...read.values()].toSorted((one, other) => other.startedMs - one.startedMs);
    if (data.length < pageSize) return { deployments: deployments(), query, truncated: false };
    // A whole page that started in the same instant would be asked for again and again.
    if (read.size === known) return { deployments: deployments(), query, truncated: true };
    toMs = Math.min(...data.map(({ attributes: { started_at } }) => started_at)) + 1;
  }
  return { deployments: [...read.values()], query, truncated: true };
}

/** Whole seconds, as Datadog's client writes them here. */
const secondsTime = (atSeconds: number): string => isoTime(atSeconds * 1_000).replace('.000Z', 'Z');

/** Not every site has DORA Metrics. */
function noneWhereMissing(error: unknown): z.output<typeof answer> {
  if (error instanceof HttpError && error.status === 404) return { data: [] };
  throw error;
}

const readDeployment = ({ id, attributes }: z.output<typeof deploymentAnswer>): Deployment => ({
  id: `dora:${id}`,
  tag: attributes.service,
  startedMs: attributes.started_at,
  finishedMs: attributes.finished_at ?? null,
  version: attributes.version ?? null,
  team: attributes.team ?? null,
  repository: repositoryOf(attributes.git?.repository_id ?? ''),
  sha: shaOf(attributes.git?.commit_sha),
});

const shaOf = (text: string | null | undefined): string | null =>
  text !== null && text !== undefined && /^[0-9a-f]{7,64}$/iu.test(text) ? text.toLowerCase() : null;

const eventAnswer = z.object({
  id: z.string().min(1),
  attributes: z.object({ tags: z.array(z.string()).default([]), timestamp: instant }),
});

/** Events that carry `change_type:deployment` and, by Datadog's own names, version and commit. */
export async function listDeploymentEvents(ask: Ask, { tags, environment, window }: Asked) {
  const query = `${anyOf('service', tags)} ${anyOf('env', [environment])} change_type:(deployment OR deploy)`;
  const search = { path: '/api/v2/events/search', query, window, sort: '-timestamp' } as const;
  const read = await readSearch(ask, { ...search, pageSize, pagesMax, item: eventAnswer });
  const deployments = read.items.map(({ id, attributes }): Deployment => {
    const tagged = (name: string): string | undefined =>
      attributes.tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1);
    return {
      id: `event:${id}`,
      tag: tagged('service') ?? '',
      startedMs: attributes.timestamp,
      finishedMs: null,
      version: tagged('version') ?? null,
      team: tagged('team') ?? null,
      repository: repositoryOf(tagged('git.repository_url') ?? tagged('git.repository.id') ?? ''),
      sha: shaOf(tagged('git.commit.sha')),
    };
  });
  return { deployments, query, truncated: read.truncated };
}
