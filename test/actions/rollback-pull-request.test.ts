/**
 * Goal: one approved rollback makes one pull request with exactly the approved content, whatever breaks on the way.
 * Method: plan and execute over the real SDK against an emulated GitHub; a proxy loses answers and interleaves rivals.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ActionContext } from '../../src/action.ts';
import { action as closing } from '../../src/actions/close-pull-request.ts';
import { connectRollbackPlanner } from '../../src/actions/rollback/connect-planner.ts';
import type { RollbackParameters } from '../../src/actions/rollback/rollback-parameters.ts';
import { action } from '../../src/actions/rollback-pull-request.ts';
import { evidenceHead } from '../../src/core/pull-body.ts';
import { type GitHost, type Names, startGitHost } from './support/git-host.ts';
import { isWrite } from './support/github-front.ts';

let host: GitHost;
beforeAll(async () => {
  host = await startGitHost();
});
afterAll(() => host.close());
afterEach(() => host.front.clear());

const branch = 'causeway/rollback-1';
const context = (): ActionContext => ({ signal: AbortSignal.timeout(15_000), nowMs: 0, key: 'PLAN-1:open' });
const connected = () => action.connect(host.environment);

async function planned(names: Names, pullNumber: number | null, sha = ''): Promise<RollbackParameters> {
  const plan = connectRollbackPlanner(host.environment);
  const repository = `${names.owner}/${names.repo}`;
  const draft = await plan({ repository, pullNumber, sha, nowMs: 0, signal: AbortSignal.timeout(15_000) });
  if (draft.kind !== 'clean') throw new Error(`expected a clean draft, got ${JSON.stringify(draft)}`);
  return action.parameters.parse({ ...draft.parameters, branch, title: 'Revert "feature"', body: 'Evidence.' });
}

/** A repository with one merge, and the plan that takes it back. */
async function simple(): Promise<{ names: Names; plan: RollbackParameters; before: string; number: number }> {
  const names = await host.repository({ 'a.txt': '1\n', 'd/keep.txt': 'k\n' });
  const before = await host.headOf(names);
  const { number } = await host.merge(names, [{ 'a.txt': '2\n', 'd/new.txt': 'n\n' }]);
  return { names, plan: await planned(names, number), before, number };
}

describe('opening', () => {
  it('makes a pull request whose files are those before the merge, not a draft', async () => {
    const { names, plan, before } = await simple();
    const outcome = await connected().execute(plan, context());
    const [number = 0] = await host.openPulls(names);
    const pull = (await host.github.pulls.get({ ...names, pull_number: number })).data;
    expect(outcome).toEqual({
      ok: true,
      value: {
        pullNumber: number,
        url: `https://github.example/acme/${names.repo}/pull/${number}`,
        sha: pull.head.sha,
        reused: false,
      },
    });
    expect(pull).toMatchObject({ draft: false, merged: false, base: { ref: 'main' }, head: { ref: branch } });
    expect(await host.filesAt(names, pull.head.sha)).toEqual(await host.filesAt(names, before));
  });

  it('puts back symlinks, submodules, modes and binaries', async () => {
    const submodule = (digit: string) => ({ mode: '160000', type: 'commit', sha: digit.repeat(40) }) as const;
    const names = await host.repository({ link: { mode: '120000', content: 'a' }, sub: submodule('1'), run: 'x\n' });
    const before = await host.headOf(names);
    const { number } = await host.merge(names, [
      { link: null, sub: submodule('2'), run: { mode: '100755', content: 'x\n' }, image: '\u0000\u0001' },
    ]);
    const outcome = await connected().execute(await planned(names, number), context());
    expect(outcome.ok).toBe(true);
    expect(await host.filesAt(names, await host.headOf(names, branch))).toEqual(await host.filesAt(names, before));
  });

  it('swaps a directory back into a file, and 250 files in chunks', async () => {
    const names = await host.repository({ a: '1\n' });
    const before = await host.headOf(names);
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`p/${index % 5}/f${index}`, 'x\n']));
    const { number } = await host.merge(names, [{ a: null }, { 'a/b': 'in\n', 'a/c/d': 'in\n', ...many }]);
    const outcome = await connected().execute(await planned(names, number), context());
    expect(outcome.ok).toBe(true);
    expect(await host.filesAt(names, await host.headOf(names, branch))).toEqual(await host.filesAt(names, before));
  });

  it('takes a rollback back with the same code', async () => {
    const { names, plan } = await simple();
    const merged = await host.headOf(names);
    await connected().execute(plan, context());
    const [number = 0] = await host.openPulls(names);
    await host.github.pulls.merge({ ...names, pull_number: number, merge_method: 'squash' });
    const again = { ...(await planned(names, number)), branch: 'causeway/rollback-2' };
    expect((await connected().execute(again, context())).ok).toBe(true);
    const head = await host.headOf(names, 'causeway/rollback-2');
    expect(await host.filesAt(names, head)).toEqual(await host.filesAt(names, merged));
  });

  it('never moves the base branch', async () => {
    const { names, plan } = await simple();
    await connected().execute(plan, context());
    expect(await host.headOf(names)).toBe(plan.headSha);
  });

  it('a dry run says the four writes and makes none', async () => {
    const { names, plan } = await simple();
    host.front.clear();
    const result = await connected().dryRun(plan, context());
    expect(result.ok && result.value.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      `POST /repos/acme/${names.repo}/git/trees:`,
      `POST /repos/acme/${names.repo}/git/commits:`,
      `POST /repos/acme/${names.repo}/git/refs:`,
      `POST /repos/acme/${names.repo}/pulls:`,
    ]);
    expect(host.front.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await host.branchExists(names, branch)).toBe(false);
  });
});

describe('once, however often', () => {
  it('the same plan again gives the same pull request, also after the base moved', async () => {
    const { names, plan } = await simple();
    const first = await connected().execute(plan, context());
    await host.push(names, 'elsewhere', { q: '1' });
    const second = await connected().execute(plan, context());
    const [pullNumber] = await host.openPulls(names);
    expect(first).toMatchObject({ ok: true, value: { pullNumber, reused: false } });
    expect(second).toMatchObject({ ok: true, value: { pullNumber, reused: true } });
    expect(await host.openPulls(names)).toHaveLength(1);
  });

  const writes = ['/git/trees', '/git/commits', '/git/refs', '/pulls'];
  const crashes = writes.flatMap((end) => [
    { end, when: 'before' as const },
    { end, when: 'after' as const },
  ]);
  it.each(crashes)('an answer lost $when $end leaves one pull request in the end', async ({ end, when }) => {
    const { names, plan } = await simple();
    host.front.on({ matches: isWrite('POST', end), [when]: async () => 'cut' });
    const lost = await connected().execute(plan, context());
    expect(lost.ok).toBe(false);
    const found = await connected().reconcile(plan, context());
    const again = await connected().execute(plan, context());
    expect(again.ok).toBe(true);
    expect(await host.openPulls(names)).toHaveLength(1);
    const visible = end === '/pulls' && when === 'after';
    expect(found).toEqual(visible ? { ok: true, value: again.ok && again.value } : { ok: true, value: null });
  });

  it('a lost answer of a visible write is unknown, of an invisible one unavailable', async () => {
    const { plan } = await simple();
    host.front.on({ matches: isWrite('POST', '/git/trees'), before: async () => 'cut' });
    expect(await connected().execute(plan, context())).toMatchObject({ failure: { kind: 'unavailable' } });
    host.front.on({ matches: isWrite('POST', '/git/refs'), before: async () => 'cut' });
    expect(await connected().execute(plan, context())).toMatchObject({ failure: { kind: 'unknown' } });
  });

  it('a rollback that was merged and its branch deleted is found', async () => {
    const { names, plan } = await simple();
    await connected().execute(plan, context());
    const [number = 0] = await host.openPulls(names);
    await host.github.pulls.merge({ ...names, pull_number: number, merge_method: 'squash' });
    await host.github.git.deleteRef({ ...names, ref: `heads/${branch}` });
    const outcome = await connected().execute(plan, context());
    expect(outcome).toMatchObject({ ok: true, value: { pullNumber: number, reused: true } });
    expect(await host.openPulls(names)).toEqual([]);
  });

  it('a pull request that a person closed stays closed', async () => {
    const { names, plan } = await simple();
    await connected().execute(plan, context());
    const [number = 0] = await host.openPulls(names);
    await host.github.pulls.update({ ...names, pull_number: number, state: 'closed' });
    expect(await connected().execute(plan, context())).toMatchObject({ ok: false, failure: { kind: 'refused' } });
    expect(await host.openPulls(names)).toEqual([]);
  });

  it('a branch with the same parent and files is ours, whoever made it', async () => {
    const { names, plan } = await simple();
    const files = { 'a.txt': '1\n', 'd/new.txt': null };
    const sha = await host.commit(names, { parents: [plan.headSha], message: 'rival', files });
    await host.github.git.createRef({ ...names, ref: `refs/heads/${branch}`, sha });
    expect(await connected().execute(plan, context())).toMatchObject({ ok: true, value: { sha, reused: true } });
  });

  it('a rival that makes the same branch first wins and is reused', async () => {
    const { names, plan } = await simple();
    const rival = async (): Promise<undefined> => {
      const files = { 'a.txt': '1\n', 'd/new.txt': null };
      const sha = await host.commit(names, { parents: [plan.headSha], message: 'rival', files });
      await host.github.git.createRef({ ...names, ref: `refs/heads/${branch}`, sha });
    };
    host.front.on({ matches: isWrite('POST', '/git/refs'), before: rival });
    expect(await connected().execute(plan, context())).toMatchObject({ ok: true, value: { reused: true } });
    expect(await host.openPulls(names)).toHaveLength(1);
  });

  it('a 422 because the pull request exists finds it', async () => {
    const { names, plan } = await simple();
    const refuse = async () => ({ status: 422, json: { message: 'Validation Failed' } });
    host.front.on({ matches: isWrite('POST', '/pulls'), after: refuse });
    const outcome = await connected().execute(plan, context());
    const [number] = await host.openPulls(names);
    expect(outcome).toMatchObject({ ok: true, value: { pullNumber: number } });
    expect(await host.openPulls(names)).toHaveLength(1);
  });
});

describe('refusing', () => {
  it('evidence never goes into a repository that anybody may read', async () => {
    const { names, plan } = await simple();
    await host.github.repos.update({ ...names, private: false });
    const telling = {
      ...plan,
      body: `Opened by Causeway\n\n${evidenceHead}\n|---|---|---|---|\n| E1 | loki | x | y |`,
    };
    expect(await connected().execute(telling, context())).toMatchObject({ failure: { kind: 'refused' } });
    expect(await host.branchExists(names, branch)).toBe(false);
    await host.github.repos.update({ ...names, private: true });
    expect(await connected().execute(telling, context())).toMatchObject({ ok: true });
  });

  it('a moved base is stale and leaves nothing behind', async () => {
    const { names, plan } = await simple();
    await host.push(names, 'elsewhere', { q: '1' });
    expect(await connected().check([], plan, context())).toMatchObject({ failure: { kind: 'stale' } });
    expect(await connected().execute(plan, context())).toMatchObject({ failure: { kind: 'stale' } });
    expect(await host.branchExists(names, branch)).toBe(false);
  });

  it('a base that moves between commit and branch is stale', async () => {
    const { names, plan } = await simple();
    host.front.on({
      matches: isWrite('POST', '/git/commits'),
      after: async (_call, answer) => {
        await host.push(names, 'elsewhere', { q: '1' });
        return answer;
      },
    });
    expect(await connected().execute(plan, context())).toMatchObject({ failure: { kind: 'stale' } });
    expect(await host.branchExists(names, branch)).toBe(false);
  });

  it('a branch an earlier attempt left is not used once the base moved', async () => {
    const { names, plan } = await simple();
    host.front.on({ matches: isWrite('POST', '/pulls'), before: async () => 'cut' });
    await connected().execute(plan, context());
    expect(await host.branchExists(names, branch)).toBe(true);
    await host.push(names, 'elsewhere', { q: '1' });
    expect(await connected().execute(plan, context())).toMatchObject({ failure: { kind: 'stale' } });
    expect(await host.openPulls(names)).toEqual([]);
  });

  it('a branch with the planned files on another parent is not ours', async () => {
    const { names, plan, before } = await simple();
    const sha = await host.commit(names, { parents: [before], message: 'x', files: {} });
    await host.github.git.createRef({ ...names, ref: `refs/heads/${branch}`, sha });
    expect(await connected().execute(plan, context())).toMatchObject({ failure: { kind: 'refused' } });
    expect(await host.openPulls(names)).toEqual([]);
  });

  it('a branch with other content is not touched', async () => {
    const { names, plan } = await simple();
    const sha = await host.commit(names, { parents: [plan.headSha], message: 'x', files: { 'a.txt': 'zzz\n' } });
    await host.github.git.createRef({ ...names, ref: `refs/heads/${branch}`, sha });
    expect(await connected().execute(plan, context())).toMatchObject({ failure: { kind: 'refused' } });
    expect(await connected().reconcile(plan, context())).toMatchObject({ failure: { kind: 'refused' } });
    expect(await host.headOf(names, branch)).toBe(sha);
    expect(await host.openPulls(names)).toEqual([]);
  });

  it('a written tree that is not the planned one never becomes visible', async () => {
    const { names, plan } = await simple();
    const changes = plan.changes.map((change) => ({ ...change, from: '0'.repeat(40) }));
    expect(await connected().execute({ ...plan, changes }, context())).toMatchObject({ failure: { kind: 'refused' } });
    expect(await connected().check([], { ...plan, changes }, context())).toMatchObject({ failure: { kind: 'stale' } });
    expect(await host.branchExists(names, branch)).toBe(false);
  });

  it('a tree GitHub refuses to write is refused', async () => {
    const { names, plan } = await simple();
    const ghost = { path: 'ghost.txt', from: '1'.repeat(40), to: null, mode: '100644', fromMode: '100644' } as const;
    const outcome = await connected().execute({ ...plan, changes: [ghost] }, context());
    expect(outcome).toMatchObject({ failure: { kind: 'refused' } });
    expect(await host.branchExists(names, branch)).toBe(false);
  });

  it('a rule against the branch name is refused, not repeated', async () => {
    const { names, plan } = await simple();
    const rule = async () => ({ status: 422, json: { message: 'Repository rule violations found' } });
    host.front.on({ matches: isWrite('POST', '/git/refs'), before: rule }, 'always');
    expect(await connected().execute(plan, context())).toMatchObject({ failure: { kind: 'refused' } });
    expect(host.front.calls.filter(isWrite('POST', '/git/refs'))).toHaveLength(1);
    expect(await host.openPulls(names)).toEqual([]);
  });

  it.each([
    [401, 'refused'],
    [403, 'refused'],
    [429, 'unavailable'],
    [503, 'unavailable'],
  ])('a %i while reading is %s', async (status, kind) => {
    const { plan } = await simple();
    host.front.on({ matches: ({ path }) => path.endsWith('/pulls'), before: async () => ({ status, json: {} }) });
    expect(await connected().execute(plan, context())).toMatchObject({ failure: { kind } });
  });

  it.each([
    ['branch', 'main/../x'],
    ['branch', 'x.lock'],
    ['owner', '../acme'],
    ['headSha', 'HEAD'],
    ['title', ''],
  ])('parameters with %s %j do not parse', (field, value) => {
    const file = { path: 'a', from: 'a'.repeat(40), to: null, mode: '100644', fromMode: '100644' };
    const sha = 'b'.repeat(40);
    const names = { owner: 'acme', repo: 'shop', base: 'main', pullNumber: 1, mergeSha: sha, headSha: sha };
    const good = { ...names, headTree: sha, branch, title: 't', body: '', changes: [file] };
    expect(action.parameters.safeParse(good).success).toBe(true);
    expect(action.parameters.safeParse({ ...good, [field]: value }).success).toBe(false);
    const escaping = { ...good, changes: [{ ...file, path: '../../.git/config' }] };
    expect(action.parameters.safeParse(escaping).success).toBe(false);
  });
});

describe('taking it back', () => {
  const undoOf = (plan: RollbackParameters) => {
    const [step] = connected().undo(plan, null);
    return closing.parameters.parse(step?.parameters);
  };

  it('closes the pull request once, and says when it is merged', async () => {
    const { names, plan } = await simple();
    await connected().execute(plan, context());
    const close = closing.connect(host.environment);
    expect(await close.reconcile(undoOf(plan), context())).toEqual({ ok: true, value: null });
    const first = await close.execute(undoOf(plan), context());
    expect(await close.execute(undoOf(plan), context())).toEqual(first);
    expect(await close.reconcile(undoOf(plan), context())).toEqual(first);
    expect(await host.openPulls(names)).toEqual([]);
  });

  it('does not close a merged one or one with foreign commits', async () => {
    const { names, plan } = await simple();
    await connected().execute(plan, context());
    const [number = 0] = await host.openPulls(names);
    const close = closing.connect(host.environment);
    const foreign = { ...undoOf(plan), parentSha: 'f'.repeat(40) };
    expect(await close.execute(foreign, context())).toMatchObject({ failure: { kind: 'stale' } });
    await host.github.pulls.merge({ ...names, pull_number: number, merge_method: 'squash' });
    expect(await close.execute(undoOf(plan), context())).toMatchObject({ failure: { kind: 'refused' } });
  });
});
