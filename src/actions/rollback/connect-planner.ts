import type { RollbackDraft, RollbackPlanner } from '../../flow/rollback-port.ts';
import {
  connectReader,
  failureOf,
  type GitHub,
  orNull,
  type ReadEnvironment,
  type Repository,
} from '../github/client.ts';
import { readChecks } from '../github/read-checks.ts';
import { splitRepository } from '../github/split-repository.ts';
import { describeFileConflict, describeWholeConflict } from './describe-conflict.ts';
import { effectOf, type FileChange } from './judge-paths.ts';
import { type CleanRevert, planRevert } from './plan-revert.ts';
import { previewDiff } from './preview-diff.ts';
import { readLaterTouches } from './read-later-work.ts';
import { type MergedFile, safetyChecks } from './safety-checks.ts';

/** Works out whether a merged change can be taken back on the repository's default branch. Only reads. */
export const connectRollbackPlanner =
  (environment: ReadEnvironment): RollbackPlanner =>
  async ({ repository, pullNumber, sha, nowMs, signal }) => {
    const github = connectReader(environment, signal);
    const names = splitRepository(repository);
    try {
      const { data } = await github.repos.get(names);
      const base = data.default_branch;
      const pull = pullNumber ?? (await pullOfMerge(github, names, sha));
      const plan = await planRevert(github, { ...names, base, pullNumber: pull, sha });
      switch (plan.kind) {
        case 'already-reverted':
        case 'nothing':
          return { kind: plan.kind };
        case 'impossible':
          return { kind: 'conflict', why: describeWholeConflict(plan.why, plan.detail), files: [] };
        case 'conflict': {
          const files = plan.files.map(({ path, why }) => ({ path, why: describeFileConflict(why) }));
          const count = files.length === 1 ? '1 file' : `${files.length} files`;
          return { kind: 'conflict', why: `${count} changed after the merge`, files };
        }
        case 'clean':
          return {
            ...(await draft(github, { names, base, pull, plan, nowMs })),
            readers: data.private ? 'members' : 'public',
          };
      }
    } catch (error) {
      const { reason } = failureOf(error, { doing: `planning a rollback on ${repository}`, wrote: false });
      return { kind: 'failed', reason };
    }
  };

/** The pull request whose merge made this commit: without it, the last commit of a rebase would look like all of it. */
async function pullOfMerge(github: GitHub, names: Repository, sha: string): Promise<number | null> {
  const pulls = await orNull(github.repos.listPullRequestsAssociatedWithCommit({ ...names, commit_sha: sha }));
  return pulls?.find((pull) => pull.merge_commit_sha === sha && pull.merged_at !== null)?.number ?? null;
}

type Context = {
  readonly names: Repository;
  readonly base: string;
  readonly pull: number | null;
  readonly plan: CleanRevert;
  readonly nowMs: number;
};

async function draft(
  github: GitHub,
  { names, base, pull, plan, nowMs }: Context,
): Promise<Omit<RollbackDraft & { kind: 'clean' }, 'readers'>> {
  const { merge, head, changes, later } = plan;
  const paths = changes.map(({ path }) => path);
  const [patches, touched, ci] = await Promise.all([
    readPatches(github, names, plan),
    readLaterTouches(github, { ...names, headSha: head.sha, later, paths }),
    readChecks(github, names, head.sha),
  ]);
  const files = changes.map((change) => mergedFile(change, patches.get(change.path)));
  const checks = safetyChecks({
    files,
    mergedAtMs: merge.mergedAtMs,
    nowMs,
    laterCommits: later.total,
    laterTouches: touched.touches,
    laterComplete: touched.complete,
    laterDiffs: later.diffs,
    ci,
  });
  const shas = { mergeSha: merge.after.sha, headSha: head.sha, headTree: head.tree };
  const parameters = { ...names, base, pullNumber: pull, ...shas, changes: changes.map((change) => ({ ...change })) };
  return { kind: 'clean', parameters, files: paths, checks, diff: previewDiff(files) };
}

/** Text diffs of the merge, for people: GitHub shows at most 300 files of a comparison. */
async function readPatches(
  github: GitHub,
  names: Repository,
  { merge }: CleanRevert,
): Promise<ReadonlyMap<string, string>> {
  const basehead = `${merge.before.sha}...${merge.after.sha}`;
  const { data } = await github.repos.compareCommitsWithBasehead({ ...names, basehead, per_page: 100 });
  const files = data.files ?? [];
  return new Map(files.flatMap(({ filename, patch }) => (patch === undefined ? [] : [[filename, patch]])));
}

const statuses = { delete: 'added', restore: 'removed', modify: 'modified', mode: 'mode' } as const;

const mergedFile = (change: FileChange, patch: string | undefined): MergedFile => ({
  path: change.path,
  status: statuses[effectOf(change)],
  ...(patch === undefined ? {} : { patch }),
});
