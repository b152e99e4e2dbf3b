/** Goal: a Deployment is changed once per approved step, only as people saw it, and a lost answer is found again. */
import { readFileSync, rmSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { action as restart } from '../../src/actions/kubernetes-restart.ts';
import { action as undoRollout } from '../../src/actions/kubernetes-rollout-undo.ts';
import { action as scale } from '../../src/actions/kubernetes-scale.ts';
import { connectActions, loadActions } from '../../src/actions/load-actions.ts';
import { buildWorld } from '../../src/lab/build-world.ts';
import { clusterAt } from '../../src/lab/kubernetes/cluster.ts';
import { startKubernetes } from '../../src/lab/kubernetes.ts';
import { temporaryDirectory } from '../store/databases.ts';
import { isWrite, startFront } from './support/github-front.ts';

/** Virtual seconds per real second: a rollout takes 75 of them. */
const speed = 300;

async function cluster({
  stateDirectory = null,
  startAtMs,
}: {
  stateDirectory?: string | null;
  startAtMs?: number;
} = {}) {
  const built = buildWorld({ fault: 'bad-deploy', seed: 1 });
  const begunMs = performance.now();
  const fromMs = startAtMs ?? built.startAtMs;
  const nowMs = (): number => Math.floor(fromMs + (performance.now() - begunMs) * speed);
  const vendor = await startKubernetes({ world: built.world, history: built.history, nowMs, port: 0, stateDirectory });
  const front = await startFront(vendor.url);
  onTestFinished(async () => {
    await front.close();
    await vendor.close();
  });
  const environment: { readonly [name: string]: string } = { ...vendor.environment, KUBERNETES_API_URL: front.url };
  const service = built.truth.entity ?? '';
  const workload = () => clusterAt(built, nowMs()).workloads.find((each) => each.service.id === service);
  return {
    front,
    service,
    nowMs,
    world: built.world,
    workload,
    environment,
    place: { namespace: 'shop', deployment: service },
    context: (key = 'plan-1:step', signal = AbortSignal.timeout(15_000)) => ({ signal, nowMs: nowMs(), key }),
  };
}
type Cluster = Awaited<ReturnType<typeof cluster>>;

const restarter = ({ environment }: Cluster) => restart.connect(restart.environment.parse(environment));
const scaler = ({ environment }: Cluster) => scale.connect(scale.environment.parse(environment));
const undoer = ({ environment }: Cluster) => undoRollout.connect(undoRollout.environment.parse(environment));
const patches = ({ front }: Cluster): number => front.calls.filter(({ method }) => method === 'PATCH').length;
const isPatch = isWrite('PATCH', '');

describe('a restart', () => {
  it('rolls every pod and answers only when they are ready', async () => {
    const here = await cluster();
    const before = here.workload()?.revisions.at(-1)?.number ?? 0;
    const ended = await restarter(here).execute(restart.parameters.parse(here.place), here.context());
    expect(ended).toMatchObject({ ok: true, value: { revision: before + 1 } });
    expect(here.workload()?.revisions.at(-1)).toMatchObject({ number: before + 1, restartedMs: expect.any(Number) });
  });

  it('whose answer got lost is found by its mark, and the same key restarts nothing again', async () => {
    const here = await cluster();
    here.front.on({ matches: isPatch, after: async () => 'cut' });
    const place = restart.parameters.parse(here.place);
    expect(await restarter(here).execute(place, here.context())).toMatchObject({ failure: { kind: 'unknown' } });
    expect(await restarter(here).reconcile(place, here.context())).toMatchObject({
      ok: true,
      value: { replicas: expect.any(Number) },
    });
    expect(await restarter(here).execute(place, here.context())).toMatchObject({ ok: true });
    expect(here.world.interventions()).toHaveLength(1);
    expect(await restarter(here).reconcile(place, here.context('plan-2:step'))).toEqual({ ok: true, value: null });
  });

  it('goes through although somebody changes the Deployment in between, and never over that change', async () => {
    const here = await cluster();
    const other = restarter(here);
    const place = restart.parameters.parse(here.place);
    here.front.on({
      matches: isPatch,
      before: async () => {
        await other.execute(place, here.context('plan-0:other'));
        return undefined;
      },
    });
    expect(await restarter(here).execute(place, here.context())).toMatchObject({ ok: true });
    expect(patches(here)).toBeGreaterThanOrEqual(3);
    expect(here.world.interventions()).toHaveLength(2);
  });

  it.each([
    [401, 'refused', 'the write token is wrong'],
    [403, 'refused', 'writer.yaml'],
    [404, 'refused', 'no such workload'],
    [422, 'refused', 'a rule of the cluster'],
    [429, 'unavailable', 'no more requests'],
    [500, 'unknown', 'answered 500'],
  ])('answered %i is %s and says what to do', async (status, kind, says) => {
    const here = await cluster();
    here.front.on({ matches: isPatch, before: async () => ({ status, json: {} }) }, 'always');
    const ended = await restarter(here).execute(restart.parameters.parse(here.place), here.context());
    expect(ended).toMatchObject({ failure: { kind, reason: expect.stringContaining(says) } });
    expect(here.world.interventions()).toEqual([]);
  });

  it('says its one call in a dry run and makes none', async () => {
    const here = await cluster();
    const said = await restarter(here).dryRun(restart.parameters.parse(here.place), here.context());
    expect(said).toMatchObject({ ok: true, value: [expect.stringMatching(/^PATCH \/apis\/apps\/v1\/.*restartedAt/u)] });
    expect(patches(here)).toBe(0);
  });
});

describe('an undo of a rollout', () => {
  const planOf = (here: Cluster, changes: object = {}) => {
    const now = here.workload()?.revisions.at(-1)?.number ?? 0;
    return undoRollout.parameters.parse({ ...here.place, fromRevision: now, toRevision: now - 1, ...changes });
  };

  it('is stale when another revision runs by then, and changes nothing', async () => {
    const here = await cluster();
    const plan = planOf(here, { fromRevision: 3 });
    expect(await undoer(here).check([], plan, here.context())).toMatchObject({ failure: { kind: 'stale' } });
    expect(await undoer(here).execute(plan, here.context())).toMatchObject({ failure: { kind: 'stale' } });
    expect(patches(here)).toBe(0);
  });

  it('is stale when the revision is not kept any more', async () => {
    const here = await cluster();
    const plan = planOf(here, { toRevision: 1 });
    expect(await undoer(here).dryRun(plan, here.context())).toMatchObject({
      failure: { kind: 'stale', reason: expect.stringContaining('keeps no revision 1') },
    });
  });

  it('gives up, stale, when a rollout comes between its reading and its change', async () => {
    const here = await cluster();
    const plan = planOf(here);
    here.front.on({
      matches: isPatch,
      before: async () => {
        await restarter(here).execute(restart.parameters.parse(here.place), here.context('plan-0:other'));
        return undefined;
      },
    });
    expect(await undoer(here).execute(plan, here.context())).toMatchObject({ failure: { kind: 'stale' } });
    expect(here.world.interventions()).toHaveLength(1);
  });

  it('is taken back by the steps it names', async () => {
    const here = await cluster();
    const plan = planOf(here);
    const image = (): string | undefined => here.workload()?.revisions.at(-1)?.image;
    const before = image();
    const ended = await undoer(here).execute(plan, here.context());
    if (!ended.ok) throw new Error(ended.failure.reason);
    const between = image();
    const [step] = undoer(here).undo(plan, ended.value);
    const back = await undoer(here).execute(undoRollout.parameters.parse(step?.parameters), here.context('undo:step'));
    expect(back).toMatchObject({ ok: true });
    expect([between === before, image() === before]).toEqual([false, true]);
  });
});

describe('a scale', () => {
  const planOf = (here: Cluster, changes: object = {}) => {
    const fromReplicas = here.workload()?.replicas ?? 0;
    return scale.parameters.parse({ ...here.place, fromReplicas, toReplicas: fromReplicas + 3, ...changes });
  };

  it('reaches the scale and nothing else of the Deployment', async () => {
    const here = await cluster();
    const plan = planOf(here);
    const ended = await scaler(here).execute(plan, here.context());
    expect(ended).toMatchObject({ ok: true, value: { replicas: plan.toReplicas, before: plan.fromReplicas } });
    expect([...new Set(here.front.calls.map(({ path }) => path.split('/').at(-1)))]).toEqual(['scale']);
  });

  it('is stale when somebody scaled it first', async () => {
    const here = await cluster();
    const plan = planOf(here);
    await scaler(here).execute(planOf(here, { toReplicas: plan.fromReplicas + 1 }), here.context('plan-0:other'));
    expect(await scaler(here).execute(plan, here.context())).toMatchObject({ failure: { kind: 'stale' } });
    expect(here.world.interventions()).toHaveLength(1);
  });

  it('whose answer got lost is found by the number that is set', async () => {
    const here = await cluster();
    const plan = planOf(here);
    expect(await scaler(here).reconcile(plan, here.context())).toEqual({ ok: true, value: null });
    here.front.on({ matches: isPatch, after: async () => 'cut' });
    expect(await scaler(here).execute(plan, here.context())).toMatchObject({ failure: { kind: 'unknown' } });
    const found = await scaler(here).reconcile(plan, here.context());
    expect(found).toMatchObject({ ok: true, value: { replicas: plan.toReplicas } });
  });

  it('to no pods at all is not possible', () => {
    const plan = { namespace: 'shop', deployment: 'web', fromReplicas: 2, toReplicas: 0 };
    expect(scale.parameters.safeParse(plan).success).toBe(false);
  });
});

it('what was changed is still so after a restart of the lab, and is found by its mark', async () => {
  const stateDirectory = temporaryDirectory();
  const before = await cluster({ stateDirectory });
  const place = restart.parameters.parse(before.place);
  const replicas = before.workload()?.replicas ?? 0;
  const bigger = scale.parameters.parse({ ...before.place, fromReplicas: replicas, toReplicas: replicas + 2 });
  expect(await restarter(before).execute(place, before.context())).toMatchObject({ ok: true });
  expect(await scaler(before).execute(bigger, before.context('plan-2:step'))).toMatchObject({ ok: true });

  const after = await cluster({ stateDirectory, startAtMs: before.nowMs() + 1_000 });

  expect(after.world.interventions()).toEqual(before.world.interventions());
  expect(await restarter(after).reconcile(place, after.context())).toMatchObject({
    ok: true,
    value: { replicas: expect.any(Number) },
  });
  expect(await scaler(after).reconcile(bigger, after.context('plan-2:step'))).toMatchObject({
    ok: true,
    value: { replicas: replicas + 2 },
  });
  rmSync(stateDirectory, { recursive: true });
});

describe('the write credentials', () => {
  it("are not the reader's: with the reader's alone the actions are off", async () => {
    const { environment } = await cluster();
    const { KUBERNETES_WRITE_TOKEN: token, ...reading } = environment;
    const { off, problems } = connectActions(await loadActions(), reading);
    expect(token).toEqual(expect.stringMatching(/^.{8,}$/u));
    expect(Object.values(reading)).not.toContain(token);
    expect(problems).toEqual([]);
    expect(off.filter(({ name }) => name.startsWith('kubernetes-')).map(({ missing }) => missing)).toEqual([
      ['KUBERNETES_WRITE_TOKEN'],
      ['KUBERNETES_WRITE_TOKEN'],
      ['KUBERNETES_WRITE_TOKEN'],
    ]);
  });

  it('as the reader, change nothing', async () => {
    const here = await cluster();
    const environment = { ...here.environment, KUBERNETES_WRITE_TOKEN: here.environment['KUBERNETES_TOKEN'] };
    const connected = restart.connect(restart.environment.parse(environment));
    const ended = await connected.execute(restart.parameters.parse(here.place), here.context());
    expect(ended).toMatchObject({ failure: { kind: 'refused', reason: expect.stringContaining('writer.yaml') } });
  });

  it('reach named verbs on named resources, without a wildcard', () => {
    const rule = z.object({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      verbs: z.array(z.string()),
    });
    const file = readFileSync(new URL('../../deploy/kubernetes/writer.yaml', import.meta.url), 'utf8');
    const rules = parseAllDocuments(file).flatMap(
      (one) => z.object({ kind: z.string(), rules: z.array(rule).default([]) }).parse(one.toJS()).rules,
    );
    expect(rules).toEqual([
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'] },
      { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['get', 'patch'] },
      { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list'] },
    ]);
  });
});
