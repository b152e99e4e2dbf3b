import type { GitHub, Repository } from '../github/client.ts';

/** What happened on the base after a merge. */
export type LaterWork = {
  /** True when the merge is not an ancestor of the base. */
  readonly behind: boolean;
  readonly commits: ReadonlySet<string>;
  readonly total: number;
  /** Diffs since the merge, as far as one page of GitHub's comparison shows them (300 files). */
  readonly diffs: readonly { readonly path: string; readonly patch: string }[];
};

export type LaterTouch = { readonly path: string; readonly sha: string };

const pagesMax = 10;
const pathsMax = 25;

export async function readLaterWork(
  github: GitHub,
  { owner, repo, mergeSha, headSha }: Repository & { mergeSha: string; headSha: string },
): Promise<LaterWork> {
  const compare = async (page: number) => {
    const basehead = `${mergeSha}...${headSha}`;
    return (await github.repos.compareCommitsWithBasehead({ owner, repo, basehead, per_page: 100, page })).data;
  };
  const first = await compare(1);
  const commits = new Set(first.commits.map(({ sha }) => sha));
  for (let page = 2; commits.size < first.total_commits && page <= pagesMax; page += 1) {
    const { commits: more } = await compare(page);
    if (more.length === 0) break;
    for (const { sha } of more) commits.add(sha);
  }
  const diffs = (first.files ?? []).map(({ filename, patch = '' }) => ({ path: filename, patch }));
  return { behind: first.behind_by !== 0, commits, total: first.total_commits, diffs };
}

/**
 * Later commits on the same paths. For a clean plan they cancelled out, which is worth saying. `complete` is false when
 * there were too many paths or commits to ask about each.
 */
export async function readLaterTouches(
  github: GitHub,
  { owner, repo, headSha, later, paths }: Repository & { headSha: string; later: LaterWork; paths: readonly string[] },
): Promise<{ readonly touches: readonly LaterTouch[]; readonly complete: boolean }> {
  const complete = paths.length <= pathsMax && later.commits.size >= later.total;
  if (later.commits.size === 0) return { touches: [], complete };
  const touches: LaterTouch[] = [];
  for (const path of paths.slice(0, pathsMax)) {
    const { data } = await github.repos.listCommits({ owner, repo, sha: headSha, path, per_page: 30 });
    touches.push(...data.filter(({ sha }) => later.commits.has(sha)).map(({ sha }) => ({ path, sha })));
  }
  return { touches, complete };
}
