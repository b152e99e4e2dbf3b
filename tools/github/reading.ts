/** Reads changes of one repository: merged pull requests, commits without one, releases. All bounded. */
import type { Window } from '../../src/core/evidence.ts';
import { isoTime } from '../reading/window.ts';
import {
  type CommitAnswer,
  commitAnswer,
  commitWithFiles,
  type FileAnswer,
  fileAnswer,
  type PullAnswer,
  pullAnswer,
  type ReleaseAnswer,
  releaseAnswer,
} from './answers.ts';
import { at, type Pages, type Place, readPages } from './place.ts';

export type RepositoryReading = Place & { readonly window: Window };

export type MergedPull = PullAnswer & {
  readonly merged_at: number;
  readonly files: readonly FileAnswer[];
  /** There are more files. */
  readonly filesCut: boolean;
};
export type Release = ReleaseAnswer & { readonly published_at: number };

const pullsMax = 30;
const directCommitsMax = 10;
const releasesMax = 20;

export const inside = (window: Window, atMs: number): boolean => atMs >= window.fromMs && atMs < window.toMs;

/** Newest merge first. A merge updates a pull request, so older updates end the search. */
export async function readMergedPulls(reading: RepositoryReading): Promise<Pages<MergedPull>> {
  const size = 50;
  const { items, truncated } = await readPages({
    size,
    pagesMax: 4,
    ask: async (page) => {
      const query = { state: 'closed', sort: 'updated', direction: 'desc', per_page: size, page } as const;
      const { data, headers } = await reading.client.rest.pulls.list({ ...at(reading), ...query });
      return { items: pullAnswer.array().parse(data), link: headers.link };
    },
    isEnough: (pulls) => (pulls.at(-1)?.updated_at ?? 0) < reading.window.fromMs,
  });
  const merged = items
    .flatMap((pull) => (pull.merged_at === null ? [] : [{ ...pull, merged_at: pull.merged_at }]))
    .filter((pull) => inside(reading.window, pull.merged_at))
    .toSorted((one, other) => other.merged_at - one.merged_at);
  const newest = merged.slice(0, pullsMax);
  const read = newest.map(async (pull) => {
    const files = await readPullFiles(reading, { pullNumber: pull.number, pagesMax: 1 });
    return { ...pull, files: files.items, filesCut: files.truncated };
  });
  return { items: await Promise.all(read), truncated: truncated || merged.length > pullsMax };
}

type PullFiles = { readonly pullNumber: number; readonly pagesMax: number };

/** A hundred files a page; GitHub lists at most 3,000. */
export function readPullFiles(place: Place, { pullNumber, pagesMax }: PullFiles): Promise<Pages<FileAnswer>> {
  return readPages({
    size: 100,
    pagesMax,
    ask: async (page) => {
      const query = { pull_number: pullNumber, per_page: 100, page };
      const { data, headers } = await place.client.rest.pulls.listFiles({ ...at(place), ...query });
      return { items: fileAnswer.array().parse(data), link: headers.link };
    },
  });
}

/** One pull request, merged or not. */
export async function readPull(place: Place, pullNumber: number): Promise<PullAnswer> {
  const answered = await place.client.rest.pulls.get({ ...at(place), pull_number: pullNumber });
  return pullAnswer.parse(answered.data);
}

type CommitWithFiles = CommitAnswer & { readonly files: readonly FileAnswer[]; readonly truncated: boolean };

/** A commit's files come 300 a page; GitHub lists at most 3,000. */
export async function readCommit(place: Place, ref: string, pagesMax = 1): Promise<CommitWithFiles> {
  const commits: CommitAnswer[] = [];
  const { items, truncated } = await readPages({
    size: 300,
    pagesMax,
    ask: async (page) => {
      const { data, headers } = await place.client.rest.repos.getCommit({ ...at(place), ref, per_page: 300, page });
      const commit = commitWithFiles.parse(data);
      commits.push(commit);
      return { items: commit.files, link: headers.link };
    },
  });
  const [commit] = commits;
  if (commit === undefined) throw new Error('a commit has at least one page');
  return { ...commit, files: items, truncated };
}

/** Commits of the default branch that no pull request brought: its first-parent line without the merges known. */
export async function readDirectCommits(
  reading: RepositoryReading,
  mergeShas: ReadonlySet<string>,
): Promise<Pages<CommitWithFiles>> {
  const { items, truncated } = await readPages({
    size: 100,
    pagesMax: 3,
    ask: async (page) => {
      const { fromMs, toMs } = reading.window;
      const query = { since: isoTime(fromMs), until: isoTime(toMs), per_page: 100, page };
      const { data, headers } = await reading.client.rest.repos.listCommits({ ...at(reading), ...query });
      return { items: commitAnswer.array().parse(data), link: headers.link };
    },
  });
  const direct = firstParentLine(items).filter((commit) => commit.parents.length < 2 && !mergeShas.has(commit.sha));
  const read = direct.slice(0, directCommitsMax).map((commit) => readCommit(reading, commit.sha));
  return { items: await Promise.all(read), truncated: truncated || direct.length > directCommitsMax };
}

/** From the newest commit along each first parent, as far as the list goes. */
export function firstParentLine<Commit extends CommitAnswer>(commits: readonly Commit[]): readonly Commit[] {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  const line: Commit[] = [];
  let next = commits[0];
  while (next !== undefined && line.length < commits.length) {
    line.push(next);
    next = bySha.get(next.parents[0]?.sha ?? '');
  }
  return line;
}

/** Published in the window, newest first; drafts are nobody's yet. */
export async function readReleases(reading: RepositoryReading): Promise<Pages<Release>> {
  const { items, truncated } = await readPages({
    size: 30,
    pagesMax: 2,
    ask: async (page) => {
      const { data, headers } = await reading.client.rest.repos.listReleases({ ...at(reading), per_page: 30, page });
      return { items: releaseAnswer.array().parse(data), link: headers.link };
    },
    isEnough: (releases) => releases.some(({ published_at: atMs }) => atMs !== null && atMs < reading.window.fromMs),
  });
  const published = items
    .flatMap((release) => (release.published_at === null ? [] : [{ ...release, published_at: release.published_at }]))
    .filter((release) => !release.draft && inside(reading.window, release.published_at))
    .toSorted((one, other) => other.published_at - one.published_at);
  return { items: published.slice(0, releasesMax), truncated: truncated || published.length > releasesMax };
}
