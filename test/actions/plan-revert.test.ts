/** Goal: a merge is taken back as a whole or not at all. Method: real git histories, the planner over the real SDK. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectReader } from '../../src/actions/github/client.ts';
import { effectOf } from '../../src/actions/rollback/judge-paths.ts';
import { planRevert, type RevertPlan } from '../../src/actions/rollback/plan-revert.ts';
import { type Files, type GitHost, type Names, startGitHost } from './support/git-host.ts';

let host: GitHost;
beforeAll(async () => {
  host = await startGitHost();
});
afterAll(() => host.close());
afterEach(() => host.front.clear());

type Asked = { pullNumber: number } | { sha: string };

function plan(names: Names, asked: Asked): Promise<RevertPlan> {
  const github = connectReader(host.environment, AbortSignal.timeout(15_000));
  return planRevert(github, { ...names, base: 'main', pullNumber: null, sha: '', ...asked });
}

/** One line per file of a clean plan, or the reasons it is not clean. */
function says(made: RevertPlan): readonly string[] {
  switch (made.kind) {
    case 'clean':
      return made.changes.map((change) => `${effectOf(change)} ${change.path}`);
    case 'conflict':
      return made.files.map(({ path, why }) => `${why} ${path}`);
    case 'impossible':
      return [made.why];
    case 'already-reverted':
    case 'nothing':
      return [made.kind];
  }
}

async function planAfter(before: Files, merged: readonly Files[], later: readonly Files[]): Promise<RevertPlan> {
  const names = await host.repository(before);
  const { number } = await host.merge(names, merged);
  for (const files of later) await host.push(names, 'later', files);
  return plan(names, { pullNumber: number });
}

describe('what was merged', () => {
  it.each([
    ['squash', 'squash'],
    ['merge', 'merge'],
  ] as const)('a %s of two commits goes back whole', async (method, how) => {
    const names = await host.repository({ 'a.txt': '1\n', 'd/e.txt': 'x\n' });
    const { number } = await host.merge(names, [{ 'a.txt': '2\n' }, { 'd/e.txt': 'y\n', 'new.txt': 'n\n' }], method);
    const made = await plan(names, { pullNumber: number });
    expect(made).toMatchObject({ kind: 'clean', merge: { how } });
    expect(says(made)).toEqual(['modify a.txt', 'modify d/e.txt', 'delete new.txt']);
  });

  it('a rebase of three commits goes back as a range', async () => {
    const names = await host.repository({ 'a.txt': '1\n' });
    const number = await host.rebase(names, [{ 'a.txt': '2\n' }, { 'b.txt': 'b\n' }, { 'c.txt': 'c\n' }]);
    const made = await plan(names, { pullNumber: number });
    expect(made).toMatchObject({ kind: 'clean', merge: { how: 'rebase' } });
    expect(says(made)).toEqual(['modify a.txt', 'delete b.txt', 'delete c.txt']);
  });

  it('a rebase that lost a commit is not guessed at', async () => {
    const names = await host.repository({ 'a.txt': '1\n' });
    const number = await host.rebase(names, [{ 'a.txt': '2\n' }, { 'b.txt': 'b\n' }], [0]);
    expect(says(await plan(names, { pullNumber: number }))).toEqual(['ambiguous-rebase']);
  });

  it('a commit pushed without a pull request goes back', async () => {
    const names = await host.repository({ 'a.txt': '1\n' });
    const sha = await host.push(names, 'direct', { 'a.txt': '2\n' });
    expect(says(await plan(names, { sha }))).toEqual(['modify a.txt']);
  });

  it('an open pull request is not merged', async () => {
    const names = await host.repository();
    const pullNumber = await host.openPull(names, [{ a: '1' }], 'open');
    expect(says(await plan(names, { pullNumber }))).toEqual(['not-merged']);
  });

  it('a pull request merged elsewhere is refused', async () => {
    const names = await host.repository({ 'a.txt': '1\n' });
    await host.github.git.createRef({ ...names, ref: 'refs/heads/release', sha: await host.headOf(names) });
    const { number } = await host.merge(names, [{ 'a.txt': '2\n' }]);
    const github = connectReader(host.environment, AbortSignal.timeout(15_000));
    const made = await planRevert(github, { ...names, base: 'release', pullNumber: number, sha: '' });
    expect(says(made)).toEqual(['merged-into-another-branch']);
  });

  it('a commit that is not on the base is refused', async () => {
    const names = await host.repository();
    const sha = await host.commit(names, { parents: [await host.headOf(names)], message: 'x', files: { a: '1' } });
    expect(says(await plan(names, { sha }))).toEqual(['merge-not-on-base']);
  });

  it("the repository's first commit is refused", async () => {
    const names = await host.repository();
    expect(says(await plan(names, { sha: await host.headOf(names) }))).toEqual(['root-commit']);
  });

  it('a merge that changed nothing is nothing', async () => {
    const names = await host.repository();
    const { number } = await host.merge(names, [{}]);
    expect(says(await plan(names, { pullNumber: number }))).toEqual(['nothing']);
  });
});

describe('every kind of file', () => {
  it('added, deleted, modified and renamed, while the base moved elsewhere', async () => {
    const made = await planAfter(
      { 'old.txt': 'o\n', 'm.txt': '1\n', 'from.txt': 'same\n' },
      [{ 'new.txt': 'n\n', 'old.txt': null, 'm.txt': '2\n', 'from.txt': null, 'to.txt': 'same\n' }],
      [{ 'z.txt': 'later\n' }],
    );
    expect(says(made)).toEqual([
      'restore from.txt',
      'modify m.txt',
      'delete new.txt',
      'restore old.txt',
      'delete to.txt',
    ]);
  });

  it('a mode change alone', async () => {
    const made = await planAfter({ 'run.sh': 'x\n' }, [{ 'run.sh': { mode: '100755', content: 'x\n' } }], []);
    expect(made).toMatchObject({ kind: 'clean', changes: [{ fromMode: '100755', mode: '100644' }] });
    expect(says(made)).toEqual(['mode run.sh']);
  });

  it('symlinks and submodule pointers keep their mode', async () => {
    const submodule = (digit: string) => ({ mode: '160000', type: 'commit', sha: digit.repeat(40) }) as const;
    const made = await planAfter(
      { link: { mode: '120000', content: 'a' }, sub: submodule('1'), file: 'plain\n' },
      [{ link: { mode: '120000', content: 'b' }, sub: submodule('2'), file: { mode: '120000', content: 'link' } }],
      [],
    );
    const modes = made.kind === 'clean' ? made.changes.map(({ path, mode }) => `${path} ${mode}`) : [];
    expect(modes).toEqual(['file 100644', 'link 120000', 'sub 160000']);
  });

  it('350 files, beyond what file lists show', async () => {
    const many = Object.fromEntries(Array.from({ length: 350 }, (_, index) => [`p/${index % 7}/f${index}.txt`, 'x\n']));
    const made = await planAfter({ 'k.txt': 'k\n' }, [many], []);
    expect(says(made)).toHaveLength(350);
  });
});

describe('what happened later', () => {
  type Case = { name: string; before: Files; merged: Files; later: Files; expected: string };
  const executable = { mode: '100755', content: '2\n' } as const;
  it.each<Case>([
    { name: 'changed', before: { a: '1' }, merged: { a: '2' }, later: { a: '3' }, expected: 'changed-later a' },
    { name: 'deleted', before: { a: '1' }, merged: { a: '2' }, later: { a: null }, expected: 'deleted-later a' },
    {
      name: 'came back',
      before: { a: '1' },
      merged: { a: null },
      later: { a: '3' },
      expected: 'created-again-later a',
    },
    {
      name: 'mode',
      before: { a: '1' },
      merged: { a: '2\n' },
      later: { a: executable },
      expected: 'mode-changed-later a',
    },
    {
      name: 'name taken',
      before: { a: '1' },
      merged: { a: null },
      later: { 'a/b': '3' },
      expected: 'path-taken-later a',
    },
    {
      name: 'half put back',
      before: { a: '1', b: '1' },
      merged: { a: '2', b: '2' },
      later: { a: '1' },
      expected: 'already-back a',
    },
    {
      name: 'wholly put back',
      before: { a: '1' },
      merged: { a: '2', n: 'n' },
      later: { a: '1', n: null },
      expected: 'already-reverted',
    },
  ])('$name: $expected', async ({ before, merged, later, expected }) => {
    expect(says(await planAfter(before, [merged], [later]))).toEqual([expected]);
  });

  it('reverted and landed again is clean again', async () => {
    const made = await planAfter({ a: '1\n' }, [{ a: '2\n' }], [{ a: '1\n' }, { a: '2\n' }]);
    expect(says(made)).toEqual(['modify a']);
  });

  it('a file that became a directory swaps back', async () => {
    const made = await planAfter({ a: '1\n' }, [{ a: null }, { 'a/b': 'in\n', 'a/c/d': 'in\n' }], []);
    expect(says(made).toSorted()).toEqual(['delete a/b', 'delete a/c/d', 'restore a']);
  });

  it('a truncated tree decides nothing', async () => {
    const names = await host.repository({ a: '1\n' });
    const { number } = await host.merge(names, [{ a: '2\n' }]);
    const after = async (_call: unknown, answer: { status: number; json: unknown }) => ({
      ...answer,
      json: { ...(answer.json as object), truncated: true },
    });
    host.front.on({ matches: ({ path }) => path.includes('/git/trees/'), after }, 'always');
    expect(says(await plan(names, { pullNumber: number }))).toEqual(['tree-truncated']);
  });
});
