import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import type { RunAnswer } from './github/answers.ts';
import { counted } from './github/changes-view.ts';
import { githubClient, githubEnvironment, webLink } from './github/client.ts';
import { grantOf } from './github/permissions.ts';
import { type Place, refInput, repositoryInput } from './github/place.ts';
import { githubRefusal } from './github/refusal.ts';
import { type FailedJob, readFailedJobs, readRuns, searchableFailures } from './github/workflow-runs.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { isoTime, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({
  repository: repositoryInput,
  ...windowInput,
  branch: refInput.optional().describe('Only runs on this branch'),
});

export const tool = defineTool({
  name: 'github_workflow_runs',
  source: 'github',
  description:
    'Workflow runs of one repository that failed or timed out in a window, with the jobs and steps that failed. ' +
    'For deploys that did not finish and tests that broke.',
  environment: githubEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = githubClient(environment);
    return (asked, { nowMs, signal }) => {
      const { repository, branch } = asked;
      const attempt = {
        vendor: 'GitHub',
        asked: `failed workflow runs of ${repository}`,
        nowMs,
        blocks: `whether a build or deploy of ${repository} failed`,
        grant: grantOf('actions'),
      };
      return orFailure({ attempt, signal, refusal: githubRefusal }, async () => {
        const window = readWindow(asked, nowMs);
        const range = `${seconds(window.fromMs)}..${seconds(window.toMs)}`;
        const read = await readFailed({ client, repository, signal }, { range, branch });
        const search = new URLSearchParams({ query: `is:failure created:${range}` });
        return runsFinding(read, {
          repository,
          window,
          query: `GET /repos/${repository}/actions/runs?status=${searchableFailures.join('|')}&created=${range}${branch === undefined ? '' : `&branch=${encodeURIComponent(branch)}`}`,
          link: webLink(environment, `${repository}/actions?${search.toString()}`),
        });
      });
    };
  },
});

/** GitHub's searches take whole seconds. */
const seconds = (atMs: number): string => `${isoTime(atMs).slice(0, 19)}Z`;

type FailedRun = { readonly run: RunAnswer; readonly jobs: readonly FailedJob[] };
type Read = { readonly runs: readonly FailedRun[]; readonly runCount: number; readonly truncated: boolean };

const pagesMax = 5;
const runsWithJobsMax = 10;

async function readFailed(
  place: Place,
  { range, branch }: { range: string; branch: string | undefined },
): Promise<Read> {
  const found = await Promise.all(
    searchableFailures.map((status) =>
      readRuns(place, { status, created: range, pagesMax, ...(branch === undefined ? {} : { branch }) }),
    ),
  );
  const runs = found
    .flatMap(({ items }) => items)
    .toSorted((one, other) => other.created_at - one.created_at || other.id - one.id);
  const detailed = runs
    .slice(0, runsWithJobsMax)
    .map(async (run) => ({ run, jobs: await readFailedJobs(place, run.id) }));
  const rest = runs.slice(runsWithJobsMax).map((run) => ({ run, jobs: [] }));
  const truncated = found.some((pages) => pages.truncated) || rest.length > 0;
  return { runs: [...(await Promise.all(detailed)), ...rest], runCount: runs.length, truncated };
}

type Source = {
  readonly repository: string;
  readonly window: Window;
  readonly query: string;
  readonly link: string;
};

function runsFinding({ runs, runCount, truncated }: Read, { repository, window, query, link }: Source): Finding {
  const [newest] = runs;
  if (newest === undefined) {
    return { kind: 'empty', searched: `failed runs of ${repository}, ${sayWindow(window)}`, query, window, link };
  }
  const says = `${counted(runCount, 'workflow run')} of ${repository} failed or timed out, ${sayWindow(window)}`;
  const notRead = Math.max(0, runCount - runsWithJobsMax);
  return {
    kind: 'found',
    result: { repository, runCount, runs: runs.map(resultOf) },
    provenance: 'A',
    query,
    window,
    link,
    headline: [`${says}; the newest: `, taint(sayFailed(newest).slice(0, 200))],
    chart: null,
    view: fitView({
      head: [says, ...(notRead > 0 ? [`the jobs of the ${notRead} oldest were not read; narrow the window`] : [])],
      rows: runs.map((one) => {
        const { run } = one;
        const about = [`run ${run.id}`, run.event, run.head_branch ?? '', run.head_sha.slice(0, 12), run.display_title];
        return [shortTime(run.created_at), run.conclusion ?? '', sayFailed(one), ...about].join(' | ');
      }),
      things: 'runs',
    }),
    signals: {},
    truncated,
  };
}

function sayFailed({ run, jobs }: FailedRun): string {
  const failed = jobs.map(({ name: job, steps }) => (steps.length === 0 ? job : `${job} at ${steps.join(', ')}`));
  const name = run.name ?? run.path;
  return failed.length === 0 ? name : `${name}: ${failed.join('; ')}`;
}

const resultOf = ({ run, jobs }: FailedRun) => ({
  id: run.id,
  workflow: run.name ?? run.path,
  title: run.display_title,
  event: run.event,
  conclusion: run.conclusion,
  branch: run.head_branch,
  sha: run.head_sha,
  attempt: run.run_attempt,
  at: isoTime(run.created_at),
  failedJobs: jobs,
});
