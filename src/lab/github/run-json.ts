import type { Json } from '../../core/json.ts';
import { keyOf } from '../dice.ts';
import type { Visit, WorkflowRun } from './hub.ts';
import { nodeId } from './hub.ts';
import { userJson } from './shapes.ts';
import { toTimestamp } from './timestamps.ts';

const queuedMs = 2_000;
const runsMs = 15_000;

type RunStatus = {
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: 'success' | 'skipped' | null;
  readonly changedAtMs: number;
};

/** Queued for 2 s, done after 15 s of the clock. */
export function runStatus(run: WorkflowRun, nowMs: number): RunStatus {
  const { createdAtMs } = run;
  if (run.skipped) return { status: 'completed', conclusion: 'skipped', changedAtMs: createdAtMs };
  if (nowMs >= createdAtMs + runsMs) {
    return { status: 'completed', conclusion: 'success', changedAtMs: createdAtMs + runsMs };
  }
  if (nowMs < createdAtMs + queuedMs) return { status: 'queued', conclusion: null, changedAtMs: createdAtMs };
  return { status: 'in_progress', conclusion: null, changedAtMs: createdAtMs + queuedMs };
}

/** The inputs are in the title (`run-name` of the workflow), so that a reader can find the run of an idempotency key. */
export const runTitle = (run: WorkflowRun): string =>
  [
    (run.workflow.path.split('/').at(-1) ?? '').replace(/\.ya?ml$/, ''),
    ...Object.entries(run.inputs).map(([name, value]) => `${name}=${value}`),
  ].join(' ');

/** `repo` is the repository's JSON, asked for once per answer. */
export async function runJson({ hub, repository, call }: Visit, run: WorkflowRun, repo: Json): Promise<Json> {
  const api = `${hub.origin}/repos/${repository.fullName}/actions/runs/${run.id}`;
  const page = `${hub.origin}/${repository.fullName}/actions/runs/${run.id}`;
  const { status, conclusion, changedAtMs } = runStatus(run, call.nowMs);
  const commit = await repository.git.commit(run.sha);
  const actor = userJson(hub.origin, run.actor);
  return {
    id: run.id,
    name: runTitle(run),
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: keyOf('suite', run.id),
    check_suite_node_id: nodeId('CheckSuite', keyOf('suite', run.id)),
    head_branch: run.ref,
    head_sha: run.sha,
    path: run.workflow.path,
    display_title: runTitle(run),
    run_number: run.number,
    run_attempt: 1,
    event: 'workflow_dispatch',
    status,
    conclusion,
    workflow_id: run.workflow.id,
    url: api,
    html_url: page,
    pull_requests: [],
    created_at: toTimestamp(run.createdAtMs),
    updated_at: toTimestamp(changedAtMs),
    actor,
    triggering_actor: actor,
    run_started_at: toTimestamp(run.createdAtMs),
    jobs_url: `${api}/jobs`,
    logs_url: `${api}/logs`,
    check_suite_url: `${hub.origin}/repos/${repository.fullName}/check-suites/${keyOf('suite', run.id)}`,
    artifacts_url: `${api}/artifacts`,
    cancel_url: `${api}/cancel`,
    rerun_url: `${api}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${hub.origin}/repos/${repository.fullName}/actions/workflows/${run.workflow.id}`,
    head_commit: {
      id: run.sha,
      tree_id: commit?.tree.sha ?? '',
      message: commit?.message ?? '',
      timestamp: commit?.committer.date ?? toTimestamp(run.createdAtMs),
      author: { name: commit?.author.name ?? '', email: commit?.author.email ?? '' },
      committer: { name: commit?.committer.name ?? '', email: commit?.committer.email ?? '' },
    },
    repository: repo,
    head_repository: repo,
  };
}
