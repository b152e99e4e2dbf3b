import type { Catalogue } from '../../src/core/catalogue.ts';
import type { ChangeEvent } from '../../src/rootcause/telemetry.ts';
import { isoTime } from '../reading/window.ts';
import { payloadService } from './answers.ts';
import { serviceOfPaths, soleService } from './attribution.ts';
import { boundedDiff } from './diff.ts';
import {
  type Deployment,
  type MergedPull,
  type RepositoryReading,
  readDeployments,
  readDirectCommits,
  readMergedPulls,
} from './reading.ts';

/** A change as the engine sees it, with what only people and the model are shown. */
export type Change = {
  readonly event: ChangeEvent;
  readonly author: string | null;
  /** Of a deployment. */
  readonly state: string | null;
  /** True when the diff was cut. */
  readonly cut: boolean;
};

/** Everything that changed in one repository in a window, newest first. */
export async function readChanges(reading: RepositoryReading, catalogue: Catalogue): Promise<readonly Change[]> {
  const { repository } = reading;
  const [pulls, deployments] = await Promise.all([
    readMergedPulls(reading),
    readDeployments(reading, catalogue.environment),
  ]);
  const mergeShas = new Set(pulls.flatMap((pull) => pull.merge_commit_sha ?? []));
  const commits = await readDirectCommits(reading, mergeShas);
  const changes: readonly Change[] = [
    ...pulls.map((pull) => fromPull(pull, repository, catalogue)),
    ...deployments.map((deployment) => fromDeployment(deployment, repository, catalogue)),
    ...commits.map((commit) => fromCommit(commit, repository, catalogue)),
  ];
  return changes.toSorted((one, other) => other.event.atMs - one.event.atMs);
}

function fromPull(pull: MergedPull, repository: string, catalogue: Catalogue): Change {
  const paths = pull.files.map((file) => file.filename);
  const { diff, cut } = boundedDiff(pull.files);
  const event: ChangeEvent = {
    id: `${repository}#${pull.number}`,
    kind: 'pull-request',
    service: serviceOfPaths(catalogue, repository, paths),
    atMs: pull.merged_at,
    title: pull.title,
    repository,
    sha: pull.merge_commit_sha,
    pullNumber: pull.number,
    paths,
    diff,
  };
  return { event, author: pull.user, state: null, cut };
}

/** Timed at its start: instances of the new version may serve before all of them do. */
function fromDeployment(deployment: Deployment, repository: string, catalogue: Catalogue): Change {
  const named = payloadService(deployment.payload);
  const known = catalogue.services.find((service) => service.id === named)?.id ?? soleService(catalogue, repository);
  const event: ChangeEvent = {
    id: `deploy:${repository}:${deployment.id}`,
    kind: 'deploy',
    service: known,
    atMs: deployment.created_at,
    title: `Deploy ${known ?? repository} ${deployment.sha.slice(0, 7)} to ${deployment.environment}`,
    repository,
    sha: deployment.sha,
    pullNumber: null,
    paths: [],
    diff: '',
  };
  const state =
    deployment.liveAtMs === null ? deployment.state : `${deployment.state} at ${isoTime(deployment.liveAtMs)}`;
  return { event, author: null, state, cut: false };
}

type Commit = Awaited<ReturnType<typeof readDirectCommits>>[number];

function fromCommit(commit: Commit, repository: string, catalogue: Catalogue): Change {
  const paths = commit.files.map((file) => file.filename);
  const { diff, cut } = boundedDiff(commit.files);
  const event: ChangeEvent = {
    id: `commit:${repository}@${commit.sha.slice(0, 12)}`,
    kind: 'commit',
    service: serviceOfPaths(catalogue, repository, paths),
    atMs: commit.commit.committer?.date ?? commit.commit.author?.date ?? 0,
    title: commit.commit.message.split('\n', 1)[0] ?? '',
    repository,
    sha: commit.sha,
    pullNumber: null,
    paths,
    diff,
  };
  return { event, author: commit.commit.author?.name ?? null, state: null, cut };
}
