import { Octokit } from '@octokit/rest';
import type { InitialFile, PullHistory } from '../../src/lab/changes.ts';
import { type GitHubOptions, startGitHub } from '../../src/lab/github.ts';
import type { Intervention } from '../../src/lab/world.ts';

const minuteMs = 60_000;
/** When the alert fires: the start of the lab's clock. */
export const alertMs = Date.UTC(2026, 10, 18, 14, 0, 0);
export const iso = (atMs: number): string => new Date(atMs).toISOString().replace('.000Z', 'Z');

const lines = (...text: string[]): string => `${text.join('\n')}\n`;

export const quoteBefore = lines(
  'export const timeoutMs = 800;',
  'export const retries = 1;',
  '',
  'export const quote = 1;',
);
export const quoteAfter = lines(
  'export const timeoutMs = 80;',
  'export const retries = 1;',
  '',
  'export const quote = 1;',
);
const limits = lines('export const limit = 10;');

const initial: { readonly [repository: string]: readonly InitialFile[] } = {
  'acme/shop': [
    { path: 'services/cart/src/quote.ts', content: quoteBefore },
    { path: 'services/orders/src/place.ts', content: lines('export const place = 1;') },
    { path: 'README.md', content: lines('# shop') },
  ],
  'acme/payments': [{ path: 'src/charge.ts', content: lines('export const charge = 1;') }],
  'acme/platform': [{ path: 'config/orders.yaml', content: lines('pool: 20') }],
  'acme/ops': [],
};

const pull = (
  rest: Pick<PullHistory, 'number' | 'title' | 'files'> & Partial<PullHistory> & { minutesBefore: number },
): PullHistory => {
  const { minutesBefore, ...given } = rest;
  const mergedAtMs = alertMs - minutesBefore * minuteMs;
  return {
    repository: 'acme/shop',
    body: 'Why and how.',
    author: 'ana',
    branch: `ana/change-${rest.number}`,
    createdAtMs: mergedAtMs - 45 * minuteMs,
    mergedAtMs,
    deploys: [],
    faulty: false,
    ...given,
  };
};

const deployOf = (service: string, minutesBefore: number) => {
  const startedAtMs = alertMs - minutesBefore * minuteMs + 30_000;
  return [{ service, startedAtMs, liveAtMs: startedAtMs + 70_000 }];
};

/** Number of the faulty pull request of `acme/shop`. */
export const faultyNumber = 3;

export const history: readonly PullHistory[] = [
  pull({
    number: 1,
    title: 'Say what the shop is',
    author: 'bo',
    minutesBefore: 3 * 1440,
    files: [{ path: 'README.md', before: lines('# shop'), after: lines('# shop', '', 'Sells things.') }],
  }),
  pull({
    number: 2,
    title: 'Place orders in two steps',
    minutesBefore: 26 * 60,
    files: [
      {
        path: 'services/orders/src/place.ts',
        before: lines('export const place = 1;'),
        after: lines('export const place = 2;'),
      },
    ],
    deploys: deployOf('orders', 26 * 60),
  }),
  pull({
    number: 3,
    title: 'Give up on slow quotes sooner',
    minutesBefore: 40,
    files: [
      { path: 'services/cart/src/quote.ts', before: quoteBefore, after: quoteAfter },
      { path: 'services/cart/src/limits/limit.ts', before: null, after: limits },
    ],
    deploys: deployOf('cart', 40),
    faulty: true,
  }),
  pull({
    number: 4,
    title: 'Drop the old place test',
    author: 'bo',
    minutesBefore: 25,
    files: [
      { path: 'services/orders/test/place.test.ts', before: null, after: lines('// none') },
      { path: 'services/orders/docs/place.md', before: null, after: lines('Two steps.') },
    ],
  }),
  pull({
    repository: 'acme/platform',
    number: 1,
    title: 'Larger pool for orders',
    author: 'cy',
    minutesBefore: 300,
    files: [{ path: 'config/orders.yaml', before: lines('pool: 20'), after: lines('pool: 40') }],
    deploys: deployOf('orders', 300),
  }),
];

export const clockAt = (startMs: number) => {
  let now = startMs;
  return {
    nowMs: () => now,
    advance: (ms: number): void => {
      now += ms;
    },
  };
};

/** A running counterpart with two real clients and what the world was told. */
export async function startLab(given: Partial<GitHubOptions> = {}) {
  const clock = clockAt(alertMs);
  const told: Intervention[] = [];
  const github = await startGitHub({
    history,
    initialFiles: (repository) => initial[repository] ?? [],
    services: [
      { id: 'cart', repository: 'acme/shop', paths: ['services/cart/'] },
      { id: 'orders', repository: 'acme/shop', paths: ['services/orders/'] },
      { id: 'payments', repository: 'acme/payments', paths: [] },
    ],
    clock,
    port: 0,
    stateDirectory: null,
    onIntervention: (intervention) => told.push(intervention),
    ...given,
  });
  const client = (auth: string): Octokit =>
    new Octokit({ auth, baseUrl: github.url, log: { debug() {}, info() {}, warn() {}, error() {} } });
  return { github, clock, told, reader: client(github.readToken), writer: client(github.writeToken), client };
}

export const shop = { owner: 'acme', repo: 'shop' } as const;
export type Lab = Awaited<ReturnType<typeof startLab>>;

/**
 * Opens a pull request that puts these paths of the shop to the given text (null deletes), through the git data API
 * as the rollback action does.
 */
export async function openChange(
  { writer }: Pick<Lab, 'writer'>,
  change: {
    branch: string;
    files: { readonly [path: string]: string | null };
    draft?: boolean;
    place?: { owner: string; repo: string };
  },
): Promise<{ number: number; sha: string; tree: string }> {
  const { place = shop } = change;
  const head = (await writer.git.getRef({ ...place, ref: 'heads/main' })).data.object.sha;
  const base = (await writer.git.getCommit({ ...place, commit_sha: head })).data.tree.sha;
  const entries = Object.entries(change.files).map(([path, content]) => ({
    path,
    mode: '100644' as const,
    type: 'blob' as const,
    ...(content === null ? { sha: null } : { content }),
  }));
  const tree = (await writer.git.createTree({ ...place, base_tree: base, tree: entries })).data.sha;
  const commit = await writer.git.createCommit({ ...place, message: change.branch, tree, parents: [head] });
  await writer.git.createRef({ ...place, ref: `refs/heads/${change.branch}`, sha: commit.data.sha });
  const { data } = await writer.pulls.create({
    ...place,
    title: `Change ${change.branch}`,
    head: change.branch,
    base: 'main',
    body: 'Evidence',
    ...(change.draft === undefined ? {} : { draft: change.draft }),
  });
  return { number: data.number, sha: commit.data.sha, tree };
}

/** The faulty change, taken back in full. */
export const revertFiles = { 'services/cart/src/quote.ts': quoteBefore, 'services/cart/src/limits/limit.ts': null };
