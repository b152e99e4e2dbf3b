import { z } from 'zod';
import { type ActionFailure, defineAction } from '../action.ts';
import { done, failed, type Result } from '../core/result.ts';
import { connectWriter, failureOf, type GitHub, writeEnvironment } from './github/client.ts';
import { branch, objectId, owner, repo } from './github/fields.ts';

const parameters = z.object({
  owner,
  repo,
  base: branch,
  branch,
  /** The commit the rollback was built on: the branch's commit must have exactly this parent to be ours. */
  parentSha: objectId,
});
type Parameters = z.output<typeof parameters>;
type Pull = { readonly number: number; readonly state: string; readonly merged: boolean; readonly sha: string };
type Closed = { readonly pullNumber: number; readonly closed: true };

/** Closes an unmerged rollback pull request. It never deletes the branch, so a person can reopen it. */
export const action = defineAction({
  name: 'close-pull-request',
  description: 'Close a rollback pull request that was not merged',
  environment: writeEnvironment,
  parameters,
  connect: (environment) => ({
    dryRun: async (plan, { signal }) => {
      const found = await findOurs(connectWriter(environment, signal), plan);
      if (!found.ok) return found;
      return done([`PATCH /repos/${plan.owner}/${plan.repo}/pulls/${found.value.number}: state closed`]);
    },
    check: async (_preconditions, plan, { signal }) => {
      const found = await findOurs(connectWriter(environment, signal), plan);
      return found.ok ? done(null) : found;
    },
    execute: (plan, { signal }) => close(connectWriter(environment, signal), plan),
    reconcile: async (plan, { signal }) => {
      const found = await findOurs(connectWriter(environment, signal), plan);
      if (!found.ok) return found;
      return done(found.value.state === 'closed' ? closed(found.value.number) : null);
    },
    undo: () => [],
  }),
});

const closed = (pullNumber: number): Closed => ({ pullNumber, closed: true });

async function close(github: GitHub, plan: Parameters): Promise<Result<Closed, ActionFailure>> {
  const found = await findOurs(github, plan);
  if (!found.ok) return found;
  const { number, state } = found.value;
  if (state === 'closed') return done(closed(number));
  try {
    await github.pulls.update({ owner: plan.owner, repo: plan.repo, pull_number: number, state: 'closed' });
    return done(closed(number));
  } catch (error) {
    return failed(failureOf(error, { doing: 'closing the pull request', wrote: true }));
  }
}

/** The unmerged pull request of this branch whose commit has the planned parent. */
async function findOurs(github: GitHub, plan: Parameters): Promise<Result<Pull, ActionFailure>> {
  try {
    const [pull] = await pullsOf(github, plan);
    if (!pull) return failed({ kind: 'refused', reason: `there is no pull request from ${plan.branch}` });
    if (pull.merged) {
      const reason = `pull request #${pull.number} is merged; propose a rollback of the rollback instead`;
      return failed({ kind: 'refused', reason });
    }
    const { data } = await github.git.getCommit({ owner: plan.owner, repo: plan.repo, commit_sha: pull.sha });
    const ours = data.parents.length === 1 && data.parents[0]?.sha === plan.parentSha;
    if (!ours)
      return failed({ kind: 'stale', reason: `pull request #${pull.number} has commits this plan did not make` });
    return done(pull);
  } catch (error) {
    return failed(failureOf(error, { doing: 'reading the pull request', wrote: false }));
  }
}

/** Open first, then newest. */
async function pullsOf(github: GitHub, plan: Parameters): Promise<readonly Pull[]> {
  const { owner: account, repo: name, base } = plan;
  const head = `${account}:${plan.branch}`;
  const request = { owner: account, repo: name, base, head, state: 'all', per_page: 100 } as const;
  const { data } = await github.pulls.list(request);
  return data
    .filter((pull) => pull.head.ref === plan.branch)
    .map((pull) => ({ number: pull.number, state: pull.state, merged: pull.merged_at !== null, sha: pull.head.sha }))
    .toSorted((a, b) => Number(b.state === 'open') - Number(a.state === 'open') || b.number - a.number);
}
