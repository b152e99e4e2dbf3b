import { z } from 'zod';
import { taint } from '../src/core/tainted.ts';
import type { ChangeEvent } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import type { FileAnswer } from './github/answers.ts';
import { serviceOfPaths } from './github/attribution.ts';
import { type GitHubEnvironment, githubClient, githubEnvironment, repositoryInput, webLink } from './github/client.ts';
import { type BoundedDiff, boundedDiff, cutAtLine } from './github/diff.ts';
import { type RepositoryReading, readCommit, readPull, readPullFiles } from './github/reading.ts';
import { githubRefusal } from './github/refusal.ts';
import { orFailure } from './reading/failure.ts';
import { isoTime, minuteMs } from './reading/window.ts';

const input = z
  .object({
    repository: repositoryInput,
    pull: z.int().positive().optional().describe('Pull request number'),
    sha: z
      .string()
      .regex(/^[0-9a-f]{7,40}$/)
      .optional()
      .describe('Commit, 7 to 40 hexadecimal digits'),
  })
  .refine((asked) => (asked.pull === undefined) !== (asked.sha === undefined), 'give either pull or sha');

export const tool = defineTool({
  name: 'github_diff',
  source: 'github',
  description: 'The diff of one pull request or commit, cut to its hunks. Lock files and generated files are left out.',
  environment: githubEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = githubClient(environment);
    return (asked, { catalogue, nowMs, signal }) => {
      const { repository, pull, sha } = asked;
      const what = pull === undefined ? `${repository}@${sha}` : `${repository}#${pull}`;
      const attempt = {
        vendor: 'GitHub',
        asked: `the diff of ${what}`,
        nowMs,
        blocks: `what ${what} changed`,
        grant: 'contents: read and pull requests: read',
      };
      return orFailure({ attempt, signal, refusal: githubRefusal }, async () => {
        const reading = { client, repository, signal };
        const { files, ...change } =
          pull === undefined ? await readOneCommit(reading, sha ?? '') : await readOnePull(reading, pull);
        const paths = files.map((file) => file.filename);
        const bounded = boundedDiff(files);
        const service = serviceOfPaths(catalogue, repository, paths);
        const event = { ...change, service, repository, paths, diff: bounded.diff };
        return diffFinding(event, { files, bounded, nowMs, link: linkOf(environment, event) });
      });
    };
  },
});

type Reading = Pick<RepositoryReading, 'client' | 'repository' | 'signal'>;

async function readOnePull(reading: Reading, number: number) {
  const [pull, files] = await Promise.all([readPull(reading, number), readPullFiles(reading, number)]);
  return {
    id: `${reading.repository}#${number}`,
    kind: 'pull-request' as const,
    atMs: pull.merged_at ?? pull.updated_at,
    title: pull.title,
    sha: pull.merge_commit_sha,
    pullNumber: number,
    files,
  };
}

async function readOneCommit(reading: Reading, ref: string) {
  const commit = await readCommit(reading, ref);
  return {
    id: `commit:${reading.repository}@${commit.sha.slice(0, 12)}`,
    kind: 'commit' as const,
    atMs: commit.commit.committer?.date ?? commit.commit.author?.date ?? 0,
    title: commit.commit.message.split('\n', 1)[0] ?? '',
    sha: commit.sha,
    pullNumber: null,
    files: commit.files,
  };
}

const linkOf = (environment: GitHubEnvironment, change: ChangeEvent): string =>
  change.pullNumber === null
    ? webLink(environment, `${change.repository}/commit/${change.sha}`)
    : webLink(environment, `${change.repository}/pull/${change.pullNumber}`);

type Read = {
  readonly files: readonly FileAnswer[];
  readonly bounded: BoundedDiff;
  readonly nowMs: number;
  readonly link: string;
};

const viewCharactersMax = 7_000;

function diffFinding(change: ChangeEvent, { files, bounded, nowMs, link }: Read): Finding {
  const added = files.reduce((sum, file) => sum + file.additions, 0);
  const removed = files.reduce((sum, file) => sum + file.deletions, 0);
  const window = { fromMs: Math.min(change.atMs, nowMs - minuteMs), toMs: nowMs };
  const rows = files.map((file) => `${file.status} ${file.filename} +${file.additions} -${file.deletions}`);
  const head = `${change.id} at ${isoTime(change.atMs)}: ${change.title.slice(0, 200)}`;
  const shown = cutAtLine(bounded.diff, viewCharactersMax);
  return {
    kind: 'found',
    result: {
      id: change.id,
      title: change.title,
      at: isoTime(change.atMs),
      sha: change.sha,
      service: change.service,
      fileCount: files.length,
      added,
      removed,
      files: rows,
      diff: bounded.diff,
    },
    provenance: 'A',
    query:
      change.pullNumber === null
        ? `git show ${change.sha}`
        : `gh pr diff ${change.pullNumber} --repo ${change.repository}`,
    window,
    link,
    headline: [
      `${change.id} changes ${files.length} files, +${added} -${removed} lines: `,
      taint(change.title.slice(0, 160)),
    ],
    chart: null,
    view: taint([head, ...rows.slice(0, 30), shown.text, ...(shown.cut ? ['(cut)'] : [])].join('\n')),
    signals: { changes: [change] },
    truncated: bounded.cut,
  };
}
