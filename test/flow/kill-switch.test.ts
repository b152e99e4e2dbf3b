/**
 * Goal: the kill switch reaches a call that is under way, and what it leaves behind is told as it is. Method: the real
 * action over real HTTP against the lab's cluster behind a front that never answers, before the effect or after it.
 */
import { expect, it, onTestFinished } from 'vitest';
import { action as scale } from '../../src/actions/kubernetes-scale.ts';
import type { PlanStep } from '../../src/core/plan.ts';
import { decide } from '../../src/flow/decide.ts';
import { remediationWorkflow } from '../../src/flow/remediate.ts';
import { remediationId, submitPlan } from '../../src/flow/submit-plan.ts';
import type { World } from '../../src/flow/world.ts';
import { buildWorld } from '../../src/lab/build-world.ts';
import { clusterAt } from '../../src/lab/kubernetes/cluster.ts';
import { startKubernetes } from '../../src/lab/kubernetes.ts';
import { type Call, type Front, isWrite, startFront } from '../actions/support/github-front.ts';
import { oneDatabase } from '../store/one-database.ts';
import { clickOn, createFlowWorld, openIncident, sealedFor } from '../support/flow-world.ts';
import { storedButton } from '../support/plan-button.ts';

const database = oneDatabase();

/** Two approved steps that scale two Deployments of a cluster whose time stands still. */
async function stage(prepare: (front: Front) => void = () => undefined) {
  const built = buildWorld({ fault: 'bad-deploy', seed: 1 });
  const vendor = await startKubernetes({ ...built, nowMs: () => built.startAtMs, port: 0 });
  const front = await startFront(vendor.url);
  prepare(front);
  const flow = await createFlowWorld(database());
  const variables = { ...vendor.environment, KUBERNETES_API_URL: front.url };
  const action = { action: scale, connected: scale.connect(scale.environment.parse(variables)) };
  const world: World = { ...flow.world, actions: [action] };
  flow.engine.register('remediation', remediationWorkflow(world));
  await flow.engine.launch();
  onTestFinished(async () => {
    await world.store.setStopped(null, false);
    await flow.engine.shutdown();
    await front.close();
    await vendor.close();
  });
  const [first, second] = clusterAt(built, built.startAtMs).workloads;
  if (!first || !second) throw new Error('the cluster has too few workloads');
  const step = (id: string, { service, replicas }: typeof first): PlanStep => {
    const place = { namespace: 'shop', deployment: service.id };
    return {
      id,
      action: 'kubernetes-scale',
      parameters: { ...place, fromReplicas: replicas, toReplicas: replicas + 1 },
      says: id,
    };
  };
  const { id: incident, place } = await openIncident(world, flow.channel);
  const sealed = sealedFor(world, { incident, steps: [step('first', first), step('second', second)] });
  const nothing = { thread: null, before: null, cause: null, signal: null, status: null };
  await submitPlan(world, { sealed, place, ...nothing });
  await decide(world, clickOn(flow, await storedButton(world, sealed.plan.id), 'w-lee'));
  return { flow, world, front, sealed };
}
type Stage = Awaited<ReturnType<typeof stage>>;

const isPatch = isWrite('PATCH', '/scale');
const isRead = isWrite('GET', '/scale');
const never = (): Promise<never> => new Promise(() => undefined);
const patches = ({ front }: Stage): number => front.calls.filter(isPatch).length;

/** Waits until the call is under way, and pulls the switch as another process would. How long it took, by the clock. */
async function pull({ flow, world, sealed }: Stage, underWay: () => boolean): Promise<number> {
  await expect.poll(underWay, { timeout: 10_000 }).toBe(true);
  await world.store.setStopped(null, true);
  const pulledAtMs = flow.clock.nowMs();
  const ended = flow.engine.finished(remediationId(sealed.plan.id)).then(() => true);
  while (!(await Promise.race([ended, new Promise<false>((resolve) => setTimeout(resolve, 50, false))]))) {
    flow.clock.advance(50);
  }
  return flow.clock.nowMs() - pulledAtMs;
}

const toldOf = async ({ world, sealed }: Stage) => {
  const rows = await world.store.auditRows({ incident: sealed.plan.incident });
  const results = rows.filter(({ kind }) => kind === 'effect.result').map(({ body }) => body);
  const receipt = rows.find(({ kind }) => kind === 'receipt')?.body['execution'];
  return { results, receipt, state: (await world.store.plan(sealed.plan.id))?.state };
};

it('cuts off a call that hangs before its effect, says that it may have happened, and starts no later step', async () => {
  const here = await stage();
  here.front.on({ matches: isPatch, before: never });

  const tookMs = await pull(here, () => patches(here) === 1);

  expect(tookMs).toBeLessThan(5_000);
  expect(patches(here)).toBe(1);
  const { results, receipt, state } = await toldOf(here);
  expect(state).toBe('stopped');
  expect(results).toMatchObject([{ step: 'first', failure: 'unknown' }]);
  expect(receipt).toMatchObject({
    kind: 'not-done',
    state: 'stopped',
    steps: [
      { id: 'first', end: 'unclear' },
      { id: 'second', end: 'not-done' },
    ],
  });
});

it('finds the effect of a call that hangs after it, and starts no later step', async () => {
  const here = await stage();
  let happened = false;
  here.front.on({
    matches: isPatch,
    after: () => {
      happened = true;
      return never();
    },
  });

  const tookMs = await pull(here, () => happened);

  expect(tookMs).toBeLessThan(5_000);
  expect(patches(here)).toBe(1);
  const { results, receipt, state } = await toldOf(here);
  expect(state).toBe('stopped');
  expect(results).toMatchObject([{ step: 'first', outcome: { replicas: expect.any(Number) } }]);
  expect(receipt).toMatchObject({ steps: [{ end: 'done' }, { end: 'not-done' }] });
});

it('does not wait for a target that does not answer any more when the effect is looked for', async () => {
  const here = await stage();
  here.front.on({ matches: isPatch, before: never });
  const isLook = (call: Call): boolean => isRead(call) && patches(here) > 0;
  here.front.on({ matches: isLook, before: never }, 'always');

  const tookMs = await pull(here, () => patches(here) === 1);

  expect(tookMs).toBeLessThan(5_000);
  expect((await toldOf(here)).receipt).toMatchObject({ steps: [{ end: 'unclear' }, { end: 'not-done' }] });
});

it('ends a plan whose target hangs before anything was written with no step that may have happened', async () => {
  const here = await stage((front) => front.on({ matches: isRead, before: never }, 'always'));

  const tookMs = await pull(here, () => here.front.calls.some(isRead));

  expect(tookMs).toBeLessThan(5_000);
  expect(patches(here)).toBe(0);
  const { results, receipt, state } = await toldOf(here);
  expect(state).toBe('stopped');
  expect(results).toEqual([]);
  expect(receipt).toMatchObject({ kind: 'not-done', steps: [] });
});
