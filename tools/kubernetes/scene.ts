/** One workload with every object that belongs to it: what a detector looks at. */
import type { Service } from '../../src/core/catalogue.ts';
import { isNamedAfter, labelsMatch } from './belonging.ts';
import type {
  Autoscaler,
  Claim,
  ClusterEvent,
  CronJob,
  EndpointSlice,
  Job,
  Node,
  Pod,
  ReplicaSet,
  ServiceObject,
  WorkloadObject,
} from './objects.ts';
import type { NamespaceObjects } from './read-cluster.ts';

export type Workload = {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly object: WorkloadObject;
  readonly desired: number;
  readonly ready: number;
  readonly updated: number;
};

export type Scene = {
  /** Catalogue id. */
  readonly service: string;
  readonly namespace: string;
  readonly name: string;
  /** Null: no Deployment, StatefulSet or DaemonSet has this name here. */
  readonly workload: Workload | null;
  readonly pods: readonly Pod[];
  readonly replicaSets: readonly ReplicaSet[];
  /** Warnings about any of its objects, those that are gone among them. */
  readonly events: readonly ClusterEvent[];
  readonly autoscalers: readonly Autoscaler[];
  readonly services: readonly ServiceObject[];
  readonly slices: readonly EndpointSlice[];
  readonly claims: readonly Claim[];
  readonly jobs: readonly Job[];
  readonly cronJobs: readonly CronJob[];
  /** Those its pods run on. */
  readonly nodes: readonly Node[];
  readonly nowMs: number;
};

type Around = { readonly objects: NamespaceObjects; readonly nodes: readonly Node[]; readonly nowMs: number };

export function sceneOf(service: Service, name: string, { objects, nodes, nowMs }: Around): Scene {
  const found = objects.workloads.find(({ object }) => object.metadata.name === name);
  const workload = found === undefined ? null : standing(found.kind, found.object);
  const owned = ownedBy(objects, name);
  const runsOn = new Set(owned.pods.map((pod) => pod.spec.nodeName));
  const claimed = new Set(owned.pods.flatMap(claimsOf));
  const labels = workload?.object.spec.template.metadata?.labels ?? {};
  const services = objects.services.filter(
    ({ metadata, spec }) => metadata.name === name || labelsMatch(spec.selector, labels),
  );
  const serviceNames = new Set(services.map(({ metadata }) => metadata.name));
  return {
    service: service.id,
    namespace: objects.namespace,
    name,
    workload,
    ...owned,
    events: objects.events.filter((event) => isNamedAfter(event.name, name) || claimed.has(event.name)),
    autoscalers: objects.autoscalers.filter(({ spec }) => spec.scaleTargetRef.name === name),
    services,
    slices: objects.slices.filter(({ metadata }) =>
      serviceNames.has(metadata.labels['kubernetes.io/service-name'] ?? ''),
    ),
    claims: objects.claims.filter(({ metadata }) => claimed.has(metadata.name)),
    nodes: nodes.filter(({ metadata }) => runsOn.has(metadata.name)),
    nowMs,
  };
}

/** By owner references, as controllers set them: pod, ReplicaSet or Job, workload or CronJob. */
function ownedBy(objects: NamespaceObjects, name: string) {
  const replicaSets = objects.replicaSets.filter((set) => isOwned(set, name));
  const cronJobs = objects.cronJobs.filter(({ metadata }) => isPartOf(metadata, name));
  const cronNames = new Set(cronJobs.map(({ metadata }) => metadata.name));
  const jobs = objects.jobs.filter(
    ({ metadata }) => isPartOf(metadata, name) || metadata.ownerReferences.some((owner) => cronNames.has(owner.name)),
  );
  const owners = new Set([name, ...[...replicaSets, ...jobs].map(({ metadata }) => metadata.name)]);
  const pods = objects.pods.filter(({ metadata }) => metadata.ownerReferences.some((one) => owners.has(one.name)));
  return { replicaSets, cronJobs, jobs, pods };
}

const isOwned = ({ metadata }: ReplicaSet, name: string): boolean =>
  metadata.ownerReferences.some((owner) => owner.name === name);

/** Jobs have no workload above them: the recommended labels, or its name, tell whose they are. */
const isPartOf = (metadata: Job['metadata'], name: string): boolean =>
  [
    metadata.labels['app.kubernetes.io/name'],
    metadata.labels['app.kubernetes.io/part-of'],
    metadata.labels['app'],
  ].includes(name) || isNamedAfter(metadata.name, name);

const claimsOf = (pod: Pod): readonly string[] =>
  pod.spec.volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);

function standing(kind: Workload['kind'], object: WorkloadObject): Workload {
  const { status } = object;
  if (kind === 'DaemonSet') {
    const { desiredNumberScheduled: desired, numberReady: ready, updatedNumberScheduled: updated } = status;
    return { kind, object, desired, ready, updated };
  }
  const { readyReplicas: ready, updatedReplicas: updated } = status;
  return { kind, object, desired: object.spec.replicas ?? 1, ready, updated };
}

/** Where a service runs by the catalogue: one place or none. */
export const runsIn = ({
  kubernetes,
}: Service): readonly { readonly namespace: string; readonly workload: string }[] =>
  kubernetes === null ? [] : [kubernetes];
