import { type GitHub, orNull } from '../github/client.ts';
import { type Commit, readCommit } from './resolve-merge.ts';
import type { RollbackParameters } from './rollback-parameters.ts';
import { readsAsPlanned } from './write-tree.ts';

export type EarlierPull = {
  readonly state: 'open' | 'merged' | 'closed';
  readonly number: number;
  readonly sha: string;
};

/** What an earlier attempt at the same rollback left behind. The branch is the first thing anybody can see. */
export type Earlier =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'branch'; readonly sha: string }
  | ({ readonly kind: 'pull' } & EarlierPull)
  | { readonly kind: 'taken'; readonly sha: string };

/**
 * Looks for the branch and its pull request by name. They are ours when the commit has the planned parent and the
 * planned tree, whoever wrote it and whenever; its id says nothing, because the host fills in the date.
 */
export async function findEarlier(github: GitHub, plan: RollbackParameters): Promise<Earlier> {
  const { owner, repo } = plan;
  const pulls = await pullsOf(github, plan);
  const ref = await orNull(github.git.getRef({ owner, repo, ref: `heads/${plan.branch}` }));
  const sha = ref?.object.sha;
  if (sha !== undefined && !(await isOurs(github, plan, sha))) return { kind: 'taken', sha };
  for (const pull of pulls) {
    // Without its branch (deleted after the merge) a pull request must prove itself.
    if (pull.sha === sha || (await isOurs(github, plan, pull.sha))) return { kind: 'pull', ...pull };
  }
  return sha === undefined ? { kind: 'nothing' } : { kind: 'branch', sha };
}

/** Open ones first, then newest first. */
export async function pullsOf(github: GitHub, plan: RollbackParameters): Promise<readonly EarlierPull[]> {
  const { owner, repo, base, branch } = plan;
  const head = `${owner}:${branch}`;
  const { data } = await github.pulls.list({ owner, repo, base, head, state: 'all', per_page: 100 });
  const pulls = data
    .filter((pull) => pull.head.ref === branch && pull.base.ref === base)
    .map(({ number, state, merged_at: mergedAt, head: { sha } }) => ({ number, sha, state: stateOf(state, mergedAt) }));
  return pulls.toSorted((a, b) => Number(b.state === 'open') - Number(a.state === 'open') || b.number - a.number);
}

function stateOf(state: string, mergedAt: string | null): EarlierPull['state'] {
  if (mergedAt !== null) return 'merged';
  return state === 'open' ? 'open' : 'closed';
}

export async function isOurs(github: GitHub, plan: RollbackParameters, sha: string): Promise<boolean> {
  const commit: Commit = await readCommit(github, plan, sha);
  const [parent] = commit.parents;
  if (commit.parents.length !== 1 || parent !== plan.headSha) return false;
  return readsAsPlanned(github, plan, commit.tree);
}
