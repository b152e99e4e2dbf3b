/**
 * Goal: what the flow does with a plan works end to end against the local world's GitHub, which keeps its own tokens,
 * checks, deployments, workflow runs and clock.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { action as dispatch } from '../../src/actions/github-workflow-dispatch.ts';
import { connectRollbackPlanner } from '../../src/actions/rollback/connect-planner.ts';
import { connectPullWatch } from '../../src/actions/rollback/watch-pull.ts';
import { action as rollback } from '../../src/actions/rollback-pull-request.ts';
import { alertMs, faultyNumber, type Lab, startLab } from '../lab/github-fixture.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.github.close());

const signal = (): AbortSignal => AbortSignal.timeout(15_000);
const context = () => ({ signal: signal(), nowMs: alertMs, key: 'PLAN-1:step' });
const environment = () => ({
  GITHUB_API_URL: lab.github.url,
  GITHUB_WEB_URL: lab.github.url,
  GITHUB_TOKEN: lab.github.readToken,
  GITHUB_WRITE_TOKEN: lab.github.writeToken,
});

it('plans with the read token, opens, and follows a rollback until it is live and heals', async () => {
  const request = { repository: 'acme/shop', pullNumber: faultyNumber, sha: '', nowMs: alertMs, signal: signal() };
  const draft = await connectRollbackPlanner(environment())(request);
  if (draft.kind !== 'clean') throw new Error(JSON.stringify(draft));
  expect(draft.diff).toContain('-export const timeoutMs = 80;\n+export const timeoutMs = 800;');
  const plan = rollback.parameters.parse({ ...draft.parameters, branch: 'causeway/r1', title: 'Revert', body: 'b' });
  const opened = await rollback.connect(environment()).execute(plan, context());
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  const [pull] = await lab.github.openPulls();
  expect(opened.value).toMatchObject({ pullNumber: pull?.number, url: pull?.url, reused: false });

  const watch = () => connectPullWatch(environment())('acme/shop', pull?.number ?? 0, signal());
  expect(await watch()).toMatchObject({ state: 'open', checks: 'pending', deployment: null });
  lab.clock.advance(60_000);
  expect(await watch()).toMatchObject({ state: 'open', checks: 'success', mergedAtMs: null });
  await lab.github.mergePull('acme/shop', pull?.number ?? 0);
  const mergedAtMs = lab.clock.nowMs();
  expect(await watch()).toMatchObject({ state: 'merged', mergedAtMs, deployment: { liveAtMs: null } });
  lab.clock.advance(300_000);
  const live = await watch();
  expect(live.deployment).toEqual({ state: 'success', liveAtMs: expect.any(Number) });
  expect(live.deployment?.liveAtMs).toBeGreaterThan(mergedAtMs);
  const merges = lab.told.filter(({ kind }) => kind === 'merge');
  expect(merges).toMatchObject([{ repository: 'acme/shop', heals: true }]);
});

it('runs the flag workflow once and waits for it on the local clock', async () => {
  const plan = dispatch.parameters.parse({
    owner: 'acme',
    repo: 'ops',
    workflow: 'feature-flag.yml',
    ref: 'main',
    inputs: { flag: 'new-checkout', enabled: 'false' },
    timeoutSeconds: 10,
  });
  const connected = dispatch.connect(environment());
  const ticking = setInterval(() => lab.clock.advance(30_000), 100);
  try {
    const first = await connected.execute(plan, context());
    expect(first).toMatchObject({ ok: true, value: { conclusion: 'success' } });
    expect(await connected.execute(plan, context())).toEqual(first);
  } finally {
    clearInterval(ticking);
  }
  const flips = lab.told.filter(({ kind }) => kind === 'workflow');
  expect(flips).toMatchObject([{ workflow: 'feature-flag.yml', inputs: { flag: 'new-checkout', enabled: 'false' } }]);
});

it('the read token cannot carry out a plan', async () => {
  const plan = dispatch.parameters.parse({
    owner: 'acme',
    repo: 'ops',
    workflow: 'scale.yml',
    ref: 'main',
    inputs: {},
  });
  const reader = dispatch.connect({ ...environment(), GITHUB_WRITE_TOKEN: lab.github.readToken });
  expect(await reader.execute(plan, context())).toMatchObject({ failure: { kind: 'refused' } });
});
