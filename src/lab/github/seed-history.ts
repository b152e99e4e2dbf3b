import type { FileChange, InitialFile, PullHistory } from '../changes.ts';
import { keyOf } from '../dice.ts';
import { recordRollout } from './deployments.ts';
import type { Identity, TreeWrite } from './git.ts';
import type { Hub, Repository } from './hub.ts';
import { defaultBranch } from './hub.ts';
import { toTimestamp } from './timestamps.ts';

const identity = (login: string, atMs: number): Identity => ({
  name: login,
  email: `${login}@users.noreply.github.com`,
  date: toTimestamp(atMs),
});

const gitHubItself = (atMs: number): Identity => ({
  name: 'GitHub',
  email: 'noreply@github.com',
  date: toTimestamp(atMs),
});

const writeOf = ({ path, after }: Pick<FileChange, 'path' | 'after'>): TreeWrite =>
  after === null
    ? { path, mode: '100644', type: 'blob', sha: null }
    : { path, mode: '100644', type: 'blob', content: after };

/** The first commit, by whoever founded the repository, on the default branch. */
export async function seedInitial(repository: Repository, files: readonly InitialFile[]): Promise<void> {
  const { git, createdAtMs } = repository;
  const founder = identity('founder', createdAtMs);
  const entries = files.map(({ path, content }) => writeOf({ path, after: content }));
  const tree = await git.writeTree(null, entries);
  const sha = await git.writeCommit({ message: 'Import', tree, parents: [], author: founder, committer: founder });
  await git.createBranch(defaultBranch, sha);
  repository.tip.sha = sha;
  repository.tip.movedAtMs = createdAtMs;
}

/** One or two commits on top of the default branch, as their author pushed them. */
async function writeBranch(repository: Repository, history: PullHistory): Promise<{ head: string; tree: string }> {
  const { git, tip } = repository;
  const half = history.files.length > 1 && history.number % 4 === 0 ? 1 : history.files.length;
  const parts = [history.files.slice(0, half), history.files.slice(half)].filter((part) => part.length > 0);
  const start = await git.commit(tip.sha);
  const at = { head: tip.sha, tree: start?.tree.sha ?? '' };
  for (const [index, part] of parts.entries()) {
    at.tree = await git.writeTree(at.tree, part.map(writeOf));
    const author = identity(history.author, history.createdAtMs - (parts.length - 1 - index) * 60_000);
    const message = index === 0 ? history.title : `${history.title}: follow-up`;
    at.head = await git.writeCommit({ message, tree: at.tree, parents: [at.head], author, committer: author });
  }
  return at;
}

/** Writes one merged pull request: its branch, the merge (a merge commit or a squash) and its rollouts. */
export async function seedPull(hub: Hub, repository: Repository, history: PullHistory): Promise<void> {
  const { git, tip } = repository;
  const base = tip.sha;
  const { head, tree } = await writeBranch(repository, history);
  const [owner = ''] = repository.fullName.split('/');
  const squash = keyOf(repository.fullName, history.number) % 3 !== 0;
  const sha = await git.writeCommit({
    message: squash
      ? `${history.title} (#${history.number})`
      : `Merge pull request #${history.number} from ${owner}/${history.branch}\n\n${history.title}`,
    tree,
    parents: squash ? [base] : [base, head],
    author: identity(history.author, history.mergedAtMs),
    committer: gitHubItself(history.mergedAtMs),
  });
  repository.pulls.set(history.number, {
    id: hub.nextId(),
    number: history.number,
    title: history.title,
    body: history.body,
    author: history.author,
    draft: false,
    state: 'closed',
    headRef: history.branch,
    headSha: head,
    baseRef: defaultBranch,
    baseSha: base,
    createdAtMs: history.createdAtMs,
    updatedAtMs: history.mergedAtMs,
    closedAtMs: history.mergedAtMs,
    merge: { sha, by: history.author, atMs: history.mergedAtMs },
  });
  tip.sha = sha;
  tip.movedAtMs = history.mergedAtMs;
  for (const deploy of history.deploys) recordRollout(hub, repository, { ...deploy, sha });
  if (history.faulty) await recordFaulty(repository, history.files);
}

async function recordFaulty({ git, tip, faultyBlobs }: Repository, files: readonly FileChange[]): Promise<void> {
  const left = await git.files(tip.sha);
  for (const { path } of files) faultyBlobs.set(path, left.get(path)?.sha ?? null);
}
