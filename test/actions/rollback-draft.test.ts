/** Goal: what the flow reads before it proposes a rollback. Method: the connected planner and watch over real HTTP. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectRollbackPlanner } from '../../src/actions/rollback/connect-planner.ts';
import { connectPullWatch } from '../../src/actions/rollback/watch-pull.ts';
import { action } from '../../src/actions/rollback-pull-request.ts';
import type { RollbackDraft } from '../../src/flow/rollback-port.ts';
import { type GitHost, type Names, startGitHost } from './support/git-host.ts';

let host: GitHost;
beforeAll(async () => {
  host = await startGitHost(20);
});
afterAll(() => host.close());
afterEach(() => host.front.clear());

const signal = (): AbortSignal => AbortSignal.timeout(15_000);
const draftOf = (names: Names, asked: { pullNumber: number | null; sha?: string }): Promise<RollbackDraft> => {
  const repository = `${names.owner}/${names.repo}`;
  const request = { repository, sha: '', nowMs: Date.parse('2026-11-21T00:00:00Z'), signal: signal(), ...asked };
  return connectRollbackPlanner(host.environment)(request);
};

describe('the draft', () => {
  it('of a clean merge becomes parameters, checks and a diff read backwards', async () => {
    const names = await host.repository({ 'pool.yaml': 'max: 50\n' });
    const { number, sha } = await host.merge(names, [{ 'pool.yaml': 'max: 5\n', 'migrations/0001_x.sql': 'x\n' }]);
    const draft = await draftOf(names, { pullNumber: number });
    if (draft.kind !== 'clean') throw new Error(draft.kind);
    const parameters = { ...draft.parameters, branch: 'causeway/x', title: 't', body: 'b' };
    const parsed = action.parameters.parse(parameters);
    expect(parsed).toMatchObject({ ...names, base: 'main', pullNumber: number, mergeSha: sha, headSha: sha });
    expect(draft.files).toEqual(['migrations/0001_x.sql', 'pool.yaml']);
    expect(draft.diff).toContain('-max: 5\n+max: 50');
    expect(draft.checks[0]).toEqual({
      level: 'hold',
      says: expect.stringContaining('migrations/0001_x.sql'),
    });
    expect(host.front.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('finds the pull request of a merge commit, so that a rebase is not halved', async () => {
    const names = await host.repository({ 'a.txt': '1\n' });
    const number = await host.rebase(names, [{ 'a.txt': '2\n' }, { 'b.txt': 'b\n' }]);
    const sha = await host.headOf(names);
    const pull = { number, merge_commit_sha: sha, merged_at: '2026-01-02T00:00:00Z' };
    host.front.on({
      matches: ({ path }) => path.endsWith(`/commits/${sha}/pulls`),
      before: async () => ({ status: 200, json: [pull] }),
    });
    const draft = await draftOf(names, { pullNumber: null, sha });
    expect(draft).toMatchObject({ kind: 'clean', files: ['a.txt', 'b.txt'], parameters: { pullNumber: number } });
  });

  it('of a conflict names the files and why', async () => {
    const names = await host.repository({ 'a.txt': '1\n', 'b.txt': '1\n' });
    const { number } = await host.merge(names, [{ 'a.txt': '2\n', 'b.txt': '2\n' }]);
    await host.push(names, 'later', { 'a.txt': '3\n' });
    expect(await draftOf(names, { pullNumber: number })).toEqual({
      kind: 'conflict',
      why: '1 file changed after the merge',
      files: [{ path: 'a.txt', why: 'changed again after the merge' }],
    });
  });

  it('of an unmerged pull request says so', async () => {
    const names = await host.repository();
    const pullNumber = await host.openPull(names, [{ a: '1' }], 'open');
    const why = 'the pull request is not merged';
    expect(await draftOf(names, { pullNumber })).toEqual({ kind: 'conflict', why, files: [] });
  });

  it('fails as a value when GitHub does not know the repository', async () => {
    const draft = await draftOf({ owner: 'acme', repo: 'nowhere' }, { pullNumber: 1 });
    expect(draft).toMatchObject({ kind: 'failed', reason: expect.stringContaining('GitHub answered 404') });
  });
});

describe('watching', () => {
  const canned = (end: string, json: unknown): void =>
    host.front.on({ matches: ({ path }) => path.endsWith(end), before: async () => ({ status: 200, json }) }, 'always');
  const watch = (names: Names, number: number) =>
    connectPullWatch(host.environment)(`${names.owner}/${names.repo}`, number, signal());
  const run = (status: string, conclusion: string | null) => ({ status, conclusion });

  it.each([
    ['none', [], []],
    ['pending', [run('in_progress', null), run('completed', 'success')], []],
    ['success', [run('completed', 'success'), run('completed', 'skipped')], [{ state: 'success' }]],
    ['failure', [run('in_progress', null)], [{ state: 'error' }]],
    ['failure', [run('completed', 'timed_out')], [{ state: 'success' }]],
  ])('checks are %s', async (expected, runs, statuses) => {
    const names = await host.repository();
    const number = await host.openPull(names, [{ a: '1' }], 'open');
    canned('/check-runs', { total_count: runs.length, check_runs: runs });
    canned('/status', { state: 'pending', statuses });
    const open = { state: 'open', mergedAtMs: null, mergeSha: null, deployment: null };
    expect(await watch(names, number)).toEqual({ ...open, checks: expected });
  });

  it('a merge is live when the last of its deployments is', async () => {
    const names = await host.repository();
    const { number, sha } = await host.merge(names, [{ a: '1' }]);
    const deployments = [1, 2].map((id) => ({ id, sha, environment: 'prod' }));
    canned('/deployments', [...deployments, { id: 3, sha, environment: 'staging' }]);
    const status = (id: number, state: string, at: string) => ({ id, state, created_at: `2026-11-21T00:${at}:00Z` });
    canned('/deployments/1/statuses', [status(2, 'success', '05'), status(1, 'in_progress', '01')]);
    canned('/deployments/2/statuses', [status(3, 'in_progress', '02')]);
    const rolling = await watch(names, number);
    expect(rolling).toMatchObject({
      state: 'merged',
      mergeSha: sha,
      deployment: { state: 'in_progress', liveAtMs: null },
    });
    host.front.clear();
    canned('/deployments', deployments);
    canned('/deployments/1/statuses', [status(2, 'success', '05')]);
    canned('/deployments/2/statuses', [status(4, 'success', '09'), status(3, 'in_progress', '02')]);
    const liveAtMs = Date.parse('2026-11-21T00:09:00Z');
    expect((await watch(names, number)).deployment).toEqual({ state: 'success', liveAtMs });
  });

  it('a deployment of a later commit counts, one of an earlier commit does not', async () => {
    const names = await host.repository();
    const before = await host.headOf(names);
    const { number } = await host.merge(names, [{ a: '1' }]);
    const later = await host.push(names, 'later', { b: '1' });
    const statuses = [{ id: 1, state: 'success', created_at: '2026-11-21T00:05:00Z' }];
    host.front.on({
      matches: ({ path }) => path.endsWith('/deployments'),
      before: async () => ({ status: 200, json: [] }),
    });
    canned('/deployments', [{ id: 7, sha: before, environment: 'prod' }]);
    expect((await watch(names, number)).deployment).toBeNull();
    host.front.clear();
    host.front.on({
      matches: ({ path }) => path.endsWith('/deployments'),
      before: async () => ({ status: 200, json: [] }),
    });
    canned('/deployments', [{ id: 8, sha: later, environment: 'prod' }]);
    canned('/deployments/8/statuses', statuses);
    expect((await watch(names, number)).deployment).toMatchObject({ state: 'success' });
  });
});
