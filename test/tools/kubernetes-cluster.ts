/** Objects as a Kubernetes API server answers them, healthy unless a test says otherwise, and a cluster that lists them. */
import type { Answer, Asked } from './counterpart.ts';
import { at } from './shop.ts';

type Fields = { readonly [name: string]: unknown };

export const environment = (url: string) => ({ KUBERNETES_API_URL: url, KUBERNETES_TOKEN: 'reader-token' });

const hash = '5d4f8c7b9';
export const podName = (index = 0): string =>
  `checkout-${hash}-${['x2v4k', 'bm7qz', 'c9l2w', 'tt5rd'][index] ?? 'zzzzz'}`;

export const condition = (type: string, status: string, more: Fields = {}) => ({
  type,
  status,
  lastTransitionTime: at(12),
  ...more,
});

export const container = (more: Fields = {}) => ({
  name: 'checkout',
  image: 'registry.test/shop/checkout:2026.11.18-41',
  imageID: 'registry.test/shop/checkout@sha256:1f1e',
  ready: true,
  started: true,
  restartCount: 0,
  state: { running: { startedAt: at(60) } },
  lastState: {},
  ...more,
});

export const waiting = (reason: string, message = '', more: Fields = {}) =>
  container({ ready: false, started: false, state: { waiting: { reason, message } }, ...more });

export const ended = (reason: string, exitCode: number, minutesAgo = 3) => ({
  terminated: {
    reason,
    exitCode,
    startedAt: at(minutesAgo + 5),
    finishedAt: at(minutesAgo),
    containerID: 'containerd://9c',
  },
});

type PodParts = {
  readonly index?: number;
  readonly metadata?: Fields;
  readonly spec?: Fields;
  readonly status?: Fields;
};

export const pod = ({ index = 0, metadata = {}, spec = {}, status = {} }: PodParts = {}) => ({
  metadata: {
    name: podName(index),
    namespace: 'shop',
    uid: `4b2e-${index}`,
    creationTimestamp: at(60),
    labels: { app: 'checkout', 'pod-template-hash': hash },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `checkout-${hash}`, controller: true }],
    ...metadata,
  },
  spec: {
    nodeName: 'node-a',
    containers: [
      {
        name: 'checkout',
        image: 'registry.test/shop/checkout:2026.11.18-41',
        env: [{ name: 'DATABASE_PASSWORD', value: 'hunter2-in-the-pod' }],
      },
    ],
    volumes: [],
    ...spec,
  },
  status: {
    phase: 'Running',
    conditions: [condition('PodScheduled', 'True'), condition('Ready', 'True')],
    containerStatuses: [container()],
    ...status,
  },
});

/** A pod that is not ready, for the reason its container gives. */
export const illPod = (status: Fields, index = 0) =>
  pod({
    index,
    status: {
      conditions: [condition('PodScheduled', 'True'), condition('Ready', 'False', { reason: 'ContainersNotReady' })],
      ...status,
    },
  });

export const replicaSet = (metadata: Fields = {}, more: { spec?: Fields; status?: Fields } = {}) => ({
  metadata: {
    name: `checkout-${hash}`,
    namespace: 'shop',
    creationTimestamp: at(60),
    labels: { app: 'checkout', 'pod-template-hash': hash },
    annotations: { 'deployment.kubernetes.io/revision': '14' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', controller: true }],
    ...metadata,
  },
  spec: {
    replicas: 4,
    template: {
      metadata: { labels: { app: 'checkout' } },
      spec: { containers: [{ name: 'checkout', image: 'registry.test/shop/checkout:2026.11.18-41' }] },
    },
    ...more.spec,
  },
  status: { replicas: 4, readyReplicas: 4, ...more.status },
});

export const deployment = (more: { metadata?: Fields; spec?: Fields; status?: Fields } = {}) => ({
  metadata: {
    name: 'checkout',
    namespace: 'shop',
    creationTimestamp: at(90_000),
    labels: { 'app.kubernetes.io/name': 'checkout', 'app.kubernetes.io/part-of': 'shop' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"env":"hunter2-in-the-annotation"}' },
    ...more.metadata,
  },
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'checkout' } },
    template: {
      metadata: { labels: { app: 'checkout' } },
      spec: { containers: [{ name: 'checkout', image: 'registry.test/shop/checkout:2026.11.18-41' }] },
    },
    ...more.spec,
  },
  status: {
    replicas: 4,
    updatedReplicas: 4,
    readyReplicas: 4,
    availableReplicas: 4,
    conditions: [
      condition('Available', 'True'),
      condition('Progressing', 'True', { reason: 'NewReplicaSetAvailable' }),
    ],
    ...more.status,
  },
});

export const event = (reason: string, message: string, more: Fields = {}) => ({
  metadata: { name: `${podName()}.17`, creationTimestamp: at(20) },
  involvedObject: { kind: 'Pod', namespace: 'shop', name: podName(), fieldPath: 'spec.containers{checkout}' },
  type: 'Warning',
  reason,
  message,
  count: 8,
  firstTimestamp: at(20),
  lastTimestamp: at(1),
  source: { component: 'kubelet' },
  ...more,
});

export const about = (kind: string, name: string) => ({ kind, namespace: 'shop', name });

export const service = (selector: { readonly [name: string]: string } = { app: 'checkout' }, called = 'checkout') => ({
  metadata: { name: called, namespace: 'shop', creationTimestamp: at(90_000) },
  spec: { type: 'ClusterIP', selector },
});

export const slice = (ready: readonly boolean[], name = 'checkout') => ({
  metadata: { name: `${name}-abcde`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } },
  endpoints: ready.length === 0 ? null : ready.map((one) => ({ addresses: ['10.1.2.3'], conditions: { ready: one } })),
});

export const autoscaler = (conditions: readonly Fields[], currentReplicas = 4) => ({
  metadata: { name: 'checkout', namespace: 'shop', creationTimestamp: at(90_000) },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' },
    minReplicas: 2,
    maxReplicas: 4,
  },
  status: { currentReplicas, desiredReplicas: currentReplicas, conditions },
});

export const node = (...conditions: readonly Fields[]) => ({
  metadata: { name: 'node-a', creationTimestamp: at(90_000) },
  spec: {},
  status: { conditions: conditions.length > 0 ? conditions : [condition('Ready', 'True')] },
});

export type Objects = { readonly [resource: string]: readonly unknown[] };

export const healthy: Objects = {
  pods: [0, 1, 2, 3].map((index) => pod({ index })),
  deployments: [deployment()],
  replicasets: [replicaSet()],
  services: [service()],
  endpointslices: [slice([true, true, true, true])],
  nodes: [node()],
};

/** `Status` as an API server refuses with. */
export const refusal = (code: number, reason: string): Answer => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code, message: 'said in prose' },
});

/** Lists by the last part of the path, `pageSize` at a time; one object by its name; anything else is empty. */
export function cluster(objects: Objects, pageSize = 250) {
  return ({ path, query }: Asked): Answer => {
    const [resource = '', name] = path.replace(/^.*\/(?:namespaces\/[^/]+\/|v1\/(?=nodes))/u, '').split('/');
    const all = objects[resource] ?? [];
    if (name !== undefined) {
      const found = all.find((one) => JSON.stringify(one).includes(`"metadata":{"name":"${name}"`));
      return found === undefined ? refusal(404, 'NotFound') : { body: found };
    }
    const start = Number(query.get('continue') ?? 0);
    const end = start + pageSize;
    const metadata = end < all.length ? { resourceVersion: '1', continue: String(end) } : { resourceVersion: '1' };
    return { body: { kind: 'List', apiVersion: 'v1', metadata, items: all.slice(start, end) } };
  };
}
