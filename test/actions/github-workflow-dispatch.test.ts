/** Goal: a workflow runs once per approved step, and its end is known or named unknown. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { action } from '../../src/actions/github-workflow-dispatch.ts';
import { startWorkflowHost, type WorkflowHost } from './support/workflow-host.ts';

let host: WorkflowHost;
beforeEach(async () => {
  host = await startWorkflowHost();
});
afterEach(() => host.close());

const context = (key = 'PLAN-1:disable', signal = AbortSignal.timeout(15_000)) => ({ signal, nowMs: 0, key });
const connected = () => action.connect(host.environment);
const parameters = (more: object = {}) =>
  action.parameters.parse({
    owner: 'acme',
    repo: 'ops',
    workflow: 'feature-flag.yml',
    ref: 'main',
    inputs: { flag: 'new-checkout', enabled: 'false', percent: 0, force: true },
    undoInputs: { flag: 'new-checkout', enabled: 'true' },
    timeoutSeconds: 5,
    appearWithinSeconds: 1,
    ...more,
  });

describe('running', () => {
  it('dispatches typed inputs as text with our key and waits for success', async () => {
    const outcome = await connected().execute(parameters(), context());
    const url = 'https://github.example/acme/ops/actions/runs/100';
    expect(outcome).toEqual({ ok: true, value: { runId: 100, conclusion: 'success', url } });
    expect(host.runs.map(({ inputs }) => inputs)).toEqual([
      { flag: 'new-checkout', enabled: 'false', percent: '0', force: 'true', idempotency_key: 'PLAN-1:disable' },
    ]);
  });

  it('waits for a run that GitHub lists late', async () => {
    host.behaviour.shownAfter = 2;
    expect(await connected().execute(parameters(), context())).toMatchObject({ ok: true });
  });

  it('says when the run failed, with its page', async () => {
    host.behaviour.conclusion = 'failure';
    const outcome = await connected().execute(parameters(), context());
    expect(outcome).toMatchObject({ failure: { kind: 'refused', reason: expect.stringContaining('/runs/100') } });
  });

  it('is unknown when the run does not end in time', async () => {
    host.behaviour.endsAfter = Number.POSITIVE_INFINITY;
    const outcome = await connected().execute(parameters({ timeoutSeconds: 1 }), context());
    expect(outcome).toMatchObject({ failure: { kind: 'unknown', reason: expect.stringContaining('1 s') } });
  });

  it('stops waiting at once when it is told to', async () => {
    host.behaviour.endsAfter = Number.POSITIVE_INFINITY;
    const stop = new AbortController();
    const running = connected().execute(parameters({ timeoutSeconds: 600 }), context('k', stop.signal));
    setTimeout(() => stop.abort(), 300);
    expect(await running).toMatchObject({ failure: { kind: 'unknown' } });
  });

  it('is refused when GitHub refuses, and does not repeat', async () => {
    host.behaviour.dispatchStatus = 422;
    expect(await connected().execute(parameters(), context())).toMatchObject({ failure: { kind: 'refused' } });
    expect(host.runs).toEqual([]);
  });
});

describe('once', () => {
  it('the same step again finds its run', async () => {
    const first = await connected().execute(parameters(), context());
    expect(await connected().execute(parameters(), context())).toEqual(first);
    expect(host.runs).toHaveLength(1);
  });

  it('another step makes another run, also when its key begins with the first one', async () => {
    await connected().execute(parameters(), context('PLAN-1:disable-2'));
    await connected().execute(parameters(), context('PLAN-1:disable'));
    await connected().execute(parameters(), context('1:disable'));
    expect(host.runs.map(({ inputs }) => inputs['idempotency_key'])).toEqual([
      'PLAN-1:disable-2',
      'PLAN-1:disable',
      '1:disable',
    ]);
  });

  it('an answer lost after the effect is unknown, and reconciling finds the run', async () => {
    host.behaviour.cut = 'after';
    expect(await connected().execute(parameters(), context())).toMatchObject({ failure: { kind: 'unknown' } });
    const found = await connected().reconcile(parameters(), context());
    expect(found).toMatchObject({ ok: true, value: { runId: 100, conclusion: 'success' } });
    expect(host.runs).toHaveLength(1);
  });

  it('an effect that never happened reconciles to nothing', async () => {
    host.behaviour.cut = 'before';
    expect(await connected().execute(parameters(), context())).toMatchObject({ failure: { kind: 'unknown' } });
    expect(await connected().reconcile(parameters(), context())).toEqual({ ok: true, value: null });
  });
});

describe('before and after', () => {
  it('a dry run says the call and makes none', async () => {
    const said = await connected().dryRun(parameters({ inputs: { flag: 'x' } }), context());
    const call = 'POST /repos/acme/ops/actions/workflows/feature-flag.yml/dispatches';
    const inputs = '{"flag":"x","idempotency_key":"PLAN-1:disable"}';
    expect(said).toEqual({ ok: true, value: [`${call}: ref main, inputs ${inputs}`] });
    expect(host.runs).toEqual([]);
  });

  it('a workflow that is not there is refused before anything runs', async () => {
    const missing = parameters({ workflow: 'gone.yml' });
    expect(await connected().check([], missing, context())).toMatchObject({ failure: { kind: 'refused' } });
    expect(await connected().check([], parameters(), context())).toEqual({ ok: true, value: null });
  });

  it('undo runs the declared inverse, whose undo is the original', () => {
    const [step] = connected().undo(parameters(), null);
    const inverse = action.parameters.parse(step?.parameters);
    expect(inverse.inputs).toEqual({ flag: 'new-checkout', enabled: 'true' });
    expect(connected().undo(inverse, null)[0]?.parameters).toEqual(parameters());
    expect(connected().undo(parameters({ undoInputs: null }), null)).toEqual([]);
  });

  it.each([
    ['workflow', '../secrets.yml'],
    ['workflow', 'flag.sh'],
    ['ref', 'main;rm'],
    ['inputs', { idempotency_key: 'mine' }],
    ['inputs', { 'a b': 'x' }],
  ])('%s %j does not parse', (field, value) => {
    expect(action.parameters.safeParse({ ...parameters(), [field]: value }).success).toBe(false);
  });
});
