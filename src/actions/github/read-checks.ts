import { type GitHub, orNull, type Repository } from './client.ts';

export type ChecksState = 'pending' | 'success' | 'failure' | 'none';

const bad = new Set(['failure', 'timed_out', 'cancelled', 'action_required', 'startup_failure', 'stale']);

/** Check runs and commit statuses of one commit, together: the worst wins. A host without either says `none`. */
export async function readChecks(github: GitHub, { owner, repo }: Repository, sha: string): Promise<ChecksState> {
  const [runs, status] = await Promise.all([
    orNull(github.checks.listForRef({ owner, repo, ref: sha, per_page: 100 })),
    orNull(github.repos.getCombinedStatusForRef({ owner, repo, ref: sha, per_page: 100 })),
  ]);
  const states = [
    ...(runs?.check_runs ?? []).map((run) => stateOfRun(run.status, run.conclusion)),
    ...(status?.statuses ?? []).map(({ state }) => stateOfStatus(state)),
  ];
  return worst(states);
}

function stateOfRun(status: string, conclusion: string | null): ChecksState {
  if (status !== 'completed') return 'pending';
  return conclusion !== null && bad.has(conclusion) ? 'failure' : 'success';
}

function stateOfStatus(state: string): ChecksState {
  if (state === 'pending') return 'pending';
  return state === 'success' ? 'success' : 'failure';
}

function worst(states: readonly ChecksState[]): ChecksState {
  if (states.length === 0) return 'none';
  if (states.includes('failure')) return 'failure';
  return states.includes('pending') ? 'pending' : 'success';
}
