/** Everything of one namespace that says how its workloads stand. One request for each kind of object and page. */
import type { z } from 'zod';
import type { Refusal } from '../reading/failure.ts';
import { type KubernetesClient, kubernetesRefusal } from './client.ts';
import {
  autoscalerObject,
  claimObject,
  cronJobObject,
  eventObject,
  jobObject,
  nodeObject,
  podObject,
  readEvent,
  replicaSetObject,
  serviceObject,
  sliceObject,
  workloadObject,
} from './objects.ts';

/** Kinds by the names their grants have; every path is read with `list`. */
export const resourcePaths = {
  pods: '/api/v1',
  events: '/api/v1',
  services: '/api/v1',
  persistentvolumeclaims: '/api/v1',
  deployments: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  controllerrevisions: '/apis/apps/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  endpointslices: '/apis/discovery.k8s.io/v1',
  jobs: '/apis/batch/v1',
  cronjobs: '/apis/batch/v1',
} as const;
export type Resource = keyof typeof resourcePaths;

export const pathOf = (namespace: string, resource: Resource): string =>
  `${resourcePaths[resource]}/namespaces/${encodeURIComponent(namespace)}/${resource}`;

type Reading = { readonly client: KubernetesClient; readonly namespace: string; readonly signal: AbortSignal };

/** A kind that could not be read; nothing is concluded from its absence. */
export type Unread = { readonly resource: string; readonly why: string };
export type NamespaceObjects = Awaited<ReturnType<typeof readNamespace>>;

/**
 * Pods must be readable; any other kind may be refused or absent, and is then named in `unread`. Rejects as
 * `kubernetesRefusal` reads it.
 */
export async function readNamespace({ client, namespace, signal }: Reading) {
  const unread: Unread[] = [];
  const required = async <Item extends z.ZodType>(resource: Resource, item: Item, warnings = false) => {
    const parameters = warnings ? { fieldSelector: 'type=Warning' } : {};
    const listed = await client.list({ path: pathOf(namespace, resource), item, signal, parameters });
    if (listed.truncated) unread.push({ resource, why: `only the first ${listed.items.length}` });
    return listed.items;
  };
  const optional = async <Item extends z.ZodType>(resource: Resource, item: Item, warnings = false) => {
    const read = await orRefused(required(resource, item, warnings), signal);
    if (read.ok) return read.items;
    unread.push({ resource, why: read.why });
    return [];
  };
  const [pods, deployments, statefulSets, daemonSets, replicaSets, ...rest] = await Promise.all([
    required('pods', podObject),
    optional('deployments', workloadObject),
    optional('statefulsets', workloadObject),
    optional('daemonsets', workloadObject),
    optional('replicasets', replicaSetObject),
    optional('events', eventObject, true),
    optional('horizontalpodautoscalers', autoscalerObject),
    optional('services', serviceObject),
    optional('endpointslices', sliceObject),
    optional('persistentvolumeclaims', claimObject),
    optional('jobs', jobObject),
    optional('cronjobs', cronJobObject),
  ]);
  const [events, autoscalers, services, slices, claims, jobs, cronJobs] = rest;
  const workloads = [
    ...deployments.map((object) => ({ kind: 'Deployment' as const, object })),
    ...statefulSets.map((object) => ({ kind: 'StatefulSet' as const, object })),
    ...daemonSets.map((object) => ({ kind: 'DaemonSet' as const, object })),
  ];
  const objects = { namespace, pods, workloads, replicaSets, events: events.map(readEvent), autoscalers, services };
  return { ...objects, slices, claims, jobs, cronJobs, unread };
}

/** Nodes belong to no namespace: they need a ClusterRole, which is optional. */
export async function readNodes(client: KubernetesClient, signal: AbortSignal) {
  const reading = client.list({ path: '/api/v1/nodes', item: nodeObject, signal });
  return orRefused(
    reading.then(({ items }) => items),
    signal,
  );
}

type Read<Item> = { readonly ok: true; readonly items: readonly Item[] } | { readonly ok: false; readonly why: string };

/** What is forbidden, or what this cluster does not have, leaves a hole; any other refusal fails the call. */
async function orRefused<Item>(reading: Promise<readonly Item[]>, signal: AbortSignal): Promise<Read<Item>> {
  try {
    return { ok: true, items: await reading };
  } catch (error) {
    const refusal: Refusal | null = kubernetesRefusal(error, signal);
    if (refusal?.kind === 'forbidden') return { ok: false, why: `not granted (${refusal.code})` };
    if (refusal?.kind === 'not-found') return { ok: false, why: `not in this cluster (${refusal.code})` };
    throw error;
  }
}
