import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { buildWorld } from '../../src/lab/build-world.ts';
import { faultNames } from '../../src/lab/fault-list.ts';
import { clusterAt, runsInCluster } from '../../src/lab/kubernetes/cluster.ts';
import { startKubernetes } from '../../src/lab/kubernetes.ts';

const container = z.object({
  restartCount: z.number(),
  state: z.object({ waiting: z.object({ reason: z.string() }).optional() }),
  lastState: z.object({ terminated: z.object({ reason: z.string(), finishedAt: z.string() }).optional() }),
});
const pod = z.object({
  metadata: z.object({ name: z.string(), ownerReferences: z.array(z.object({ name: z.string() })) }),
  status: z.object({
    phase: z.string(),
    reason: z.string().optional(),
    containerStatuses: z.array(container).optional(),
  }),
});
const set = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: z.string(),
    ownerReferences: z.array(z.object({ name: z.string() })),
  }),
});
const list = z.object({ metadata: z.object({ continue: z.string().optional() }), items: z.array(z.unknown()) });
const status = z.object({ kind: z.literal('Status'), reason: z.string(), code: z.number() });

const lookAfterMs = 10_000;

function look(fault: string, seed: number, laterMs = 0) {
  const built = buildWorld({ fault, seed });
  const cluster = clusterAt(built, built.startAtMs + lookAfterMs + laterMs);
  const read = <Item extends z.ZodType>(resource: string, item: Item) =>
    z.array(item).parse(cluster.objects[resource] ?? []);
  return { ...built, cluster, pods: read('pods', pod), sets: read('replicasets', set), read };
}

type Sent = {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: { readonly [name: string]: string };
};

async function serve(fault = 'memory-leak', seed = 1) {
  const built = buildWorld({ fault, seed });
  const vendor = await startKubernetes({
    world: built.world,
    history: built.history,
    nowMs: () => built.startAtMs + lookAfterMs,
    port: 0,
  });
  onTestFinished(() => vendor.close());
  const { KUBERNETES_TOKEN: token = '' } = vendor.environment;
  const send = (path: string, { headers, ...init }: Sent = {}) =>
    fetch(`${vendor.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...headers } });
  return { ...built, vendor, send, get: async (path: string) => (await send(path)).json() };
}

const shop = '/api/v1/namespaces/shop';

describe('the cluster of the shop', () => {
  test('a leak ends in containers killed for memory, at the service at fault and nowhere else, after the onset', () => {
    for (const seed of [1, 2, 3]) {
      const { truth, pods } = look('memory-leak', seed, 4 * 60_000);
      const killed = pods.filter(({ status: { containerStatuses } }) =>
        containerStatuses?.some(({ lastState }) => lastState.terminated?.reason === 'OOMKilled'),
      );
      expect(killed.length).toBeGreaterThan(0);
      for (const { metadata, status: one } of killed) {
        expect(metadata.name.startsWith(`${truth.entity}-`)).toBe(true);
        const at = one.containerStatuses?.[0]?.lastState.terminated?.finishedAt ?? '';
        expect(Date.parse(at)).toBeGreaterThanOrEqual(truth.onsetMs - 60_000);
      }
    }
  });

  test('restarts are those that the metric counts', () => {
    const { world, truth, pods, startAtMs } = look('memory-leak', 2, 10 * 60_000);
    const restarts = pods
      .filter(({ metadata }) => metadata.name.startsWith(`${truth.entity}-`))
      .flatMap(({ status: one }) => one.containerStatuses ?? [])
      .reduce((sum, one) => sum + one.restartCount + (one.state.waiting === undefined ? 0 : 1), 0);
    const nowMs = startAtMs + lookAfterMs + 10 * 60_000;
    const counted = Array.from({ length: 60 }, (_, minutes) =>
      world.metric(truth.entity ?? '', 'restart_count', nowMs - minutes * 60_000),
    ).reduce<number>((sum, value) => sum + (value ?? 0), 0);
    expect(restarts).toBeGreaterThan(3);
    expect(restarts).toBeLessThanOrEqual(counted);
    expect(restarts).toBeGreaterThanOrEqual(counted - 2);
  });

  test('a service whose own disk is full loses a pod to eviction; a managed store does not run here', () => {
    const looks = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => look('disk-full', seed));
    const own = looks.filter(({ truth }) => truth.entity === 'search');
    expect(own.length).toBeGreaterThan(0);
    for (const { truth, pods } of looks) {
      const evicted = pods.filter((one) => one.status.reason === 'Evicted');
      expect(evicted).toHaveLength(truth.entity === 'search' ? 1 : 0);
    }
  });

  test('every deploy is a ReplicaSet of its time, the innocent ones too, and only the newest has pods', () => {
    const { history, sets, pods, startAtMs, world } = look('bad-deploy', 2);
    const deploys = history.flatMap((pull) => pull.deploys).filter(({ startedAtMs }) => startedAtMs < startAtMs);
    const times = new Set(sets.map(({ metadata }) => Date.parse(metadata.creationTimestamp)));
    const recent = deploys.filter(({ startedAtMs }) => startedAtMs > startAtMs - 86_400_000);
    expect(recent.length).toBeGreaterThan(2);
    for (const { startedAtMs } of recent) expect(times).toContain(Math.floor(startedAtMs / 1_000) * 1_000);
    const running = new Set(pods.flatMap(({ metadata }) => metadata.ownerReferences.map(({ name }) => name)));
    expect(running.size).toBe(world.services.filter(runsInCluster).length);
  });

  test('a crowd pushes autoscalers to their maximum, and nobody else does', () => {
    const limited = (fault: string) =>
      JSON.stringify(look(fault, 1, 3 * 60_000).cluster.objects['horizontalpodautoscalers']).split('TooManyReplicas')
        .length - 1;
    expect(limited('traffic-surge')).toBeGreaterThan(2);
    expect(limited('noisy-monitor')).toBe(0);
  });

  test('no object says what is wrong, and the same moment answers the same', () => {
    for (const fault of faultNames) {
      const first = look(fault, 4);
      const text = JSON.stringify(first.cluster.objects);
      expect(faultNames.filter((name) => text.includes(name))).toEqual([]);
      expect(text).not.toMatch(/faulty|truth|onset/u);
      expect(JSON.stringify(look(fault, 4).cluster.objects)).toBe(text);
    }
  });

  test('what people run shows: a restart makes a revision, scaling makes pods, a roll-back brings the build before', () => {
    const { world, history, startAtMs } = buildWorld({ fault: 'memory-leak', seed: 1 });
    const atMs = startAtMs + 60_000;
    const run = (workflow: string, inputs: { readonly [name: string]: string }) =>
      world.intervene({ kind: 'workflow', workflow, inputs, atMs });
    const before = clusterAt({ world, history }, atMs).workloads.find(({ service }) => service.id === 'catalog');
    run('restart.yml', { service: 'catalog' });
    run('scale.yml', { service: 'web', replicas: '9' });
    run('roll-back.yml', { service: 'cart', repository: 'acme/shop', pull: '9999', version: 'before' });
    const after = clusterAt({ world, history }, atMs + 180_000).workloads;
    const of = (id: string) => after.find(({ service }) => service.id === id);

    expect(of('catalog')?.revisions.at(-1)).toMatchObject({
      image: before?.revisions.at(-1)?.image,
      restartedMs: atMs + 15_000,
    });
    expect(of('catalog')?.pods.every(({ endings, createdMs }) => endings.every((one) => one.atMs > createdMs))).toBe(
      true,
    );
    expect(of('web')?.pods).toHaveLength(9);
    expect(of('cart')?.revisions.at(-1)?.startedMs).toBe(atMs + 15_000);
  });
});

test('a merge during the incident rolls out what CI deploys for it, pod by pod', () => {
  const { world, history, startAtMs } = buildWorld({ fault: 'bad-deploy', seed: 2 });
  const [startedAtMs, liveAtMs] = [startAtMs + 60_000, startAtMs + 140_000];
  const deploys = [{ service: 'catalog', startedAtMs, liveAtMs }];
  world.intervene({
    kind: 'merge',
    repository: 'acme/shop',
    sha: 'a1b2c3d4e5f60718293a',
    atMs: startedAtMs,
    heals: true,
    deploys,
  });
  const at = (atMs: number) => {
    const workload = clusterAt({ world, history }, atMs).workloads.find(({ service }) => service.id === 'catalog');
    const newest = workload?.revisions.at(-1);
    const isNew = workload?.pods.filter(({ revision, state }) => revision === newest && state === 'ready').length;
    return { image: newest?.image, isNew, ready: workload?.pods.filter(({ state }) => state === 'ready').length };
  };
  const image = 'registry.acme.example/shop/catalog:main-a1b2c3d4e5f6';

  expect(at(startedAtMs + 40_000)).toMatchObject({ image, isNew: 2, ready: 4 });
  expect(at(liveAtMs + 60_000)).toEqual({ image, isNew: 4, ready: 4 });
});

describe('the API of the cluster', () => {
  test('lists page by page, and selects by labels and fields', async () => {
    const { get } = await serve();
    const whole = list.parse(await get(`${shop}/pods`));
    const names: unknown[] = [];
    let next = '';
    do {
      const page = list.parse(await get(`${shop}/pods?limit=10${next === '' ? '' : `&continue=${next}`}`));
      names.push(...page.items);
      next = page.metadata.continue ?? '';
    } while (next !== '');
    expect(names).toEqual(whole.items);
    const own = list.parse(await get(`${shop}/pods?labelSelector=app%3Dweb`));
    expect(own.items).toHaveLength(6);
    const warnings = JSON.stringify(await get(`${shop}/events?fieldSelector=type%3DWarning`));
    expect(warnings).not.toContain('"Normal"');
  });

  test('gives one object by its name, and an empty list of what the shop has none of', async () => {
    const { get } = await serve();
    expect(await get('/apis/apps/v1/namespaces/shop/deployments/web')).toMatchObject({
      metadata: { name: 'web' },
      spec: { replicas: 6 },
    });
    expect(list.parse(await get('/apis/batch/v1/namespaces/shop/jobs')).items).toEqual([]);
    expect(list.parse(await get('/api/v1/nodes')).items).toHaveLength(4);
  });

  test('gives the log of the run that is asked for', async () => {
    const { get, send, truth } = await serve('memory-leak', 2);
    const pods = z
      .object({ items: z.array(pod) })
      .parse(await get(`${shop}/pods?labelSelector=app%3D${truth.entity}`)).items;
    const restarted = pods.find(({ status: one }) =>
      one.containerStatuses?.some(({ lastState }) => lastState.terminated),
    );
    const endedAt = restarted?.status.containerStatuses?.[0]?.lastState.terminated?.finishedAt ?? '';
    const log = async (query: string) =>
      (await send(`${shop}/pods/${restarted?.metadata.name}/log?timestamps=true${query}`)).text();
    const times = (text: string) =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => Date.parse(line.split(' ', 1)[0] ?? ''));

    const [previous, current] = [times(await log('&previous=true')), times(await log(''))];
    expect(Math.max(...previous)).toBeLessThan(Date.parse(endedAt));
    expect(Math.min(...current)).toBeGreaterThanOrEqual(Date.parse(endedAt));
    expect(times(await log('&previous=true&tailLines=5'))).toEqual(previous.slice(-5));
    expect((await send(`${shop}/pods/nobody/log`)).status).toBe(404);
  });

  test('knows no stranger, has no other kinds, and refuses to write', async () => {
    const { send } = await serve();
    const stranger = await send(`${shop}/pods`, { headers: { authorization: 'Bearer guess' } });
    const secrets = await send(`${shop}/secrets`);
    const write = await send(`${shop}/pods/x?dryRun=All`, { method: 'DELETE' });
    expect(
      await Promise.all([stranger, secrets, write].map(async (answer) => status.parse(await answer.json()).reason)),
    ).toEqual(['Unauthorized', 'NotFound', 'Forbidden']);
  });

  test('grants its reader what the shipped role grants', async () => {
    const { send } = await serve();
    const answer = await send('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
      method: 'POST',
      body: JSON.stringify({ spec: { namespace: 'shop' } }),
    });
    const rule = z.object({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      verbs: z.array(z.string()),
    });
    const { status: said } = z
      .object({ status: z.object({ resourceRules: z.array(rule) }) })
      .parse(await answer.json());
    const file = readFileSync(new URL('../../deploy/kubernetes/reader.yaml', import.meta.url), 'utf8');
    const shipped = parseAllDocuments(file).flatMap(
      (one) => z.object({ rules: z.array(rule).default([]) }).parse(one.toJS()).rules,
    );
    const flat = (rules: readonly z.output<typeof rule>[]) =>
      rules
        .filter(({ apiGroups }) => !apiGroups.includes('authorization.k8s.io'))
        .flatMap(({ apiGroups, resources, verbs }) =>
          resources.flatMap((resource) => verbs.map((verb) => `${verb} ${apiGroups[0]}/${resource}`)),
        )
        .toSorted();
    expect(flat(said.resourceRules)).toEqual(flat(shipped));
  });
});
