import type { Catalogue } from '../../src/core/catalogue.ts';
import type { ChangeEvent } from '../../src/rootcause/telemetry.ts';
import { isoTime } from '../reading/window.ts';
import { payloadService } from './answers.ts';
import { serviceOfPaths, soleService } from './attribution.ts';
import { type Deployment, readDeployments } from './deployments.ts';
import { boundedDiff } from './diff.ts';
import {
  type MergedPull,
  type Release,
  type RepositoryReading,
  readDirectCommits,
  readMergedPulls,
  readReleases,
} from './reading.ts';

/** A change as the engine sees it, with what only people and the model are shown. */
export type Change = {
  readonly event: ChangeEvent;
  /** `ChangeEvent` has no releases: they are deploys to it. */
  readonly kind: ChangeEvent['kind'] | 'release';
  readonly author: string | null;
  /** Of a deployment, and "pre-release" of a release. */
  readonly state: string | null;
  /** True when the diff or the list of files was cut. */
  readonly cut: boolean;
};

export type Changes = {
  /** Newest first. */
  readonly changes: readonly Change[];
  /** What was not read to its end: "merged pull requests". */
  readonly unread: readonly string[];
};

/** Everything that changed in one repository in a window. */
export async function readChanges(reading: RepositoryReading, catalogue: Catalogue): Promise<Changes> {
  const { repository } = reading;
  const [pulls, deployments, releases] = await Promise.all([
    readMergedPulls(reading),
    readDeployments(reading, catalogue.environment),
    readReleases(reading),
  ]);
  const mergeShas = new Set(pulls.items.flatMap((pull) => pull.merge_commit_sha ?? []));
  const commits = await readDirectCommits(reading, mergeShas);
  const changes: readonly Change[] = [
    ...pulls.items.map((pull) => fromPull(pull, repository, catalogue)),
    ...deployments.items.map((deployment) => fromDeployment(deployment, repository, catalogue)),
    ...releases.items.map((release) => fromRelease(release, repository, catalogue)),
    ...commits.items.map((commit) => fromCommit(commit, repository, catalogue)),
  ];
  const unread = [
    ...(pulls.truncated ? ['merged pull requests'] : []),
    ...(deployments.truncated ? ['deployments'] : []),
    ...(releases.truncated ? ['releases'] : []),
    ...(commits.truncated ? ['direct commits'] : []),
  ];
  return { changes: changes.toSorted((one, other) => other.event.atMs - one.event.atMs), unread };
}

/**
 * The changes the engine weighs. A release is one only where nothing was deployed: else it would count beside the
 * deployment that ships it.
 */
export function changeSignals(changes: readonly Change[]): readonly ChangeEvent[] {
  const deployed = changes.some((change) => change.kind === 'deploy');
  return changes.filter((change) => change.kind !== 'release' || !deployed).map((change) => change.event);
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
  return { event, kind: event.kind, author: pull.user, state: null, cut: cut || pull.filesCut };
}

/** Timed at its start: instances of the new version may serve before all of them do. */
function fromDeployment(deployment: Deployment, repository: string, catalogue: Catalogue): Change {
  const named = payloadService(deployment.payload);
  const known = catalogue.services.find((service) => service.id === named)?.id ?? soleService(catalogue, repository);
  const title = `Deploy ${known ?? repository} ${deployment.sha.slice(0, 7)} to ${deployment.environment}`;
  const event: ChangeEvent = {
    ...bareEvent,
    id: `deploy:${repository}:${deployment.id}`,
    service: known,
    atMs: deployment.created_at,
    title,
    repository,
    sha: deployment.sha,
    ...outcomeOf(deployment),
  };
  const state =
    deployment.liveAtMs === null ? deployment.state : `${deployment.state} at ${isoTime(deployment.liveAtMs)}`;
  return { event, kind: event.kind, author: null, state, cut: false };
}

/** https://docs.github.com/rest/deployments/statuses: a deployment that was replaced is inactive. */
function outcomeOf({ state, liveAtMs }: Deployment): Pick<ChangeEvent, 'outcome'> {
  if (state === 'failure' || state === 'error') return { outcome: 'failed' };
  return liveAtMs !== null && (state === 'success' || state === 'inactive') ? { outcome: 'succeeded' } : {};
}

const bareEvent = { kind: 'deploy', sha: null, pullNumber: null, paths: [], diff: '' } as const;

function fromRelease(release: Release, repository: string, catalogue: Catalogue): Change {
  const name = release.name === null || release.name === release.tag_name ? '' : `: ${release.name}`;
  const event: ChangeEvent = {
    ...bareEvent,
    id: `release:${repository}:${release.id}`,
    service: soleService(catalogue, repository),
    atMs: release.published_at,
    title: `Release ${release.tag_name}${name}`,
    repository,
  };
  const state = release.prerelease ? 'pre-release' : null;
  return { event, kind: 'release', author: release.author, state, cut: false };
}

type Commit = Awaited<ReturnType<typeof readDirectCommits>>['items'][number];

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
  return {
    event,
    kind: event.kind,
    author: commit.commit.author?.name ?? null,
    state: null,
    cut: cut || commit.truncated,
  };
}
