import { type ActionFailure, defineAction } from '../action.ts';
import type { PlanStep } from '../core/plan.ts';
import { done, failed, type Result } from '../core/result.ts';
import { connectWriter, failureOf, type GitHub, type WriteEnvironment, writeEnvironment } from './github/client.ts';
import { findEarlier } from './rollback/find-earlier.ts';
import { baseHolds, type OpenedPull, openRevert, settledBy } from './rollback/open-revert.ts';
import { lookUp, readTrees } from './rollback/read-tree.ts';
import { type RollbackParameters, rollbackParameters } from './rollback/rollback-parameters.ts';

type Outcome = Result<{ pullNumber: number; url: string; sha: string; reused: boolean }, ActionFailure>;

/** Opens a pull request that takes one merge back. Not a draft: people approved it. Never merges. */
export const action = defineAction({
  name: 'rollback-pull-request',
  description: 'Open a pull request that puts every file a merge touched back to what it was before',
  environment: writeEnvironment,
  parameters: rollbackParameters,
  connect: (environment) => ({
    dryRun: (plan, { signal }) => dryRun(connectWriter(environment, signal), plan),
    check: (_preconditions, plan, { signal }) => check(connectWriter(environment, signal), plan),
    execute: async (plan, { signal }) =>
      withUrl(environment, plan, await openRevert(connectWriter(environment, signal), plan)),
    reconcile: async (plan, { signal }) => {
      const found = await reconcile(connectWriter(environment, signal), plan);
      return found.ok && found.value === null ? done(null) : withUrl(environment, plan, found);
    },
    undo: (plan): readonly PlanStep[] => [closeStep(plan)],
  }),
});

function withUrl(
  environment: WriteEnvironment,
  plan: RollbackParameters,
  opened: Result<OpenedPull | null, ActionFailure>,
): Outcome {
  if (!opened.ok) return opened;
  if (opened.value === null) return failed({ kind: 'unknown', reason: 'no pull request was reported' });
  const { pullNumber, sha, reused } = opened.value;
  const site = environment.GITHUB_WEB_URL.replace(/\/$/u, '');
  return done({ pullNumber, url: `${site}/${plan.owner}/${plan.repo}/pull/${pullNumber}`, sha, reused });
}

/** The branch is known before anything runs, so the inverse can be part of what people approve. */
const closeStep = ({ owner, repo, base, branch, headSha }: RollbackParameters): PlanStep => ({
  id: 'close',
  action: 'close-pull-request',
  parameters: { owner, repo, base, branch, parentSha: headSha },
  says: `Close the rollback pull request from ${branch} on ${owner}/${repo}`,
});

async function dryRun(github: GitHub, plan: RollbackParameters): Promise<Result<readonly string[], ActionFailure>> {
  const checked = await check(github, plan);
  if (!checked.ok) return checked;
  const { owner, repo, changes, base, branch, headSha, headTree, title } = plan;
  const short = (sha: string): string => sha.slice(0, 12);
  return done([
    `POST /repos/${owner}/${repo}/git/trees: ${changes.length} files on tree ${short(headTree)}`,
    `POST /repos/${owner}/${repo}/git/commits: parent ${short(headSha)}, "${title}"`,
    `POST /repos/${owner}/${repo}/git/refs: refs/heads/${branch}`,
    `POST /repos/${owner}/${repo}/pulls: ${branch} into ${base}, not a draft`,
  ]);
}

/** The base is still the planned commit, its tree the planned tree, and every file holds the planned blob. */
async function check(github: GitHub, plan: RollbackParameters): Promise<Result<null, ActionFailure>> {
  const stale = (reason: string): Result<null, ActionFailure> => failed({ kind: 'stale', reason });
  try {
    if (!(await baseHolds(github, plan))) return stale(`${plan.base} moved since the plan was made; make a new plan`);
    const { owner, repo, headSha, headTree, changes } = plan;
    const { data: head } = await github.git.getCommit({ owner, repo, commit_sha: headSha });
    if (head.tree.sha !== headTree) return stale('the planned tree is not the tree of the planned commit');
    const read = readTrees(github, plan);
    for (const { path, from, fromMode } of changes) {
      const found = await lookUp(read, headTree, path);
      const file = found.kind === 'file' ? found : null;
      const absent = found.kind !== 'file' && from === null;
      if (!absent && (file?.sha !== from || file?.mode !== fromMode)) return stale(`${path} is not what the plan says`);
    }
    return done(null);
  } catch (error) {
    return failed(failureOf(error, { doing: 'reading the base branch', wrote: false }));
  }
}

async function reconcile(github: GitHub, plan: RollbackParameters): Promise<Result<OpenedPull | null, ActionFailure>> {
  try {
    // A branch without a pull request is harmless and will be reused: the effect did not happen yet.
    return settledBy(await findEarlier(github, plan), plan) ?? done(null);
  } catch (error) {
    return failed(failureOf(error, { doing: 'looking for an earlier attempt', wrote: false }));
  }
}
