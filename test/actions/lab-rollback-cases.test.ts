/** Goal: each way a rollback can meet the world, against the local world's GitHub: planned, carried out, or said why not. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { action as close } from '../../src/actions/close-pull-request.ts';
import { connectRollbackPlanner } from '../../src/actions/rollback/connect-planner.ts';
import { action as rollback } from '../../src/actions/rollback-pull-request.ts';
import { alertMs, faultyNumber, type Lab, openChange, startLab } from '../lab/github-fixture.ts';
import { type Front, startFront } from './support/github-front.ts';

const quote = 'services/cart/src/quote.ts';
let lab: Lab;
let front: Front;
beforeEach(async () => {
  lab = await startLab();
  front = await startFront(lab.github.url);
});
afterEach(async () => {
  await front.close();
  await lab.github.close();
});

const signal = (): AbortSignal => AbortSignal.timeout(15_000);
const context = (key = 'plan-1:open') => ({ signal: signal(), nowMs: alertMs, key });
const environment = () => ({
  GITHUB_API_URL: front.url,
  GITHUB_WEB_URL: lab.github.url,
  GITHUB_TOKEN: lab.github.readToken,
  GITHUB_WRITE_TOKEN: lab.github.writeToken,
});
const draftOf = (pullNumber = faultyNumber) =>
  connectRollbackPlanner(environment())({
    repository: 'acme/shop',
    pullNumber,
    sha: '',
    nowMs: alertMs,
    signal: signal(),
  });
async function plan() {
  const draft = await draftOf();
  if (draft.kind !== 'clean') throw new Error(JSON.stringify(draft));
  return rollback.parameters.parse({ ...draft.parameters, branch: 'causeway/r1', title: 'Revert', body: 'b' });
}
const open = async (parameters: Awaited<ReturnType<typeof plan>>) =>
  rollback.connect(environment()).execute(parameters, context());

/** A change of the shop, merged by a person. */
async function merge(branch: string, files: { readonly [path: string]: string | null }): Promise<number> {
  const { number } = await openChange(lab, { branch, files });
  await lab.github.mergePull('acme/shop', number);
  return number;
}

it('clean: one pull request, and the merge heals', async () => {
  expect(await open(await plan())).toMatchObject({ ok: true, value: { reused: false } });
  const [pull] = await lab.github.openPulls();
  await lab.github.mergePull('acme/shop', pull?.number ?? 0);
  expect(lab.told).toMatchObject([{ kind: 'merge', heals: true }]);
});

it('conflicting: nothing is opened, and the file is named with why', async () => {
  await merge('later', { [quote]: 'export const timeoutMs = 40;\n' });
  expect(await draftOf()).toMatchObject({
    kind: 'conflict',
    files: [{ path: quote, why: 'changed again after the merge' }],
  });
});

it('migration: a person has to decide', async () => {
  const number = await merge('table', {
    'services/orders/migrations/0007_orders.sql': 'alter table orders add x int;\n',
  });
  const draft = await draftOf(number);
  if (draft.kind !== 'clean') throw new Error(JSON.stringify(draft));
  expect(draft.checks[0]).toEqual({ level: 'hold', says: expect.stringContaining('0007_orders.sql') });
});

it('already reverted: nothing is left to do', async () => {
  await open(await plan());
  const [pull] = await lab.github.openPulls();
  await lab.github.mergePull('acme/shop', pull?.number ?? 0);
  expect(await draftOf()).toEqual({ kind: 'already-reverted' });
});

it('base moved after the approval: stale, and nothing is left behind', async () => {
  const parameters = await plan();
  await merge('later', { 'README.md': '# moved\n' });
  expect(await rollback.connect(environment()).check([], parameters, context())).toMatchObject({
    failure: { kind: 'stale' },
  });
  expect(await open(parameters)).toMatchObject({ failure: { kind: 'stale' } });
  expect(await lab.github.openPulls()).toEqual([]);
});

it('closed by a person: stays closed, and the undo of a closed one changes nothing', async () => {
  const parameters = await plan();
  const opened = await open(parameters);
  if (!opened.ok) throw new Error(opened.failure.reason);
  const [step] = rollback.connect(environment()).undo(parameters, opened.value);
  const back = close.parameters.parse(step?.parameters);
  const closing = close.connect(environment());
  expect(await closing.execute(back, context('undo:close'))).toMatchObject({ ok: true, value: { closed: true } });
  expect(await closing.execute(back, context('undo:close'))).toMatchObject({ ok: true, value: { closed: true } });
  expect(await open(parameters)).toMatchObject({ failure: { kind: 'refused' } });
  expect(await lab.github.openPulls()).toEqual([]);
});

it('permission missing: refused, with what to check', async () => {
  const parameters = await plan();
  const reading = { ...environment(), GITHUB_WRITE_TOKEN: lab.github.readToken };
  expect(await rollback.connect(reading).execute(parameters, context())).toMatchObject({
    failure: { kind: 'refused', reason: expect.stringContaining('causeway doctor') },
  });
  expect(await lab.github.openPulls()).toEqual([]);
});

it('rate limited: unavailable, and the same plan works afterwards, once', async () => {
  const parameters = await plan();
  front.on({ matches: ({ method }) => method === 'POST', before: async () => ({ status: 429, json: {} }) });
  expect(await open(parameters)).toMatchObject({
    failure: { kind: 'unavailable', reason: expect.stringContaining('rate limit') },
  });
  expect(await open(parameters)).toMatchObject({ ok: true });
  expect(await lab.github.openPulls()).toHaveLength(1);
});
