import type { PullState, PullWatch } from '../../flow/rollback-port.ts';
import { connectReader, type GitHub, orNull, type ReadEnvironment, type Repository } from '../github/client.ts';
import { readChecks } from '../github/read-checks.ts';
import { splitRepository } from '../github/split-repository.ts';

/** Follows a pull request after it is open: checks, merge, deployment. Only reads. Throws Octokit's error. */
export const connectPullWatch =
  (environment: ReadEnvironment): PullWatch =>
  async (repository, number, signal) => {
    const github = connectReader(environment, signal);
    const names = splitRepository(repository);
    const { data } = await github.pulls.get({ ...names, pull_number: number });
    const merged = data.merged_at !== null;
    const mergeSha = merged ? data.merge_commit_sha : null;
    const [checks, deployment] = await Promise.all([
      readChecks(github, names, data.head.sha),
      mergeSha === null ? null : readDeployment(github, names, mergeSha),
    ]);
    const open = data.state === 'open' ? 'open' : 'closed';
    const mergedAtMs = data.merged_at === null ? null : Date.parse(data.merged_at);
    return { state: merged ? 'merged' : open, mergedAtMs, mergeSha, checks, deployment };
  };

type Deployment = { readonly id: number; readonly sha: string; readonly environment: string };

/** Deployments of the merge commit; when there are none, those of the newest commit that contains it. */
async function readDeployment(github: GitHub, names: Repository, mergeSha: string): Promise<PullState['deployment']> {
  const exact = await listDeployments(github, names, { sha: mergeSha });
  const deployments = exact.length > 0 ? exact : await laterDeployments(github, names, mergeSha);
  if (deployments.length === 0) return null;
  return slowest(await Promise.all(deployments.map(({ id }) => readStatus(github, names, id))));
}

async function listDeployments(
  github: GitHub,
  names: Repository,
  filter: { readonly sha?: string },
): Promise<readonly Deployment[]> {
  const found = (await orNull(github.repos.listDeployments({ ...names, ...filter, per_page: 30 }))) ?? [];
  const live = found.filter(({ environment }) => /^prod(?:uction)?$/iu.test(environment));
  return (live.length > 0 ? live : found).map(({ id, sha, environment }) => ({ id, sha, environment }));
}

async function laterDeployments(github: GitHub, names: Repository, mergeSha: string): Promise<readonly Deployment[]> {
  const recent = await listDeployments(github, names, {});
  for (const sha of new Set(recent.map((deployment) => deployment.sha))) {
    const basehead = `${mergeSha}...${sha}`;
    const compared = await orNull(github.repos.compareCommitsWithBasehead({ ...names, basehead, per_page: 1 }));
    if (compared?.behind_by === 0) return recent.filter((deployment) => deployment.sha === sha);
  }
  return [];
}

type Status = NonNullable<PullState['deployment']>;

async function readStatus(github: GitHub, names: Repository, id: number): Promise<Status> {
  const request = { ...names, deployment_id: id, per_page: 30 };
  const statuses = (await orNull(github.repos.listDeploymentStatuses(request))) ?? [];
  const newest = statuses.toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at) || b.id - a.id)[0];
  if (!newest) return { state: 'queued', liveAtMs: null };
  return { state: newest.state, liveAtMs: newest.state === 'success' ? Date.parse(newest.created_at) : null };
}

/** One merge may deploy several services: it is live when the last one is. */
function slowest(statuses: readonly Status[]): Status | null {
  const unfinished = statuses.find(({ liveAtMs }) => liveAtMs === null);
  if (unfinished) return unfinished;
  return statuses.toSorted((a, b) => (b.liveAtMs ?? 0) - (a.liveAtMs ?? 0))[0] ?? null;
}
