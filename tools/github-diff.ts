import { z } from 'zod';
import { taint } from '../src/core/tainted.ts';
import type { ChangeEvent } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import type { FileAnswer } from './github/answers.ts';
import { serviceOfPaths } from './github/attribution.ts';
import { counted } from './github/changes-view.ts';
import { type GitHubEnvironment, githubClient, githubEnvironment, webLink } from './github/client.ts';
import { type BoundedDiff, boundedDiff } from './github/diff.ts';
import { diffRows, fileRow } from './github/diff-rows.ts';
import type { Focus } from './github/hunks.ts';
import { grantOf } from './github/permissions.ts';
import { type Place, pathInput, repositoryInput, shaInput, symbolInput } from './github/place.ts';
import { readCommit, readPull, readPullFiles } from './github/reading.ts';
import { githubRefusal } from './github/refusal.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { isoTime, minuteMs } from './reading/window.ts';

const input = z
  .object({
    repository: repositoryInput,
    pull: z.int().positive().optional().describe('Pull request number'),
    sha: shaInput.optional(),
    paths: z
      .array(pathInput)
      .max(20)
      .default([])
      .describe('Files or folders on the failing path: their hunks come first and whole'),
    symbols: z
      .array(symbolInput)
      .max(10)
      .default([])
      .describe('Functions, classes or settings on the failing path: hunks that name them come first and whole'),
  })
  .refine((asked) => (asked.pull === undefined) !== (asked.sha === undefined), 'give either pull or sha');

export const tool = defineTool({
  name: 'github_diff',
  source: 'github',
  description:
    'The diff of one pull request or commit, cut to the hunks on the failing path when paths or symbols are given. ' +
    'Lock files and generated files are left out.',
  environment: githubEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = githubClient(environment);
    return (asked, { catalogue, nowMs, signal }) => {
      const { repository, pull, sha, ...focus } = asked;
      const what = pull === undefined ? `${repository}@${sha}` : `${repository}#${pull}`;
      const attempt = {
        vendor: 'GitHub',
        asked: `the diff of ${what}`,
        nowMs,
        blocks: `what ${what} changed`,
        grant: grantOf('contents', 'pull_requests'),
      };
      return orFailure({ attempt, signal, refusal: githubRefusal }, async () => {
        const place = { client, repository, signal };
        const { files, truncated, ...change } =
          pull === undefined ? await readOneCommit(place, sha ?? '') : await readOnePull(place, pull);
        const paths = files.map((file) => file.filename);
        const bounded = boundedDiff(files, focus);
        const service = serviceOfPaths(catalogue, repository, paths);
        const event = { ...change, service, repository, paths, diff: bounded.diff };
        const link = linkOf(environment, event);
        return diffFinding(event, { files, truncated, bounded, focus, nowMs, link });
      });
    };
  },
});

const pagesMax = 3;

async function readOnePull(place: Place, number: number) {
  const [pull, { items, truncated }] = await Promise.all([
    readPull(place, number),
    readPullFiles(place, { pullNumber: number, pagesMax }),
  ]);
  return {
    id: `${place.repository}#${number}`,
    kind: 'pull-request' as const,
    atMs: pull.merged_at ?? pull.updated_at,
    title: pull.title,
    sha: pull.merge_commit_sha,
    pullNumber: number,
    files: items,
    truncated,
  };
}

async function readOneCommit(place: Place, ref: string) {
  const commit = await readCommit(place, ref, pagesMax);
  return {
    id: `commit:${place.repository}@${commit.sha.slice(0, 12)}`,
    kind: 'commit' as const,
    atMs: commit.commit.committer?.date ?? commit.commit.author?.date ?? 0,
    title: commit.commit.message.split('\n', 1)[0] ?? '',
    sha: commit.sha,
    pullNumber: null,
    files: commit.files,
    truncated: commit.truncated,
  };
}

const linkOf = (environment: GitHubEnvironment, change: ChangeEvent): string =>
  change.pullNumber === null
    ? webLink(environment, `${change.repository}/commit/${change.sha}`)
    : webLink(environment, `${change.repository}/pull/${change.pullNumber}`);

type Read = {
  readonly files: readonly FileAnswer[];
  readonly truncated: boolean;
  readonly bounded: BoundedDiff;
  readonly focus: Focus;
  readonly nowMs: number;
  readonly link: string;
};

function diffFinding(change: ChangeEvent, { files, truncated, bounded, focus, nowMs, link }: Read): Finding {
  const added = files.reduce((sum, file) => sum + file.additions, 0);
  const removed = files.reduce((sum, file) => sum + file.deletions, 0);
  const head = [
    `${change.id} at ${isoTime(change.atMs)}: ${change.title.slice(0, 200)}`,
    `${files.length} files, +${added} -${removed}; ${counted(bounded.focused.length, 'hunk')} on the asked path`,
    ...(truncated ? [`only the first ${files.length} files were read`] : []),
  ];
  const { pullNumber, repository, sha } = change;
  return {
    kind: 'found',
    result: {
      id: change.id,
      title: change.title,
      at: isoTime(change.atMs),
      sha,
      service: change.service,
      fileCount: files.length,
      added,
      removed,
      hunksOnPath: bounded.focused.length,
      files: files.map(fileRow),
      diff: bounded.diff,
    },
    provenance: 'A',
    query: pullNumber === null ? `git show ${sha}` : `gh pr diff ${pullNumber} --repo ${repository}`,
    window: { fromMs: Math.min(change.atMs, nowMs - minuteMs), toMs: nowMs },
    link,
    headline: [
      `${change.id} changes ${files.length} files, +${added} -${removed} lines: `,
      taint(change.title.slice(0, 160)),
    ],
    chart: null,
    view: fitView({ head, rows: diffRows(files, bounded, focus), things: 'lines' }),
    signals: { changes: [change] },
    truncated: truncated || bounded.cut,
  };
}
