import { type FileState, type Found, filesUnder, lookUp, type TreeChange, type TreeReader } from './read-tree.ts';

/** One file of a rollback: from what the merge left to what was there before. Null is absence. */
export type FileChange = {
  readonly path: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly mode: string;
  readonly fromMode: string | null;
};

export type PathConflict =
  | 'changed-later'
  | 'deleted-later'
  | 'created-again-later'
  | 'mode-changed-later'
  | 'path-taken-later'
  | 'already-back';

export type PathJudgement = {
  readonly changes: readonly FileChange[];
  readonly conflicts: readonly { readonly path: string; readonly why: PathConflict }[];
  readonly back: readonly string[];
};

type Verdict = 'clean' | 'back' | PathConflict;

/**
 * For every path the merge touched: does the base still hold what the merge left? Then it goes back. Does it hold what
 * was there before? Then it is back already. Anything else is a conflict with its reason.
 */
export async function judgePaths(
  read: TreeReader,
  { touched, headTree }: { touched: readonly TreeChange[]; headTree: string },
): Promise<PathJudgement> {
  const removing = new Set(touched.filter(({ before }) => before === null).map(({ path }) => path));
  const verdicts: { change: TreeChange; verdict: Verdict }[] = [];
  for (const change of touched) {
    const found = await lookUp(read, headTree, change.path);
    const now = await withoutRemoved(read, { found, path: change.path, removing });
    verdicts.push({ change, verdict: judgePath(now, change) });
  }
  return {
    changes: verdicts.flatMap(({ change, verdict }) => (verdict === 'clean' ? [fileChange(change)] : [])),
    back: verdicts.flatMap(({ change, verdict }) => (verdict === 'back' ? [change.path] : [])),
    conflicts: verdicts.flatMap(({ change: { path }, verdict }) =>
      verdict === 'clean' || verdict === 'back' ? [] : [{ path, why: verdict }],
    ),
  };
}

/** A directory or a file in the way is no obstacle when the rollback itself removes it. */
async function withoutRemoved(
  read: TreeReader,
  { found, path, removing }: { found: Found; path: string; removing: ReadonlySet<string> },
): Promise<Found> {
  const absent: Found = { kind: 'absent' };
  if (found.kind === 'blocked') return removing.has(found.by) ? absent : found;
  if (found.kind !== 'directory') return found;
  const inside = await filesUnder(read, found.sha, path);
  return inside.every((file) => removing.has(file)) ? absent : found;
}

function judgePath(now: Found, { before, after }: TreeChange): Verdict {
  if (now.kind === 'directory' || now.kind === 'blocked') return 'path-taken-later';
  const file = now.kind === 'file' ? now : null;
  if (sameFile(file, after)) return 'clean';
  if (sameFile(file, before)) return 'back';
  if (file === null) return 'deleted-later';
  if (after === null) return 'created-again-later';
  return file.sha === after.sha ? 'mode-changed-later' : 'changed-later';
}

const sameFile = (a: FileState | null, b: FileState | null): boolean => a?.sha === b?.sha && a?.mode === b?.mode;

const fileChange = ({ path, before, after }: TreeChange): FileChange => ({
  path,
  from: after?.sha ?? null,
  to: before?.sha ?? null,
  mode: before?.mode ?? after?.mode ?? '100644',
  fromMode: after?.mode ?? null,
});

/** What a file change does to the file, for descriptions and checks. */
export function effectOf({ from, to }: FileChange): 'delete' | 'restore' | 'modify' | 'mode' {
  if (to === null) return 'delete';
  if (from === null) return 'restore';
  return from === to ? 'mode' : 'modify';
}
