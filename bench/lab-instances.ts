/** What `kubernetes_health` would tell the engine of a lab world, in process: the same objects, read by the same code. */
import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import type { BuiltWorld } from '../src/lab/build-world.ts';
import { clusterAt, runsInCluster } from '../src/lab/kubernetes/cluster.ts';
import { namespace } from '../src/lab/kubernetes/names.ts';
import type { ShopService } from '../src/lab/world.ts';
import type { InstanceState } from '../src/rootcause/telemetry.ts';
import { instancesOf } from '../tools/kubernetes/instances.ts';
import {
  eventObject,
  nodeObject,
  podObject,
  readEvent,
  replicaSetObject,
  workloadObject,
} from '../tools/kubernetes/objects.ts';
import { sceneOf } from '../tools/kubernetes/scene.ts';

type Look = { readonly scope: readonly ShopService[]; readonly atMs: number };

export function labInstances(built: Pick<BuiltWorld, 'world' | 'history'>, look: Look): readonly InstanceState[] {
  const nowMs = Math.floor(look.atMs / 1_000) * 1_000;
  const { objects } = clusterAt(built, nowMs);
  const read = <Item extends z.ZodType>(resource: string, item: Item) => z.array(item).parse(objects[resource] ?? []);
  const cluster = {
    namespace,
    pods: read('pods', podObject),
    workloads: read('deployments', workloadObject).map((object) => ({ kind: 'Deployment' as const, object })),
    replicaSets: read('replicasets', replicaSetObject),
    events: read('events', eventObject)
      .map(readEvent)
      .filter(({ warning }) => warning),
    autoscalers: [],
    services: [],
    slices: [],
    claims: [],
    jobs: [],
    cronJobs: [],
    unread: [],
  };
  const around = { objects: cluster, nodes: read('nodes', nodeObject), nowMs };
  return look.scope.filter(runsInCluster).flatMap((one) => {
    const service: Service = {
      ...one,
      logGroups: [],
      datadogService: null,
      kubernetes: { namespace, workload: one.id },
      pagerdutyService: null,
    };
    return instancesOf(sceneOf(service, one.id, around));
  });
}
