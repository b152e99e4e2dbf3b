/** Every object of the shop's cluster at a moment, by resource. A pure function of the world, its history and the moment. */
import type { PullHistory } from '../changes.ts';
import type { ShopService, World } from '../world.ts';
import { drainedNodes } from './drained-nodes.ts';
import { eventsOf } from './events.ts';
import { nodeNames } from './names.ts';
import type { LabObject } from './object-parts.ts';
import { autoscalerJson, deploymentJson, nodeJson, replicaSetJson, serviceJson, sliceJson } from './objects.ts';
import { podJson } from './pod-object.ts';
import { evictedPod, type LabPod, podsOf } from './pods.ts';
import { type LabRevision, replicasOf, revisionsOf } from './revisions.ts';

export type ClusterWorld = { readonly world: World; readonly history: readonly PullHistory[] };

/** One service of the shop as the cluster runs it. */
export type LabWorkload = {
  readonly service: ShopService;
  readonly revisions: readonly LabRevision[];
  readonly replicas: number;
  /** Without the evicted one. */
  readonly pods: readonly LabPod[];
  readonly evicted: LabPod | null;
  /** Of the processors its pods asked for, 0 to 1. */
  readonly cpuRatio: number;
};

export type Cluster = {
  readonly workloads: readonly LabWorkload[];
  readonly objects: { readonly [resource: string]: readonly LabObject[] };
};

/** Managed stores and providers run elsewhere. */
export const runsInCluster = ({ repository, external }: Pick<ShopService, 'repository' | 'external'>): boolean =>
  repository !== null && !external;

const minuteMs = 60_000;

/** `nowMs` in whole seconds, as times are in Kubernetes. */
export function clusterAt({ world, history }: ClusterWorld, nowMs: number): Cluster {
  const scene = { history, interventions: world.interventions(), nowMs };
  const workloads = world.services.filter(runsInCluster).map((service): LabWorkload => {
    const revisions = revisionsOf(service, scene);
    const replicas = replicasOf(service, scene);
    const podScene = { world, service, revisions, replicas, nowMs };
    const cpu = [1, 2, 3].map((back) => world.metric(service.id, 'cpu_ratio', nowMs - back * minuteMs) ?? 0);
    return {
      service,
      revisions,
      replicas,
      pods: podsOf(podScene),
      evicted: evictedPod(podScene),
      cpuRatio: cpu.reduce((sum, value) => sum + value, 0) / cpu.length,
    };
  });
  const drained = drainedNodes(world, nowMs);
  const pressed = new Map(
    workloads.flatMap(({ evicted }) => (evicted ? [[evicted.node, evicted.sinceMs] as const] : [])),
  );
  return {
    workloads,
    objects: {
      pods: workloads.flatMap(({ service, pods, evicted }) =>
        [...pods, ...(evicted ? [evicted] : [])].map((pod) => podJson(service, pod)),
      ),
      deployments: workloads.map(deploymentJson),
      replicasets: workloads.flatMap((workload) => workload.revisions.map((one) => replicaSetJson(workload, one))),
      horizontalpodautoscalers: workloads.map((workload) => autoscalerJson(workload, nowMs)),
      services: workloads.map(({ service }) => serviceJson(service)),
      endpointslices: workloads.map(sliceJson),
      events: workloads.flatMap((workload) => eventsOf(workload, nowMs)),
      nodes: nodeNames.map((name) => nodeJson(name, pressed.get(name) ?? null, drained.has(name))),
    },
  };
}
