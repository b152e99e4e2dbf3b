/** One workload by its name, whatever its kind. */
import { HttpError } from '../reading/http-error.ts';
import type { KubernetesClient } from './client.ts';
import { type WorkloadObject, workloadObject } from './objects.ts';
import { pathOf } from './read-cluster.ts';

type Sought = { readonly namespace: string; readonly workload: string; readonly signal: AbortSignal };
export type FoundWorkload = {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly object: WorkloadObject;
};

const kinds = [
  { kind: 'Deployment', resource: 'deployments' },
  { kind: 'StatefulSet', resource: 'statefulsets' },
  { kind: 'DaemonSet', resource: 'daemonsets' },
] as const;

/** Deployments first, as most are. Rejects as `kubernetesRefusal` reads it when no kind has one of this name. */
export async function readWorkload(client: KubernetesClient, sought: Sought): Promise<FoundWorkload> {
  const { namespace, workload, signal } = sought;
  for (const { kind, resource } of kinds) {
    const path = `${pathOf(namespace, resource)}/${encodeURIComponent(workload)}`;
    const object = await client.get(path, workloadObject, signal).catch(orAbsent);
    if (object !== null) return { kind, object };
  }
  throw new HttpError(404, '');
}

function orAbsent(error: unknown): null {
  if (error instanceof HttpError && error.status === 404) return null;
  throw error;
}

/** Equality only: expressions of a selector are left out, so names are compared as well. */
export function selectorParameters({ spec }: WorkloadObject): { readonly [name: string]: string } {
  const pairs = Object.entries(spec.selector?.matchLabels ?? {});
  return pairs.length === 0 ? {} : { labelSelector: pairs.map(([name, value]) => `${name}=${value}`).join(',') };
}
