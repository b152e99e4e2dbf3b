/** Reads changes of one repository: merged pull requests, commits without one, deployments. All bounded. */
import type { Window } from '../../src/core/evidence.ts';
import { requestSignal } from '../reading/failure.ts';
import { isoTime } from '../reading/window.ts';
import {
  type CommitAnswer,
  commitAnswer,
  commitWithFiles,
  type DeploymentAnswer,
  deploymentAnswer,
  deploymentStatus,
  type FileAnswer,
  fileAnswer,
  type PullAnswer,
  pullAnswer,
} from './answers.ts';
import { type GitHubClient, splitRepository } from './client.ts';

export type RepositoryReading = {
  readonly client: GitHubClient;
  readonly repository: string;
  readonly window: Window;
  readonly signal: AbortSignal;
};

export type MergedPull = PullAnswer & { readonly merged_at: number; readonly files: readonly FileAnswer[] };
export type Deployment = DeploymentAnswer & { readonly state: string; readonly liveAtMs: number | null };

export const pullsMax = 30;
const deploymentsMax = 30;
const directCommitsMax = 10;
const pageSize = 50;
const pagesMax = 4;

const place = ({ repository, signal }: Pick<RepositoryReading, 'repository' | 'signal'>) => ({
  ...splitRepository(repository),
  request: { signal: requestSignal(signal) },
});

const inside = (window: Window, atMs: number): boolean => atMs >= window.fromMs && atMs < window.toMs;

/** Newest merge first. A merge updates a pull request, so older updates end the search. */
export async function readMergedPulls(reading: RepositoryReading): Promise<readonly MergedPull[]> {
  const merged: (PullAnswer & { merged_at: number })[] = [];
  for (let page = 1; page <= pagesMax; page += 1) {
    const answered = await reading.client.rest.pulls.list({
      ...place(reading),
      state: 'closed',
      sort: 'updated',
      direction: 'desc',
      per_page: pageSize,
      page,
    });
    const pulls = pullAnswer.array().parse(answered.data);
    for (const pull of pulls) {
      if (pull.merged_at !== null && inside(reading.window, pull.merged_at)) {
        merged.push({ ...pull, merged_at: pull.merged_at });
      }
    }
    const oldest = pulls.at(-1);
    if (pulls.length < pageSize || oldest === undefined || oldest.updated_at < reading.window.fromMs) break;
  }
  const newest = merged.toSorted((one, other) => other.merged_at - one.merged_at).slice(0, pullsMax);
  return Promise.all(newest.map(async (pull) => ({ ...pull, files: await readPullFiles(reading, pull.number) })));
}

/** The first hundred files. */
export async function readPullFiles(
  reading: Pick<RepositoryReading, 'client' | 'repository' | 'signal'>,
  pullNumber: number,
): Promise<readonly FileAnswer[]> {
  const answered = await reading.client.rest.pulls.listFiles({
    ...place(reading),
    pull_number: pullNumber,
    per_page: 100,
  });
  return fileAnswer.array().parse(answered.data);
}

/** One pull request, merged or not. */
export async function readPull(
  reading: Pick<RepositoryReading, 'client' | 'repository' | 'signal'>,
  pullNumber: number,
): Promise<PullAnswer> {
  const answered = await reading.client.rest.pulls.get({ ...place(reading), pull_number: pullNumber });
  return pullAnswer.parse(answered.data);
}

export async function readCommit(
  reading: Pick<RepositoryReading, 'client' | 'repository' | 'signal'>,
  ref: string,
): Promise<CommitAnswer & { readonly files: readonly FileAnswer[] }> {
  const answered = await reading.client.rest.repos.getCommit({ ...place(reading), ref });
  return commitWithFiles.parse(answered.data);
}

/** Commits of the default branch that no pull request brought: its first-parent line without the merges known. */
export async function readDirectCommits(reading: RepositoryReading, mergeShas: ReadonlySet<string>) {
  const answered = await reading.client.rest.repos.listCommits({
    ...place(reading),
    since: isoTime(reading.window.fromMs),
    until: isoTime(reading.window.toMs),
    per_page: 100,
  });
  const commits = commitAnswer.array().parse(answered.data);
  const direct = firstParentLine(commits).filter((commit) => commit.parents.length < 2 && !mergeShas.has(commit.sha));
  return Promise.all(direct.slice(0, directCommitsMax).map((commit) => readCommit(reading, commit.sha)));
}

function firstParentLine(commits: readonly CommitAnswer[]): readonly CommitAnswer[] {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  const line: CommitAnswer[] = [];
  let next = commits[0];
  while (next !== undefined && line.length < commits.length) {
    line.push(next);
    next = bySha.get(next.parents[0]?.sha ?? '');
  }
  return line;
}

/** Newest first, each with its latest state and the moment it went live. */
export async function readDeployments(reading: RepositoryReading, environment: string): Promise<readonly Deployment[]> {
  const answered = await reading.client.rest.repos.listDeployments({ ...place(reading), environment, per_page: 100 });
  const deployments = deploymentAnswer
    .array()
    .parse(answered.data)
    .filter((deployment) => inside(reading.window, deployment.created_at))
    .toSorted((one, other) => other.created_at - one.created_at);
  return Promise.all(deployments.slice(0, deploymentsMax).map((deployment) => withStates(reading, deployment)));
}

async function withStates(reading: RepositoryReading, deployment: DeploymentAnswer): Promise<Deployment> {
  const answered = await reading.client.rest.repos.listDeploymentStatuses({
    ...place(reading),
    deployment_id: deployment.id,
    per_page: 30,
  });
  const statuses = deploymentStatus
    .array()
    .parse(answered.data)
    .toSorted((one, other) => other.created_at - one.created_at);
  const live = statuses.findLast((status) => status.state === 'success');
  return { ...deployment, state: statuses[0]?.state ?? 'pending', liveAtMs: live?.created_at ?? null };
}
