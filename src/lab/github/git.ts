import { z } from 'zod';
import type { Backend } from './backend.ts';
import { bodyOf } from './backend.ts';

export type BlobEntry = { readonly mode: string; readonly type: string; readonly sha: string };
export type TreeWrite = {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  /** Null deletes. */
  readonly sha?: string | null;
  readonly content?: string;
};
export type Identity = { readonly name: string; readonly email: string; readonly date: string };

const personSchema = z.object({ name: z.string(), email: z.string(), date: z.string() });
const commitSchema = z.object({
  sha: z.string(),
  message: z.string(),
  tree: z.object({ sha: z.string() }),
  parents: z.array(z.object({ sha: z.string() })),
  author: personSchema,
  committer: personSchema,
});
/** One changed file of a commit or comparison; what else GitHub says of it is kept. */
export const fileSchema = z.looseObject({
  filename: z.string(),
  previous_filename: z.string().optional(),
  status: z.string(),
  additions: z.number(),
  deletions: z.number(),
  changes: z.number(),
  patch: z.string().optional(),
});
const compareSchema = z.object({
  merge_base_commit: z.object({ sha: z.string() }),
  ahead_by: z.number(),
  commits: z.array(z.looseObject({ sha: z.string() })),
  files: z.array(fileSchema),
});
const treeSchema = z.object({
  sha: z.string(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});
const shaSchema = z.object({ sha: z.string() });
const referenceSchema = z.object({ object: z.object({ sha: z.string() }) });

export type Commit = z.infer<typeof commitSchema>;
export type FileDiff = z.infer<typeof fileSchema>;
export type Comparison = z.infer<typeof compareSchema>;

/** Typed git operations on one repository. Everything that does not exist is null; a refusal is a bug and throws. */
export type Git = {
  branch(name: string): Promise<string | null>;
  /** By branch, tag, full or short commit id. */
  commit(reference: string): Promise<Commit | null>;
  compare(base: string, head: string): Promise<Comparison>;
  /** Every file below a commit, by path. */
  files(reference: string): Promise<ReadonlyMap<string, BlobEntry>>;
  /** The same tree without directories that hold no file. */
  pruneTree(sha: string): Promise<string>;
  writeTree(base: string | null, entries: readonly TreeWrite[]): Promise<string>;
  writeCommit(commit: {
    message: string;
    tree: string;
    parents: readonly string[];
    author: Identity;
    committer: Identity;
  }): Promise<string>;
  createBranch(name: string, sha: string): Promise<void>;
  moveBranch(name: string, sha: string): Promise<void>;
};

const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export function gitOf(backend: Backend, repository: string): Git {
  const root = `/repos/${repository}`;
  const get = async <Value>(path: string, schema: z.ZodType<Value>): Promise<Value | null> => {
    const request = { method: 'GET', path: `${root}${path}` };
    const answer = await backend.send(request);
    return answer.status === 404 ? null : schema.parse(bodyOf(answer, request));
  };
  const write = async (method: string, path: string, body: unknown): Promise<unknown> => {
    const request = { method, path: `${root}${path}`, body };
    return bodyOf(await backend.send(request), request);
  };
  const treeAt = async (reference: string) => {
    const tree = await get(`/git/trees/${reference}?recursive=1`, treeSchema);
    if (tree === null) throw new Error(`lab GitHub: ${repository} has no tree ${reference}`);
    return tree;
  };
  /** The emulator keeps a directory whose files are all deleted; git has no empty directories. */
  const pruned = async (sha: string): Promise<string> => {
    const { tree } = await treeAt(sha);
    const hollow = tree.filter((entry) => entry.type === 'tree' && entry.sha === emptyTree);
    if (hollow.length === 0) return sha;
    const gone = hollow.map(({ path, mode, type }) => ({ path, mode, type, sha: null }));
    return pruned(shaSchema.parse(await write('POST', '/git/trees', { base_tree: sha, tree: gone })).sha);
  };
  return {
    pruneTree: pruned,
    branch: async (name) => (await get(`/git/ref/heads/${name}`, referenceSchema))?.object.sha ?? null,
    commit: async (reference) => {
      const found = await get(`/commits/${encodeURIComponent(reference)}?per_page=1`, shaSchema);
      return found === null ? null : get(`/git/commits/${found.sha}`, commitSchema);
    },
    compare: async (base, head) => {
      const comparison = await get(`/compare/${base}...${head}`, compareSchema);
      if (comparison === null) throw new Error(`lab GitHub: ${repository} cannot compare ${base}...${head}`);
      return comparison;
    },
    files: async (reference) => {
      const { tree } = await treeAt(reference);
      return new Map(tree.filter((entry) => entry.type !== 'tree').map((entry) => [entry.path, entry]));
    },
    writeTree: async (base, entries) => {
      const body = { ...(base === null ? {} : { base_tree: base }), tree: entries };
      const { sha } = shaSchema.parse(await write('POST', '/git/trees', body));
      return entries.some((entry) => entry.sha === null) ? pruned(sha) : sha;
    },
    writeCommit: async (commit) => shaSchema.parse(await write('POST', '/git/commits', commit)).sha,
    createBranch: async (name, sha) => void (await write('POST', '/git/refs', { ref: `refs/heads/${name}`, sha })),
    moveBranch: async (name, sha) => void (await write('PATCH', `/git/refs/heads/${name}`, { sha, force: true })),
  };
}
