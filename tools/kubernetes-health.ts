import { z } from 'zod';
import type { Service } from '../src/core/catalogue.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { type KubernetesClient, kubernetesClient, kubernetesRefusal } from './kubernetes/client.ts';
import { kubernetesEnvironment } from './kubernetes/environment.ts';
import { healthFinding } from './kubernetes/health-finding.ts';
import { pathOf, readNamespace, readNodes } from './kubernetes/read-cluster.ts';
import { runsIn, sceneOf } from './kubernetes/scene.ts';
import { orFailure } from './reading/failure.ts';
import { pickServices, servicesInput } from './reading/scope.ts';

const input = z.object({ services: servicesInput });

/** Each is a dozen lists; whoever spreads one scope over more namespaces asks for fewer services. */
const namespacesMax = 4;

export const tool = defineTool({
  name: 'kubernetes_health',
  source: 'kubernetes',
  description:
    'How the workloads of some services stand in Kubernetes now: replicas, pods and restarts, and what is wrong by ' +
    'fixed detectors (crash loops, OOM kills, image pulls, scheduling, probes, evictions, nodes, volumes, quotas, ' +
    'stuck rollouts, autoscalers at their maximum, Services without endpoints, jobs). CPU throttling is not visible here.',
  environment: kubernetesEnvironment,
  input,
  probes: ({ scope }) => {
    const running = scope.filter(({ kubernetes }) => kubernetes !== null).slice(0, 20);
    return running.length === 0 ? [] : [{ services: running.map(({ id }) => id) }];
  },
  connect(environment) {
    const client = kubernetesClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services, context.catalogue);
      if (!picked.ok) return picked.failure;
      const places = picked.value.flatMap(runsIn);
      const namespaces = [...new Set(places.map(({ namespace }) => namespace))];
      if (places.length === 0) return notInKubernetes(picked.value);
      const read = namespaces.slice(0, namespacesMax);
      const attempt = {
        vendor: 'Kubernetes',
        asked: `workloads and pods in namespace ${read.join(', ')}`,
        nowMs: context.nowMs,
        blocks: 'how pods and rollouts stand, and why pods are not ready',
        grant: `get, list on pods and the kinds in deploy/kubernetes/reader.yaml in namespace ${read.join(', ')}`,
      };
      return orFailure({ attempt, signal: context.signal, refusal: kubernetesRefusal }, () =>
        examine(client, { services: picked.value, namespaces }, context),
      );
    };
  },
});

const notInKubernetes = (services: readonly Service[]) =>
  ({
    kind: 'failed',
    reason: `the catalogue names no Kubernetes workload for ${services.map(({ id }) => id).join(', ')}`,
    retryable: false,
    blocks: 'how their pods stand',
    fix: 'Add kubernetes: {namespace, workload} to them in causeway.yaml.',
  }) as const;

type Asked = { readonly services: readonly Service[]; readonly namespaces: readonly string[] };

async function examine(client: KubernetesClient, asked: Asked, { nowMs, signal }: ToolContext): Promise<Finding> {
  const namespaces = asked.namespaces.slice(0, namespacesMax);
  const [nodes, ...read] = await Promise.all([
    readNodes(client, signal),
    ...namespaces.map((namespace) => readNamespace({ client, namespace, signal })),
  ]);
  const known = nodes.ok ? nodes.items : [];
  const scenes = read.flatMap((objects) =>
    asked.services.flatMap((service) =>
      runsIn(service)
        .filter(({ namespace }) => namespace === objects.namespace)
        .map(({ workload }) => sceneOf(service, workload, { objects, nodes: known, nowMs })),
    ),
  );
  const unread = [
    ...read.flatMap((objects) =>
      objects.unread.map((one) => ({ ...one, resource: `${one.resource} in ${objects.namespace}` })),
    ),
    ...(nodes.ok ? [] : [{ resource: 'nodes', why: nodes.why }]),
    ...asked.namespaces.slice(namespacesMax).map((namespace) => ({
      resource: `namespace ${namespace}`,
      why: `more than ${namespacesMax} namespaces: ask for fewer services`,
    })),
  ];
  const [first] = scenes;
  const link = client.link({
    namespace: first?.namespace ?? '',
    workload: scenes.length === 1 ? (first?.name ?? null) : null,
    path: pathOf(namespaces[0] ?? '', 'pods'),
  });
  return healthFinding({ scenes, unread, link, nowMs });
}
