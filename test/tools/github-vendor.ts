/**
 * GitHub as the tools' tests know it: one repository, `acme/shop`, where pull request 41 shrank a pool and was deployed
 * fifteen minutes ago. Every answer here is held against GitHub's own description in `github-requests.test.ts`.
 */
import type { Answer, Asked } from './counterpart.ts';
import { at } from './shop.ts';

export const environment = (url: string) => ({
  GITHUB_TOKEN: 'read-token',
  GITHUB_API_URL: url,
  GITHUB_WEB_URL: 'https://github.test',
});

export const sha = (digit: string): string => digit.repeat(40);
/** The good deployment's commit, the merge of pull request 41, and the bad deployment's commit. */
export const good = sha('a');
export const merge = sha('c');
export const bad = sha('b');

export const pull = (number: number, mergedMinutesAgo: number | null, more: object = {}) => ({
  number,
  title: `Change ${number}`,
  user: { login: 'dana' },
  merged_at: mergedMinutesAgo === null ? null : at(mergedMinutesAgo),
  updated_at: at(mergedMinutesAgo ?? 1),
  merge_commit_sha: merge,
  ...more,
});

export const poolPath = 'services/checkout/src/pool.ts';
export const poolText = `export class Pool {
  max = 2;

  acquire() {
    if (this.used >= this.max) throw new Error('timed out');
    return this.next();
  }
}
`;
export const poolPatch = '@@ -1,3 +1,3 @@ export class Pool {\n export class Pool {\n-  max = 20;\n+  max = 2;\n ';
export const files = [
  { filename: 'package-lock.json', status: 'modified', additions: 900, deletions: 900, patch: '+noise' },
  { filename: 'services/cart/src/other.ts', status: 'added', additions: 1, deletions: 0, patch: '@@ -0,0 +1 @@\n+x' },
  { filename: poolPath, status: 'modified', additions: 1, deletions: 1, patch: poolPatch },
];

type CommitMore = { readonly parent?: string; readonly message?: string; readonly files?: readonly object[] };
export const commit = (
  id: string,
  minutesAgo: number,
  { parent = good, message = 'Fix', files: changed }: CommitMore = {},
) => ({
  sha: id,
  parents: [{ sha: parent }],
  author: { login: 'lee' },
  commit: {
    message,
    author: { name: 'Lee', date: at(minutesAgo) },
    committer: { name: 'Lee', date: at(minutesAgo) },
  },
  ...(changed === undefined ? {} : { files: changed }),
});

export const deployment = (id: number, minutesAgo: number, more: object = {}) => ({
  id,
  sha: bad,
  environment: 'prod',
  created_at: at(minutesAgo),
  payload: { service: 'checkout' },
  ...more,
});

export const run = (id: number, minutesAgo: number, more: object = {}) => ({
  id,
  name: 'CI',
  display_title: 'Shrink the pool',
  path: '.github/workflows/ci.yml',
  event: 'push',
  status: 'completed',
  conclusion: 'failure',
  head_sha: bad,
  head_branch: 'main',
  run_attempt: 1,
  created_at: at(minutesAgo),
  ...more,
});

export const issue = (number: number, minutesAgo: number, more: object = {}) => ({
  number,
  title: `Checkout is slow ${number}`,
  body: 'It says\n"timed out".',
  state: 'open',
  user: { login: 'erin' },
  author_association: 'MEMBER',
  labels: [{ name: 'incident' }],
  comments: 2,
  created_at: at(minutesAgo + 60),
  updated_at: at(minutesAgo),
  closed_at: null,
  ...more,
});

export const tree = [
  { path: 'README.md', mode: '100644', type: 'blob', sha: sha('1'), size: 10 },
  { path: 'services', mode: '040000', type: 'tree', sha: sha('2') },
  { path: 'services/cart/src/pool.ts', mode: '100644', type: 'blob', sha: sha('3'), size: 20 },
  { path: poolPath, mode: '100644', type: 'blob', sha: sha('4'), size: poolText.length },
  { path: 'services/checkout/src/charge.ts', mode: '100644', type: 'blob', sha: sha('5'), size: 40 },
];
export const base64 = (text: string): string =>
  Buffer.from(text)
    .toString('base64')
    .replace(/(.{60})/gu, '$1\n');
const blobs: { readonly [id: string]: string } = {
  [sha('1')]: '# shop\n',
  [sha('3')]: 'export const pool = 1;\n',
  [sha('4')]: poolText,
  [sha('5')]: "import { Pool } from './pool.ts';\nawait new Pool().acquire();\n",
};
const blob = (id: string, text: string) => ({ sha: id, encoding: 'base64', content: base64(text) });

export const owners = `# who owns what
*                    @acme/everyone
/services/           @acme/services   # all of them
/services/checkout/  @acme/payments-team dana@example.com
*.md
`;

const history = [
  commit(bad, 18, { parent: merge, message: 'Hotfix\n\nbody' }),
  commit(merge, 20, { message: 'Merge pull request #41' }),
];

const answers: { readonly [path: string]: (asked: Asked) => unknown } = {
  '': () => ({ full_name: 'acme/shop', default_branch: 'main' }),
  '/pulls': ({ query }) => (query.get('page') === '1' ? [pull(41, 20), pull(40, null)] : []),
  '/pulls/41': () => pull(41, 20),
  '/pulls/41/files': () => files,
  '/commits': () => history,
  [`/commits/${bad}`]: () => ({ ...history[0], files: [files[1]] }),
  [`/commits/${merge}`]: () => ({ ...history[1], files }),
  [`/commits/${bad}/pulls`]: () => [],
  [`/commits/${merge}/pulls`]: () => [pull(41, 20)],
  [`/compare/${good}...${bad}`]: () => ({
    status: 'ahead',
    ahead_by: 2,
    behind_by: 0,
    total_commits: 2,
    merge_base_commit: { sha: good },
    commits: history.toReversed(),
    files,
  }),
  '/deployments': () => [deployment(912, 15), deployment(911, 300, { sha: good })],
  '/deployments/912/statuses': () => [
    { state: 'success', created_at: at(14) },
    { state: 'in_progress', created_at: at(15) },
  ],
  '/deployments/911/statuses': () => [
    { state: 'inactive', created_at: at(14) },
    { state: 'success', created_at: at(299) },
  ],
  '/releases': () => [],
  '/actions/runs': ({ query }) => {
    const runs = query.get('status') === 'timed_out' ? [] : [run(7, 16)];
    return { total_count: runs.length, workflow_runs: runs };
  },
  '/actions/runs/7/jobs': () => ({
    total_count: 2,
    jobs: [
      { id: 71, name: 'lint', conclusion: 'success', steps: [{ name: 'biome', conclusion: 'success' }] },
      {
        id: 72,
        name: 'test',
        conclusion: 'failure',
        steps: [
          { name: 'install', conclusion: 'success' },
          { name: 'pool.test.ts', conclusion: 'failure' },
        ],
      },
    ],
  }),
  [`/git/trees/${bad}`]: () => ({ sha: bad, truncated: false, tree }),
  '/git/ref/heads%2Fmain': () => ({ ref: 'refs/heads/main', object: { type: 'commit', sha: bad } }),
  '/contents/.github%2FCODEOWNERS': () => ({ type: 'file', ...blob(sha('6'), owners) }),
};

/** The repository as it is; 404 for what it does not have. */
export function shopOnGitHub(asked: Asked): Answer {
  if (asked.path === '/search/issues') {
    return { body: { total_count: 2, incomplete_results: false, items: [issue(52, 10), issue(51, 90)] } };
  }
  const path = asked.path.replace('/repos/acme/shop', '');
  const known = answers[path];
  if (known !== undefined) return { body: known(asked) };
  const id = /^\/git\/blobs\/(.*)$/u.exec(path)?.[1] ?? '';
  const text = blobs[id];
  return text === undefined ? { status: 404, body: { message: 'Not Found' } } : { body: blob(id, text) };
}

export const fromTo = { from: at(60), to: at(0) };
