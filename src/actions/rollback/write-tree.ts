import type { GitHub } from '../github/client.ts';
import type { FileChange } from './judge-paths.ts';
import { diffTrees, readTrees, type TreeReader } from './read-tree.ts';
import type { RollbackParameters } from './rollback-parameters.ts';

/** GitHub states no limit for one request; this many has always been accepted. */
const entriesMax = 200;

/** Writes the rollback's tree on top of the base's and returns its id. The same plan gives the same id. */
export async function writeTree(github: GitHub, plan: RollbackParameters): Promise<string> {
  const { owner, repo, changes } = plan;
  const deletions = changes.filter(({ to }) => to === null);
  const additions = changes.filter(({ to }) => to !== null);
  // When a file and a directory swap names, GitHub wants the old one gone first.
  const sets = namesClash(deletions, additions) ? [deletions, additions] : [changes];
  let tree = plan.headTree;
  for (const entries of sets.flatMap(inChunks)) {
    const { data } = await github.git.createTree({ owner, repo, base_tree: tree, tree: entries.map(treeEntry) });
    tree = data.sha;
  }
  return tree;
}

function inChunks(changes: readonly FileChange[]): readonly (readonly FileChange[])[] {
  const count = Math.ceil(changes.length / entriesMax);
  return Array.from({ length: count }, (_, index) => changes.slice(index * entriesMax, (index + 1) * entriesMax));
}

type EntryMode = '100644' | '100755' | '120000' | '160000';
const modes: readonly EntryMode[] = ['100644', '100755', '120000', '160000'];

function treeEntry(change: FileChange): { path: string; mode: EntryMode; type: 'blob' | 'commit'; sha: string | null } {
  const wanted = change.to === null ? change.fromMode : change.mode;
  const mode = modes.find((known) => known === wanted) ?? '100644';
  return { path: change.path, mode, type: mode === '160000' ? 'commit' : 'blob', sha: change.to };
}

function namesClash(deletions: readonly FileChange[], additions: readonly FileChange[]): boolean {
  const deleted = new Set(deletions.map(({ path }) => path));
  const deletedDirectories = new Set(deletions.flatMap(({ path }) => parentsOf(path)));
  return additions.some(
    ({ path }) => deletedDirectories.has(path) || parentsOf(path).some((part) => deleted.has(part)),
  );
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Does this tree differ from the plan's base in exactly the planned files? */
async function isPlannedTree(
  read: TreeReader,
  plan: Pick<RollbackParameters, 'headTree' | 'changes'>,
  tree: string,
): Promise<boolean> {
  const written = await diffTrees(read, { before: plan.headTree, after: tree });
  const line = (...parts: readonly (string | null | undefined)[]): string => parts.map((part) => part ?? '').join(' ');
  const found = written.map(({ path, before, after }) =>
    line(path, before?.sha, before?.mode, after?.sha, after?.mode),
  );
  const planned = plan.changes.map(({ path, from, fromMode, to, mode }) =>
    line(path, from, fromMode, to, to === null ? null : mode),
  );
  return found.toSorted().join('\n') === planned.toSorted().join('\n');
}

/** Does this tree, whoever wrote it, differ from the base in exactly the planned files? */
export const readsAsPlanned = (github: GitHub, plan: RollbackParameters, tree: string): Promise<boolean> =>
  isPlannedTree(readTrees(github, plan), plan, tree);
