import type { GitHub } from '../github/client.ts';
import { type FileChange, judgePaths, type PathConflict } from './judge-paths.ts';
import { type LaterWork, readLaterWork } from './read-later-work.ts';
import { diffTrees, readTrees, TruncatedTreeError } from './read-tree.ts';
import {
  type Commit,
  type Merge,
  type MergeQuestion,
  type MergeRefusal,
  readCommit,
  resolveMerge,
} from './resolve-merge.ts';

export type WholeConflict = MergeRefusal | 'merge-not-on-base' | 'tree-truncated';

export type CleanRevert = {
  readonly kind: 'clean';
  readonly merge: Merge;
  readonly head: Commit;
  readonly changes: readonly FileChange[];
  readonly later: LaterWork;
};

/** Whether a merge can be taken back, decided by comparing object ids in three trees. Only reads. */
export type RevertPlan =
  | CleanRevert
  | { readonly kind: 'impossible'; readonly why: WholeConflict; readonly detail: string }
  | { readonly kind: 'conflict'; readonly files: readonly { readonly path: string; readonly why: PathConflict }[] }
  | { readonly kind: 'already-reverted' }
  | { readonly kind: 'nothing' };

/** Throws Octokit's error when GitHub does not answer. */
export async function planRevert(github: GitHub, question: MergeQuestion): Promise<RevertPlan> {
  const { owner, repo, base } = question;
  const merge = await resolveMerge(github, question);
  if (merge.kind === 'refused') return { kind: 'impossible', why: merge.why, detail: merge.detail };
  const { data: ref } = await github.git.getRef({ owner, repo, ref: `heads/${base}` });
  const head = await readCommit(github, question, ref.object.sha);
  const later = await readLaterWork(github, { owner, repo, mergeSha: merge.after.sha, headSha: head.sha });
  if (later.behind) return { kind: 'impossible', why: 'merge-not-on-base', detail: base };
  try {
    return await compareTrees(github, { question, merge, head, later });
  } catch (error) {
    if (!(error instanceof TruncatedTreeError)) throw error;
    return { kind: 'impossible', why: 'tree-truncated', detail: error.message };
  }
}

async function compareTrees(
  github: GitHub,
  { question, merge, head, later }: { question: MergeQuestion; merge: Merge; head: Commit; later: LaterWork },
): Promise<RevertPlan> {
  const read = readTrees(github, question);
  const touched = await diffTrees(read, { before: merge.before.tree, after: merge.after.tree });
  if (touched.length === 0) return { kind: 'nothing' };
  const { changes, back, conflicts } = await judgePaths(read, { touched, headTree: head.tree });
  if (back.length === touched.length) return { kind: 'already-reverted' };
  // Half put back by hand is a conflict on purpose: nobody approved the other half.
  const half = back.map((path) => ({ path, why: 'already-back' as const }));
  const files = [...conflicts, ...half].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  if (files.length > 0) return { kind: 'conflict', files };
  return { kind: 'clean', merge, head, changes, later };
}
