import type { GitHub, Repository } from '../github/client.ts';

export type MergeQuestion = Repository & {
  readonly base: string;
  readonly pullNumber: number | null;
  /** Ignored when there is a pull request. */
  readonly sha: string;
};

/** Why there is nothing that could be taken back as a whole. */
export type MergeRefusal =
  | 'not-merged'
  | 'merged-into-another-branch'
  | 'root-commit'
  | 'octopus-merge'
  | 'too-many-commits-to-tell-squash-from-rebase'
  | 'ambiguous-rebase';

export type Commit = {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly committedAtMs: number;
  /** What a rebase keeps of a commit. */
  readonly identity: string;
};

export type Merge = {
  readonly kind: 'merge';
  readonly how: 'squash' | 'merge' | 'rebase' | 'commit';
  readonly before: Commit;
  readonly after: Commit;
  readonly range: readonly string[];
  readonly mergedAtMs: number;
};
export type MergeResolution = Merge | { readonly kind: 'refused'; readonly why: MergeRefusal; readonly detail: string };

type Pull = { readonly commits: number; readonly mergeSha: string; readonly mergedAtMs: number };
type Span = { readonly how: Merge['how']; readonly range: readonly string[]; readonly oldest: Commit };

const refused = (why: MergeRefusal, detail = ''): { kind: 'refused'; why: MergeRefusal; detail: string } => ({
  kind: 'refused',
  why,
  detail,
});

/** Finds the commit before and the commit after a merge on its base branch. */
export async function resolveMerge(github: GitHub, question: MergeQuestion): Promise<MergeResolution> {
  const pull = question.pullNumber === null ? null : await readPull(github, question, question.pullNumber);
  if (pull !== null && 'kind' in pull) return pull;
  const after = await readCommit(github, question, pull?.mergeSha ?? question.sha);
  if (after.parents.length === 0) return refused('root-commit');
  if (after.parents.length > 2) return refused('octopus-merge', `${after.parents.length} parents`);
  const span = await spanOf(github, question, { pull, after });
  if ('kind' in span) return span;
  const [parent] = span.oldest.parents;
  if (parent === undefined) return refused('root-commit');
  const before = await readCommit(github, question, parent);
  const { how, range } = span;
  return { kind: 'merge', how, range, before, after, mergedAtMs: pull?.mergedAtMs ?? after.committedAtMs };
}

async function readPull(github: GitHub, question: MergeQuestion, pullNumber: number) {
  const { owner, repo, base } = question;
  const { data } = await github.pulls.get({ owner, repo, pull_number: pullNumber });
  if (data.merged_at === null || data.merge_commit_sha === null) return refused('not-merged');
  if (data.base.ref !== base) return refused('merged-into-another-branch', data.base.ref);
  return { commits: data.commits, mergeSha: data.merge_commit_sha, mergedAtMs: Date.parse(data.merged_at) };
}

export async function readCommit(github: GitHub, { owner, repo }: Repository, sha: string): Promise<Commit> {
  const { data } = await github.git.getCommit({ owner, repo, commit_sha: sha });
  return {
    sha: data.sha,
    tree: data.tree.sha,
    parents: data.parents.map((parent) => parent.sha),
    committedAtMs: Date.parse(data.committer.date),
    identity: identityOf(data),
  };
}

type Authored = { readonly message: string; readonly author?: { name?: string; email?: string; date?: string } | null };

const identityOf = ({ author, message }: Authored): string =>
  [author?.name, author?.email, author?.date, message].join('|');

async function spanOf(
  github: GitHub,
  question: MergeQuestion,
  { pull, after }: { pull: Pull | null; after: Commit },
): Promise<Span | ReturnType<typeof refused>> {
  const whole = { range: [after.sha], oldest: after };
  if (after.parents.length === 2) return { how: 'merge', ...whole };
  if (pull === null || question.pullNumber === null) return { how: 'commit', ...whole };
  if (pull.commits <= 1) return { how: 'squash', ...whole };
  const { owner, repo } = question;
  const request = { owner, repo, pull_number: question.pullNumber, per_page: 100 };
  const listed = await github.paginate(github.pulls.listCommits, request);
  if (listed.length < pull.commits) {
    // GitHub lists at most 250 commits of a pull request.
    return refused('too-many-commits-to-tell-squash-from-rebase', `${listed.length} of ${pull.commits} listed`);
  }
  const identities = listed.slice(-pull.commits).map(({ commit }) => identityOf(commit));
  return rebaseOrSquash(github, question, { after, newestFirst: identities.toReversed() });
}

/**
 * One parent and several commits is a squash or a rebase. A rebase keeps author, date and message of each commit, in
 * order: walk first parents while they match. All match: rebase. None: squash. Some: nobody can tell, so refuse.
 */
async function rebaseOrSquash(
  github: GitHub,
  question: MergeQuestion,
  { after, newestFirst }: { after: Commit; newestFirst: readonly string[] },
): Promise<Span | ReturnType<typeof refused>> {
  const taken: Commit[] = [];
  let commit = after;
  let next = 0;
  while (next < newestFirst.length) {
    const at = newestFirst.indexOf(commit.identity, next);
    if (at < 0) break;
    taken.push(commit);
    next = at + 1;
    const [parent] = commit.parents;
    if (commit.parents.length !== 1 || parent === undefined || next >= newestFirst.length) break;
    commit = await readCommit(github, question, parent);
  }
  const oldest = taken.at(-1);
  if (oldest === undefined) return { how: 'squash', range: [after.sha], oldest: after };
  if (taken.length === newestFirst.length) return { how: 'rebase', range: taken.map(({ sha }) => sha), oldest };
  return refused('ambiguous-rebase', `${taken.length} of ${newestFirst.length} commits recognised`);
}
