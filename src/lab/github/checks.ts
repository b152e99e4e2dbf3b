import type { Json } from '../../core/json.ts';
import { keyOf } from '../dice.ts';
import type { Commit } from './git.ts';
import type { Handler, Visit } from './hub.ts';
import { nodeId } from './hub.ts';
import { jsonReply, type Reply, refusal } from './reply.ts';
import { ciAppJson, repositoryJson, userJson } from './shapes.ts';
import { toTimestamp, toTimestampOrNull } from './timestamps.ts';

/** What CI runs on every commit, and how long each takes. */
const checks = [
  { name: 'lint', takesMs: 12_000 },
  { name: 'test', takesMs: 20_000 },
] as const;

const slowestMs = Math.max(...checks.map(({ takesMs }) => takesMs));

/** CI starts when a commit is made; `success` once the slowest check had its time. */
export const checksState = (commit: Commit, nowMs: number): 'pending' | 'success' =>
  nowMs >= Date.parse(commit.committer.date) + slowestMs ? 'success' : 'pending';

function checkRunJson({ hub, repository, call }: Visit, commit: Commit, check: (typeof checks)[number]): Json {
  const startedAtMs = Date.parse(commit.committer.date);
  const completedAtMs = startedAtMs + check.takesMs;
  const done = call.nowMs >= completedAtMs;
  const id = keyOf(commit.sha, check.name);
  const api = `${hub.origin}/repos/${repository.fullName}`;
  const page = `${hub.origin}/${repository.fullName}/commit/${commit.sha}`;
  return {
    id,
    node_id: nodeId('CheckRun', id),
    head_sha: commit.sha,
    external_id: '',
    url: `${api}/check-runs/${id}`,
    html_url: page,
    details_url: page,
    status: done ? 'completed' : 'in_progress',
    conclusion: done ? 'success' : null,
    started_at: toTimestamp(startedAtMs),
    completed_at: toTimestampOrNull(done ? completedAtMs : null),
    output: {
      title: null,
      summary: null,
      text: null,
      annotations_count: 0,
      annotations_url: `${api}/check-runs/${id}/annotations`,
    },
    name: check.name,
    check_suite: { id: keyOf(commit.sha) },
    app: ciAppJson(hub.origin, repository.createdAtMs),
    pull_requests: [],
  };
}

const withCommit = async (visit: Visit, answer: (commit: Commit) => Promise<Reply>): Promise<Reply> => {
  const reference = visit.parameters[0] ?? '';
  const commit = await visit.repository.git.commit(reference);
  return commit === null ? refusal(422, `No commit found for SHA: ${reference}`) : answer(commit);
};

export const listCheckRuns: Handler = (visit) =>
  withCommit(visit, async (commit) => {
    const name = visit.call.query.get('check_name');
    const runs = checks
      .filter((check) => name === null || check.name === name)
      .map((check) => checkRunJson(visit, commit, check));
    return jsonReply(200, { total_count: runs.length, check_runs: runs });
  });

function statusJson({ hub, repository, call }: Visit, commit: Commit): { readonly [key: string]: Json } {
  const id = keyOf(commit.sha, 'status');
  const state = checksState(commit, call.nowMs);
  const startedAtMs = Date.parse(commit.committer.date);
  return {
    url: `${hub.origin}/repos/${repository.fullName}/statuses/${commit.sha}`,
    avatar_url: `${hub.origin}/avatars/ci`,
    id,
    node_id: nodeId('StatusContext', id),
    state,
    description: state === 'success' ? 'All checks passed' : 'Checks are running',
    target_url: `${hub.origin}/${repository.fullName}/commit/${commit.sha}`,
    context: 'ci',
    created_at: toTimestamp(startedAtMs),
    updated_at: toTimestamp(state === 'success' ? startedAtMs + slowestMs : startedAtMs),
  };
}

export const combinedStatus: Handler = (visit) =>
  withCommit(visit, async (commit) => {
    const api = `${visit.hub.origin}/repos/${visit.repository.fullName}`;
    return jsonReply(200, {
      state: checksState(commit, visit.call.nowMs),
      statuses: [{ ...statusJson(visit, commit), required: null }],
      sha: commit.sha,
      total_count: 1,
      repository: repositoryJson(visit.hub.origin, visit.repository),
      commit_url: `${api}/commits/${commit.sha}`,
      url: `${api}/commits/${commit.sha}/status`,
    });
  });

export const listStatuses: Handler = (visit) =>
  withCommit(visit, async (commit) =>
    jsonReply(200, [{ ...statusJson(visit, commit), creator: userJson(visit.hub.origin, 'github-actions[bot]') }]),
  );
