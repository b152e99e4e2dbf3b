import type { BlobEntry, Git, TreeWrite } from './git.ts';

const same = (left: BlobEntry | undefined, right: BlobEntry | undefined): boolean =>
  left?.sha === right?.sha && left?.mode === right?.mode;

export type MergePlan =
  | { readonly kind: 'clean'; readonly writes: readonly TreeWrite[] }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

/** Three-way merge by whole files: a path both sides changed differently is a conflict. Stricter than git's by lines. */
export async function planMerge(git: Git, base: string, head: string): Promise<MergePlan> {
  const { merge_base_commit: fork } = await git.compare(base, head);
  const [before, ours, theirs] = await Promise.all([git.files(fork.sha), git.files(base), git.files(head)]);
  const writes: TreeWrite[] = [];
  const conflicts: string[] = [];
  for (const path of new Set([...before.keys(), ...theirs.keys()])) {
    const was = before.get(path);
    const wanted = theirs.get(path);
    const current = ours.get(path);
    if (same(was, wanted) || same(current, wanted)) continue;
    if (!same(current, was)) conflicts.push(path);
    else writes.push(writeOf(path, wanted, was));
  }
  return conflicts.length === 0 ? { kind: 'clean', writes } : { kind: 'conflict', paths: conflicts.sort() };
}

function writeOf(path: string, wanted: BlobEntry | undefined, was: BlobEntry | undefined): TreeWrite {
  if (wanted) return { path, mode: wanted.mode, type: wanted.type, sha: wanted.sha };
  return { path, mode: was?.mode ?? '100644', type: was?.type ?? 'blob', sha: null };
}
