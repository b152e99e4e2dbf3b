import { jobsAnswer, type RunAnswer, runsAnswer } from './answers.ts';
import { at, type Pages, type Place, readPages } from './place.ts';

const failedConclusions = ['failure', 'timed_out', 'startup_failure'] as const;

/** The same query parameter asks for statuses and conclusions; it does not know `startup_failure`. */
export const searchableFailures = ['failure', 'timed_out'] as const;

type RunsAsked = {
  readonly status?: (typeof searchableFailures)[number];
  /** `2026-11-18T09:00:00Z..2026-11-18T10:00:00Z` */
  readonly created?: string;
  readonly branch?: string;
  readonly headSha?: string;
  readonly pagesMax: number;
};

/** Newest first. A search gives at most 1,000 runs. */
export async function readRuns(place: Place, asked: RunsAsked): Promise<Pages<RunAnswer>> {
  const { status, created, branch, headSha, pagesMax } = asked;
  const filter = {
    ...(status === undefined ? {} : { status }),
    ...(created === undefined ? {} : { created }),
    ...(branch === undefined ? {} : { branch }),
    ...(headSha === undefined ? {} : { head_sha: headSha }),
  };
  return readPages({
    size: 100,
    pagesMax,
    ask: async (page) => {
      const query = { ...filter, per_page: 100, page };
      const { data, headers } = await place.client.rest.actions.listWorkflowRunsForRepo({ ...at(place), ...query });
      return { items: runsAnswer.parse(data).workflow_runs, link: headers.link };
    },
  });
}

export type FailedJob = {
  readonly id: number;
  readonly name: string;
  readonly conclusion: string;
  readonly steps: readonly string[];
};

const isFailed = (conclusion: string | null): conclusion is string =>
  failedConclusions.some((failed) => failed === conclusion);

/** Jobs of the latest attempt that failed, each with its failed steps. At most 200 jobs are looked at. */
export async function readFailedJobs(place: Place, runId: number): Promise<readonly FailedJob[]> {
  const { items } = await readPages({
    size: 100,
    pagesMax: 2,
    ask: async (page) => {
      const query = { run_id: runId, filter: 'latest', per_page: 100, page } as const;
      const { data, headers } = await place.client.rest.actions.listJobsForWorkflowRun({ ...at(place), ...query });
      return { items: jobsAnswer.parse(data).jobs, link: headers.link };
    },
  });
  return items.flatMap(({ id, name, conclusion, steps }) => {
    if (!isFailed(conclusion)) return [];
    return [
      { id, name, conclusion, steps: steps.filter((step) => isFailed(step.conclusion)).map((step) => step.name) },
    ];
  });
}

/** In one word: what failed outweighs what runs, and that what succeeded. */
export function runsState(runs: readonly RunAnswer[]): string {
  const failed = runs.find((run) => isFailed(run.conclusion));
  if (failed !== undefined) return `CI ${failed.conclusion}`;
  if (runs.some((run) => run.status !== 'completed')) return 'CI running';
  return runs.length === 0 ? 'no CI runs' : 'CI passed';
}
