import type { GitHub, Repository } from '../github/client.ts';

/** One name in one directory: mode, kind and object id. */
type TreeEntry = { readonly mode: string; readonly type: string; readonly sha: string };
type Directory = ReadonlyMap<string, TreeEntry>;
export type TreeReader = (sha: string | null) => Promise<Directory>;

/** What one path is in a tree. `blocked`: a file on the way has the name of one of its directories. */
export type Found =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly mode: string; readonly sha: string }
  | { readonly kind: 'directory'; readonly sha: string }
  | { readonly kind: 'blocked'; readonly by: string };

export type FileState = { readonly mode: string; readonly sha: string };
export type TreeChange = {
  readonly path: string;
  readonly before: FileState | null;
  readonly after: FileState | null;
};

/** GitHub cuts a tree above 100,000 entries or 7 MB; nothing is decided from half a directory. */
export class TruncatedTreeError extends Error {}

/** Reads one directory per request, each once. Null reads as empty. */
export function readTrees(github: GitHub, repository: Repository): TreeReader {
  const cache = new Map<string, Promise<Directory>>();
  const read = async (sha: string): Promise<Directory> => {
    const { data } = await github.git.getTree({ ...repository, tree_sha: sha });
    if (data.truncated) throw new TruncatedTreeError(`tree ${sha} came back truncated`);
    return new Map(data.tree.map(({ path, mode, type, sha: id }) => [path, { mode, type, sha: id }]));
  };
  return (sha) => {
    if (sha === null) return Promise.resolve(new Map());
    const known = cache.get(sha);
    if (known !== undefined) return known;
    const reading = read(sha);
    cache.set(sha, reading);
    return reading;
  };
}

/** Exact difference of two trees, entering only directories whose ids differ. Sorted by path within a directory. */
export async function diffTrees(
  read: TreeReader,
  trees: { readonly before: string | null; readonly after: string | null; readonly prefix?: string },
): Promise<readonly TreeChange[]> {
  const { before, after, prefix = '' } = trees;
  if (before === after) return [];
  const [old, young] = await Promise.all([read(before), read(after)]);
  const changes: TreeChange[] = [];
  for (const name of [...new Set([...old.keys(), ...young.keys()])].toSorted()) {
    const was = old.get(name);
    const is = young.get(name);
    if (was?.sha === is?.sha && was?.mode === is?.mode) continue;
    const path = `${prefix}${name}`;
    const files = { path, before: fileOf(was), after: fileOf(is) };
    if (files.before || files.after) changes.push(files);
    changes.push(...(await diffTrees(read, { before: directoryOf(was), after: directoryOf(is), prefix: `${path}/` })));
  }
  return changes;
}

const fileOf = (entry: TreeEntry | undefined): FileState | null =>
  entry && entry.type !== 'tree' ? { mode: entry.mode, sha: entry.sha } : null;

const directoryOf = (entry: TreeEntry | undefined): string | null => (entry?.type === 'tree' ? entry.sha : null);

export async function lookUp(read: TreeReader, root: string, path: string): Promise<Found> {
  const parts = path.split('/');
  let directory = root;
  for (const [index, name] of parts.entries()) {
    const entry = (await read(directory)).get(name);
    if (!entry) return { kind: 'absent' };
    const last = index === parts.length - 1;
    if (last && entry.type === 'tree') return { kind: 'directory', sha: entry.sha };
    if (last) return { kind: 'file', mode: entry.mode, sha: entry.sha };
    if (entry.type !== 'tree') return { kind: 'blocked', by: parts.slice(0, index + 1).join('/') };
    directory = entry.sha;
  }
  return { kind: 'absent' };
}

/** Every file path below a directory. */
export async function filesUnder(read: TreeReader, sha: string, prefix: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const [name, entry] of await read(sha)) {
    const path = `${prefix}/${name}`;
    if (entry.type === 'tree') paths.push(...(await filesUnder(read, entry.sha, path)));
    else paths.push(path);
  }
  return paths;
}
