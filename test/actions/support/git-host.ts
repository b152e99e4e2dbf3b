/** Real git histories in an emulated GitHub, built over its own API. */
import { Octokit } from '@octokit/rest';
import { createEmulator } from 'emulate';
import { type Front, startFront } from './github-front.ts';

export type Names = { readonly owner: string; readonly repo: string };
type Mode = '100644' | '100755' | '120000' | '160000';
type Entry = null | string | { mode: Mode; type?: 'blob' | 'commit'; content?: string; sha?: string };
export type Files = { readonly [path: string]: Entry };
type Merged = { readonly number: number; readonly sha: string };

const quiet = (): undefined => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

export type GitHost = Awaited<ReturnType<typeof startGitHost>>;

export async function startGitHost(repositories = 60) {
  const all = Array.from({ length: repositories }, (_, index) => `r${index}`);
  const emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: { ghp_bot: { login: 'bot', scopes: ['repo', 'user', 'workflow'] } },
      github: {
        users: [{ login: 'bot' }],
        orgs: [{ login: 'acme', members: [{ login: 'bot', role: 'admin' }] }],
        repos: all.map((name) => ({ owner: 'acme', name, auto_init: true, default_branch: 'main' })),
      },
    },
  });
  const front: Front = await startFront(emulator.url.replace('localhost', '127.0.0.1'));
  const github = new Octokit({ auth: 'ghp_bot', baseUrl: emulator.url.replace('localhost', '127.0.0.1'), log });
  let used = 0;

  const headOf = async (names: Names, branch = 'main'): Promise<string> =>
    (await github.git.getRef({ ...names, ref: `heads/${branch}` })).data.object.sha;
  const branchExists = (names: Names, branch: string): Promise<boolean> =>
    headOf(names, branch).then(
      () => true,
      () => false,
    );
  const treeOf = async (names: Names, sha: string): Promise<string> =>
    (await github.git.getCommit({ ...names, commit_sha: sha })).data.tree.sha;

  async function commit(
    names: Names,
    { parents, message, files, author }: { parents: string[]; message: string; files: Files; author?: Author },
  ): Promise<string> {
    const base = await treeOf(names, parents[0] ?? '');
    const entries = Object.entries(files).map(([path, entry]) => treeEntry(path, entry));
    const created = entries.length > 0 ? github.git.createTree({ ...names, base_tree: base, tree: entries }) : null;
    const tree = created ? (await created).data.sha : base;
    return (await github.git.createCommit({ ...names, message, tree, parents, ...(author ? { author } : {}) })).data
      .sha;
  }

  async function push(names: Names, message: string, files: Files): Promise<string> {
    const sha = await commit(names, { parents: [await headOf(names)], message, files });
    await github.git.updateRef({ ...names, ref: 'heads/main', sha });
    return sha;
  }

  /** A pull request with one or more commits, merged by the emulator. */
  async function merge(
    names: Names,
    commits: readonly Files[],
    method: 'squash' | 'merge' = 'squash',
  ): Promise<Merged> {
    const number = await openPull(names, commits, 'feature');
    const { sha } = (await github.pulls.merge({ ...names, pull_number: number, merge_method: method })).data;
    return { number, sha };
  }

  async function openPull(names: Names, commits: readonly Files[], branch: string): Promise<number> {
    let tip = await headOf(names);
    for (const [index, files] of commits.entries()) {
      tip = await commit(names, { parents: [tip], message: `step ${index + 1}`, files, author: authorAt(index) });
    }
    await github.git.createRef({ ...names, ref: `refs/heads/${branch}`, sha: tip });
    return (await github.pulls.create({ ...names, title: branch, head: branch, base: 'main' })).data.number;
  }

  /** The emulator squashes a rebase merge: put the rebased commits on the base and patch what the pull request says. */
  async function rebase(names: Names, commits: readonly Files[], skip: readonly number[] = []): Promise<number> {
    const number = await openPull(names, commits, 'rebased');
    let tip = await push(names, 'unrelated', { 'other.txt': 'moved\n' });
    for (const [index, files] of commits.entries()) {
      if (skip.includes(index)) continue;
      tip = await commit(names, { parents: [tip], message: `step ${index + 1}`, files, author: authorAt(index) });
    }
    await github.git.updateRef({ ...names, ref: 'heads/main', sha: tip });
    const merged = { merged: true, merged_at: '2026-01-02T00:00:00Z', merge_commit_sha: tip, commits: commits.length };
    front.on(
      {
        matches: ({ method, path }) => method === 'GET' && path.endsWith(`/${names.repo}/pulls/${number}`),
        after: async (_call, answer) => ({ ...answer, json: { ...(answer.json as object), ...merged } }),
      },
      'always',
    );
    return number;
  }

  const openPulls = async (names: Names): Promise<readonly number[]> =>
    (await github.pulls.list({ ...names, state: 'open' })).data.map(({ number }) => number);

  /** Path to `mode sha` of every file at a commit. */
  async function filesAt(names: Names, sha: string): Promise<{ readonly [path: string]: string }> {
    const tree = await treeOf(names, sha);
    const { data } = await github.git.getTree({ ...names, tree_sha: tree, recursive: '1' });
    const files = data.tree.filter(({ type }) => type !== 'tree');
    return Object.fromEntries(files.map((entry) => [entry.path, `${entry.mode} ${entry.sha}`]));
  }

  return {
    github,
    front,
    commit,
    push,
    merge,
    rebase,
    openPull,
    openPulls,
    filesAt,
    headOf,
    branchExists,
    /** A repository nobody used yet, with these files on `main`. */
    repository: async (files: Files = {}): Promise<Names> => {
      const fresh = { owner: 'acme', repo: all[used++] ?? 'none-left' };
      if (Object.keys(files).length > 0) await push(fresh, 'seed', files);
      return fresh;
    },
    environment: {
      GITHUB_API_URL: front.url,
      GITHUB_WEB_URL: 'https://github.example',
      GITHUB_TOKEN: 'ghp_bot',
      GITHUB_WRITE_TOKEN: 'ghp_bot',
    },
    close: async () => {
      await front.close();
      await emulator.close();
    },
  };
}

type Author = { readonly name: string; readonly email: string; readonly date: string };
const authorAt = (index: number): Author => ({
  name: 'dev',
  email: 'dev@acme.example',
  date: `2026-01-01T00:00:0${index}Z`,
});

function treeEntry(path: string, entry: Entry) {
  if (entry === null) return { path, mode: '100644' as const, type: 'blob' as const, sha: null };
  if (typeof entry === 'string') return { path, mode: '100644' as const, type: 'blob' as const, content: entry };
  return { path, type: 'blob' as const, ...entry };
}
