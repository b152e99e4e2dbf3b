/**
 * Opens the rollback pull request once, however often it is asked: look for the earlier result, prove the tree before
 * anything is visible, check the base twice, then commit, branch, pull request. The base branch is never written.
 */
import type { ActionFailure } from '../../action.ts';
import { carriesEvidence } from '../../core/pull-body.ts';
import { done, failed, type Result } from '../../core/result.ts';
import { failureOf, type GitHub, statusOf } from '../github/client.ts';
import { type Earlier, findEarlier, isOurs, pullsOf } from './find-earlier.ts';
import type { RollbackParameters } from './rollback-parameters.ts';
import { readsAsPlanned, writeTree } from './write-tree.ts';

export type OpenedPull = { readonly pullNumber: number; readonly sha: string; readonly reused: boolean };
type Outcome = Result<OpenedPull, ActionFailure>;

const refused = (reason: string): Outcome => failed({ kind: 'refused', reason });
const stale = (plan: RollbackParameters): Outcome =>
  failed({ kind: 'stale', reason: `${plan.base} moved since the plan was made; make a new plan` });

export async function openRevert(github: GitHub, plan: RollbackParameters): Promise<Outcome> {
  let doing = 'looking for an earlier attempt';
  let wrote = false;
  try {
    if (plan.branch === plan.base) return refused('the rollback branch must not be the base branch');
    const earlier = await findEarlier(github, plan);
    const settled = settledBy(earlier, plan);
    if (settled !== null) return settled;
    if (!(await baseHolds(github, plan))) return stale(plan);
    if (!(await mayCarry(github, plan)))
      return refused(`${plan.owner}/${plan.repo} is public and the text has evidence`);
    doing = 'writing the rollback tree';
    const branch = earlier.kind === 'branch' ? earlier : null;
    const committed = branch ? done(branch.sha) : await commitRevert(github, plan);
    if (!committed.ok) return committed;
    doing = 'creating the branch';
    wrote = true;
    const placed = branch ? done({ sha: branch.sha, reused: true }) : await placeBranch(github, plan, committed.value);
    if (!placed.ok) return placed;
    doing = 'opening the pull request';
    return await openPull(github, plan, placed.value);
  } catch (error) {
    return failed(failureOf(error, { doing, wrote }));
  }
}

/** Evidence never goes where anybody may read it; the repository may have become public since the plan was made. */
async function mayCarry(github: GitHub, { owner, repo, body }: RollbackParameters): Promise<boolean> {
  if (!carriesEvidence(body)) return true;
  const { data } = await github.repos.get({ owner, repo });
  return data.private === true;
}

/** The outcome when an earlier attempt already decided it; null when there is still something to do. */
export function settledBy(earlier: Earlier, plan: RollbackParameters): Outcome | null {
  switch (earlier.kind) {
    case 'nothing':
    case 'branch':
      return null;
    case 'taken':
      return refused(`the branch ${plan.branch} exists with other content; delete it or make a new plan`);
    case 'pull':
      if (earlier.state === 'closed') {
        return refused(`pull request #${earlier.number} for this rollback was closed by a person; it is not reopened`);
      }
      return done({ pullNumber: earlier.number, sha: earlier.sha, reused: true });
  }
}

export async function baseHolds(github: GitHub, { owner, repo, base, headSha }: RollbackParameters): Promise<boolean> {
  const { data } = await github.git.getRef({ owner, repo, ref: `heads/${base}` });
  return data.object.sha === headSha;
}

/** Tree and commit exist but nothing points at them yet. */
async function commitRevert(github: GitHub, plan: RollbackParameters): Promise<Result<string, ActionFailure>> {
  const { owner, repo, title, mergeSha, headSha } = plan;
  const tree = await writeTree(github, plan);
  if (!(await readsAsPlanned(github, plan, tree))) {
    return failed({
      kind: 'refused',
      reason: 'the tree GitHub wrote is not the planned one; nothing was made visible',
    });
  }
  // No author, committer or date: GitHub then fills in the app and can sign the commit.
  const message = `${title}\n\nReverts: ${mergeSha}`;
  const { data } = await github.git.createCommit({ owner, repo, message, tree, parents: [headSha] });
  if (!(await baseHolds(github, plan))) return failed({ kind: 'stale', reason: `${plan.base} moved; make a new plan` });
  return done(data.sha);
}

type Placed = { readonly sha: string; readonly reused: boolean };

/** A 422 has many meanings: ours is there, somebody else's is there, or a rule refused the name. Look which. */
async function placeBranch(
  github: GitHub,
  plan: RollbackParameters,
  sha: string,
): Promise<Result<Placed, ActionFailure>> {
  const { owner, repo, branch } = plan;
  try {
    await github.git.createRef({ owner, repo, ref: `refs/heads/${branch}`, sha });
    return done({ sha, reused: false });
  } catch (error) {
    if (statusOf(error) !== 422) throw error;
    const earlier = await findEarlier(github, plan);
    if (earlier.kind === 'branch' || earlier.kind === 'pull') return done({ sha: earlier.sha, reused: true });
    const settled = settledBy(earlier, plan);
    return settled !== null && !settled.ok
      ? settled
      : failed(failureOf(error, { doing: 'creating the branch', wrote: false }));
  }
}

async function openPull(github: GitHub, plan: RollbackParameters, { sha, reused }: Placed): Promise<Outcome> {
  const { owner, repo, base, branch, title, body } = plan;
  try {
    const { data } = await github.pulls.create({ owner, repo, base, head: branch, title, body, draft: false });
    return done({ pullNumber: data.number, sha, reused });
  } catch (error) {
    if (statusOf(error) !== 422) throw error;
    const [open] = (await pullsOf(github, plan)).filter(({ state }) => state === 'open');
    if (open && (await isOurs(github, plan, open.sha)))
      return done({ pullNumber: open.number, sha: open.sha, reused: true });
    return failed(failureOf(error, { doing: 'opening the pull request', wrote: false }));
  }
}
