import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  alertMs,
  clockAt,
  faultyNumber,
  history,
  iso,
  type Lab,
  openChange,
  quoteAfter,
  revertFiles,
  shop,
  startLab,
} from './github-fixture.ts';

const started: Lab[] = [];
const start: typeof startLab = async (given) => {
  const lab = await startLab(given);
  started.push(lab);
  return lab;
};
afterEach(async () => {
  for (const lab of started.splice(0)) await lab.github.close();
});

const mainFiles = async ({ reader }: Lab) => {
  const { data } = await reader.git.getTree({ ...shop, tree_sha: 'main', recursive: '1' });
  return new Map(data.tree.map((entry) => [entry.path, entry]));
};
const ops = { owner: 'acme', repo: 'ops' } as const;

describe('a rollback through the git data API', () => {
  it('opens a pull request whose tree is exactly the tree before the faulty change', async () => {
    const lab = await start();
    lab.clock.advance(120_000);
    const { number, tree } = await openChange(lab, { branch: 'rollback', files: revertFiles });
    const { data } = await lab.reader.pulls.get({ ...shop, pull_number: number });
    const paths = (await lab.reader.git.getTree({ ...shop, tree_sha: tree, recursive: '1' })).data.tree.map(
      ({ path }) => path,
    );

    expect(number).toBe(5);
    expect(data).toMatchObject({
      state: 'open',
      merged: false,
      mergeable: true,
      changed_files: 2,
      created_at: iso(alertMs + 120_000),
    });
    expect(data.html_url).toBe(`${lab.github.url}/acme/shop/pull/5`);
    expect(paths).not.toContain('services/cart/src/limits');
  });

  it('stamps commits made without a date with the time of the lab', async () => {
    const lab = await start();
    lab.clock.advance(61_000);
    const { sha } = await openChange(lab, { branch: 'rollback', files: revertFiles });
    const { data } = await lab.reader.git.getCommit({ ...shop, commit_sha: sha });

    expect(data.committer.date).toBe(iso(alertMs + 61_000));
    expect(data.author.name).toBe('causeway[bot]');
  });

  it('refuses a second reference of the same name and a second pull request of the same branch', async () => {
    const lab = await start();
    const { sha } = await openChange(lab, { branch: 'rollback', files: revertFiles });
    const again = lab.writer.git.createRef({ ...shop, ref: 'refs/heads/rollback', sha });
    await expect(again).rejects.toMatchObject({ status: 422 });
    const twin = lab.writer.pulls.create({ ...shop, title: 'Again', head: 'rollback', base: 'main' });
    await expect(twin).rejects.toMatchObject({ status: 422 });
    const found = await lab.reader.pulls.list({ ...shop, head: 'acme:rollback', state: 'all' });
    expect(found.data.map(({ number }) => number)).toEqual([5]);
  });

  it('refuses a pull request of a branch that does not exist or brings nothing', async () => {
    const lab = await start();
    const sha = (await lab.reader.git.getRef({ ...shop, ref: 'heads/main' })).data.object.sha;
    await lab.writer.git.createRef({ ...shop, ref: 'refs/heads/same', sha });
    for (const head of ['absent', 'same']) {
      const refused = lab.writer.pulls.create({ ...shop, title: 'x', head, base: 'main' });
      await expect(refused).rejects.toMatchObject({ status: 422 });
    }
  });

  it('shows checks as pending, then success after 20 s of the clock', async () => {
    const lab = await start();
    const { sha } = await openChange(lab, { branch: 'feature/roll-back', files: revertFiles });
    const before = await lab.reader.repos.getCombinedStatusForRef({ ...shop, ref: 'feature/roll-back' });
    const during = await lab.reader.checks.listForRef({ ...shop, ref: sha });
    lab.clock.advance(21_000);
    const after = await lab.reader.repos.getCombinedStatusForRef({ ...shop, ref: sha });
    const done = await lab.reader.checks.listForRef({ ...shop, ref: sha });

    expect([before.data.state, after.data.state]).toEqual(['pending', 'success']);
    expect(during.data.check_runs.map(({ status }) => status)).toEqual(['in_progress', 'in_progress']);
    expect(done.data.check_runs.map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
  });
});

describe('merging', () => {
  it('deploys the services whose files changed, live once the clock is 60 to 90 s on', async () => {
    const lab = await start();
    const { number } = await openChange(lab, { branch: 'rollback', files: revertFiles });
    lab.clock.advance(30_000);
    const { data } = await lab.writer.pulls.merge({ ...shop, pull_number: number });
    const states = async () => {
      const [deployment] = (await lab.reader.repos.listDeployments({ ...shop, sha: data.sha })).data;
      const statuses = await lab.reader.repos.listDeploymentStatuses({ ...shop, deployment_id: deployment?.id ?? 0 });
      return { payload: deployment?.payload, state: statuses.data[0]?.state };
    };

    expect(await states()).toEqual({ payload: { service: 'cart' }, state: 'queued' });
    lab.clock.advance(59_000);
    expect((await states()).state).toBe('in_progress');
    lab.clock.advance(31_000);
    expect((await states()).state).toBe('success');
    const pull = (await lab.reader.pulls.get({ ...shop, pull_number: number })).data;
    expect(pull).toMatchObject({
      merged: true,
      merged_at: iso(alertMs + 30_000),
      merge_commit_sha: data.sha,
      state: 'closed',
    });
    expect((await mainFiles(lab)).has('services/cart/src/limits/limit.ts')).toBe(false);
  });

  it('tells the world once that the fault is gone after the right revert, and what CI deploys for it', async () => {
    const lab = await start();
    const { number } = await openChange(lab, { branch: 'rollback', files: revertFiles });
    const { data } = await lab.writer.pulls.merge({ ...shop, pull_number: number, merge_method: 'squash' });

    const deploys = [{ service: expect.any(String), startedAtMs: alertMs, liveAtMs: expect.any(Number) }];
    expect(lab.told).toEqual([
      { kind: 'merge', repository: 'acme/shop', sha: data.sha, atMs: alertMs, heals: true, deploys },
    ]);
  });

  it.each([
    ['another change', { 'services/orders/src/place.ts': 'export const place = 1;\n' }],
    ['half of the change', { 'services/cart/src/quote.ts': 'export const timeoutMs = 800;\n' }],
  ])('tells the world that the fault is still there after a revert of %s', async (_, files) => {
    const lab = await start();
    const { number } = await openChange(lab, { branch: 'wrong', files });
    await lab.writer.pulls.merge({ ...shop, pull_number: number });

    expect(lab.told).toMatchObject([{ kind: 'merge', heals: false }]);
  });

  it('tells the world when the fault comes back', async () => {
    const lab = await start();
    const first = await openChange(lab, { branch: 'rollback', files: revertFiles });
    await lab.writer.pulls.merge({ ...shop, pull_number: first.number });
    const second = await openChange(lab, { branch: 'again', files: { 'services/cart/src/quote.ts': quoteAfter } });
    await lab.writer.pulls.merge({ ...shop, pull_number: second.number });

    expect(lab.told.map((intervention) => intervention.kind === 'merge' && intervention.heals)).toEqual([true, false]);
  });

  it('keeps what landed on the base meanwhile', async () => {
    const lab = await start();
    const rollback = await openChange(lab, { branch: 'rollback', files: revertFiles });
    const other = await openChange(lab, { branch: 'other', files: { 'services/orders/new.ts': 'export {};\n' } });
    await lab.writer.pulls.merge({ ...shop, pull_number: other.number });
    await lab.writer.pulls.merge({ ...shop, pull_number: rollback.number });
    const files = await mainFiles(lab);

    expect(files.has('services/orders/new.ts')).toBe(true);
    expect(files.has('services/cart/src/limits/limit.ts')).toBe(false);
    expect(lab.told.map((intervention) => intervention.kind === 'merge' && intervention.heals)).toEqual([false, true]);
  });

  it('refuses a conflict, a draft, a moved head and a second merge', async () => {
    const lab = await start();
    const draft = await openChange(lab, { branch: 'draft', files: revertFiles, draft: true });
    const left = await openChange(lab, { branch: 'left', files: { 'README.md': 'left\n' } });
    const right = await openChange(lab, { branch: 'right', files: { 'README.md': 'right\n' } });
    const merge = (number: number, sha?: string) =>
      lab.writer.pulls.merge({ ...shop, pull_number: number, ...(sha === undefined ? {} : { sha }) });

    await expect(merge(draft.number)).rejects.toMatchObject({ status: 405 });
    await expect(merge(left.number, right.sha)).rejects.toMatchObject({ status: 409 });
    await merge(left.number, left.sha);
    await expect(merge(left.number)).rejects.toMatchObject({ status: 405 });
    await expect(merge(right.number)).rejects.toMatchObject({ status: 405 });
    expect((await lab.reader.pulls.get({ ...shop, pull_number: right.number })).data.mergeable).toBe(false);
    expect(lab.told).toHaveLength(1);
  });

  it('lets the simulated teammate merge what is open, drafts too', async () => {
    const lab = await start();
    const { number } = await openChange(lab, { branch: 'rollback', files: revertFiles, draft: true });
    const open = await lab.github.openPulls();
    const outcome = await lab.github.mergePull('acme/shop', number);
    const again = await lab.github.mergePull('acme/shop', number);

    expect(open).toMatchObject([{ repository: 'acme/shop', number, draft: true, checks: 'pending' }]);
    expect([outcome.kind, again.kind]).toEqual(['merged', 'refused']);
    expect(await lab.github.openPulls()).toEqual([]);
    expect((await lab.reader.pulls.get({ ...shop, pull_number: number })).data.merged_by?.login).toBe('dana');
  });

  it('deploys nothing for documentation and tests', async () => {
    const lab = await start();
    const files = { 'services/cart/README.md': 'Carts.\n', 'services/cart/test/quote.test.ts': '// later\n' };
    const { number } = await openChange(lab, { branch: 'docs', files });
    const { data } = await lab.writer.pulls.merge({ ...shop, pull_number: number });

    expect((await lab.reader.repos.listDeployments({ ...shop, sha: data.sha })).data).toEqual([]);
  });

  it('deploys the service whose configuration another repository holds', async () => {
    const lab = await start();
    const platform = { owner: 'acme', repo: 'platform' } as const;
    const current = await lab.reader.repos.getContent({ ...platform, path: 'config/orders.yaml' });
    await lab.writer.repos.createOrUpdateFileContents({
      ...platform,
      path: 'config/orders.yaml',
      message: 'Smaller pool',
      content: Buffer.from('pool: 20\n').toString('base64'),
      ...('sha' in current.data ? { sha: current.data.sha } : {}),
    });
    const { data } = await lab.reader.repos.listDeployments(platform);

    expect(data[0]).toMatchObject({ payload: { service: 'orders' }, created_at: iso(alertMs) });
    expect(lab.told).toMatchObject([{ kind: 'merge', repository: 'acme/platform', heals: false }]);
  });
});

describe('workflow dispatch', () => {
  const inputs = { flag: 'new-search', enabled: 'false', idempotency_key: 'plan-7/step-1' };
  const dispatch = (lab: Lab, given: { [name: string]: string } = inputs, workflow = 'feature-flag.yml') =>
    lab.writer.actions.createWorkflowDispatch({ ...ops, workflow_id: workflow, ref: 'main', inputs: given });

  it('runs to success with the clock, and can be found by its key', async () => {
    const lab = await start();
    const { status } = await dispatch(lab);
    const runs = async () =>
      (await lab.reader.actions.listWorkflowRunsForRepo({ ...ops, event: 'workflow_dispatch' })).data;
    lab.clock.advance(5_000);
    const running = (await runs()).workflow_runs[0];
    lab.clock.advance(15_000);
    const done = await lab.reader.actions.getWorkflowRun({ ...ops, run_id: running?.id ?? 0 });

    expect(status).toBe(204);
    expect(running).toMatchObject({ status: 'in_progress', conclusion: null, created_at: iso(alertMs) });
    expect(running?.display_title).toContain('idempotency_key=plan-7/step-1');
    expect(done.data).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(lab.told).toEqual([{ kind: 'workflow', workflow: 'feature-flag.yml', inputs, atMs: alertMs }]);
  });

  it('does nothing for a key it has seen, and shows the second run as skipped', async () => {
    const lab = await start();
    await dispatch(lab);
    await dispatch(lab);
    const { data } = await lab.reader.actions.listWorkflowRuns({ ...ops, workflow_id: 'feature-flag.yml' });

    expect(data.workflow_runs.map(({ conclusion }) => conclusion)).toEqual(['skipped', null]);
    expect(lab.told).toHaveLength(1);
  });

  it('filters runs by when they were created', async () => {
    const lab = await start();
    await dispatch(lab, { service: 'cart', replicas: '4' }, 'scale.yml');
    lab.clock.advance(60_000);
    await dispatch(lab, { service: 'cart' }, 'restart.yml');
    const { data } = await lab.reader.actions.listWorkflowRunsForRepo({
      ...ops,
      created: `>=${iso(alertMs + 30_000)}`,
    });

    expect(data.workflow_runs.map(({ path }) => path)).toEqual(['.github/workflows/restart.yml']);
  });

  it('refuses unknown workflows, missing inputs and inputs the file does not declare', async () => {
    const lab = await start();
    await expect(dispatch(lab, {}, 'absent.yml')).rejects.toMatchObject({ status: 404 });
    await expect(dispatch(lab, { flag: 'x' })).rejects.toMatchObject({ status: 422 });
    await expect(dispatch(lab, { ...inputs, force: 'yes' })).rejects.toMatchObject({ status: 422 });
    expect(lab.told).toEqual([]);
  });
});

describe('a restart', () => {
  const inDirectory = async (work: (directory: string) => Promise<void>): Promise<void> => {
    const directory = await mkdtemp(join(tmpdir(), 'lab-github-'));
    try {
      await work(directory);
    } finally {
      await rm(directory, { recursive: true });
    }
  };

  it('comes back with the same pull requests, commits, deployments, runs and interventions', () =>
    inDirectory(async (stateDirectory) => {
      const before = await start({ stateDirectory });
      before.clock.advance(90_000);
      const { number, sha } = await openChange(before, { branch: 'rollback', files: revertFiles });
      const waiting = await openChange(before, { branch: 'waiting', files: { 'README.md': 'more\n' }, draft: true });
      before.clock.advance(45_000);
      const merge = await before.writer.pulls.merge({ ...shop, pull_number: number });
      await before.writer.actions.createWorkflowDispatch({
        ...ops,
        workflow_id: 'restart.yml',
        ref: 'main',
        inputs: { service: 'cart' },
      });
      const picture = async ({ reader, github }: Lab) => {
        const answers = [
          await reader.pulls.list({ ...shop, state: 'all' }),
          await reader.repos.listCommits({ ...shop }),
          await reader.repos.listDeployments({ ...shop }),
          await reader.actions.listWorkflowRunsForRepo(ops),
          await reader.pulls.get({ ...shop, pull_number: waiting.number }),
        ];
        return JSON.stringify(answers.map(({ data }) => data)).replaceAll(github.url, '');
      };
      const first = await picture(before);
      await before.github.close();
      const after = await start({ stateDirectory, clock: clockAt(before.clock.nowMs()) });

      expect(await picture(after)).toBe(first);
      expect(after.told).toEqual(before.told);
      expect(after.told).toMatchObject([{ kind: 'merge', sha: merge.data.sha, heals: true }, { kind: 'workflow' }]);
      expect((await after.reader.git.getRef({ ...shop, ref: 'heads/rollback' })).data.object.sha).toBe(sha);
    }));

  it('forgets a line that was cut short, as it was never answered', () =>
    inDirectory(async (stateDirectory) => {
      const before = await start({ stateDirectory });
      await openChange(before, { branch: 'rollback', files: revertFiles });
      await before.github.close();
      await appendFile(join(stateDirectory, 'github.jsonl'), '{"atMs":17');
      const after = await start({ stateDirectory });
      await after.github.mergePull('acme/shop', 5);
      await after.github.close();
      const last = await start({ stateDirectory });

      expect(last.told).toMatchObject([{ heals: true }]);
    }));

  it('refuses a directory of another history and says what to do', () =>
    inDirectory(async (stateDirectory) => {
      await (await start({ stateDirectory })).github.close();
      const other = history.filter(({ number }) => number !== faultyNumber);

      await expect(startLab({ stateDirectory, history: other })).rejects.toThrow('start the lab in another directory');
    }));
});
