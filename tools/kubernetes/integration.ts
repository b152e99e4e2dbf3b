import { z } from 'zod';
import {
  type Check,
  type DiscoveredService,
  defineIntegration,
  type IntegrationContext,
} from '../../src/integration.ts';
import { clockCheck, scopesCheck, writeCheck } from '../reading/examine.ts';
import type { Refusal } from '../reading/failure.ts';
import { HttpError } from '../reading/http-error.ts';
import { type KubernetesClient, kubernetesClient, kubernetesRefusal } from './client.ts';
import { kubernetesEnvironment } from './environment.ts';
import { type WorkloadObject, workloadObject } from './objects.ts';
import { neededPermissions, readPermissions, sayPermission } from './permissions.ts';
import { pathOf } from './read-cluster.ts';

const grants = 'kubernetes/reader.yaml';

export const integration = defineIntegration({
  vendor: 'Kubernetes',
  source: 'kubernetes',
  environment: kubernetesEnvironment,
  grants,
  connect(environment) {
    const client = kubernetesClient(environment);
    const more = environment.KUBERNETES_NAMESPACES?.split(',') ?? [];
    const reach = (context: IntegrationContext): Reach => {
      const namespaces = [...new Set([...more, ...context.namespaces])];
      return { client, namespaces: namespaces.length === 0 ? ['default'] : namespaces };
    };
    return {
      examine: (context) => examine(reach(context), context),
      discover: (context) => discover(reach(context), context),
    };
  },
});

type Reach = { readonly client: KubernetesClient; readonly namespaces: readonly string[] };

async function examine(reach: Reach, { signal, nowMs }: IntegrationContext): Promise<readonly Check[]> {
  const version = await attempted(() => reach.client.send('/version', signal), signal);
  if (!version.ok) return [unreachable(version.refusal)];
  const { status, headers } = version.value;
  return [
    { name: 'reachable', state: 'ok', says: `the API server answers (${status})`, fix: null },
    clockCheck(headers.get('date'), nowMs),
    await checkScopes(reach, signal),
    await checkRead(reach, signal),
    await checkWrite(reach, signal),
  ];
}

const unreachable = (refusal: Refusal): Check => ({
  name: 'reachable',
  state: 'problem',
  says: `the API server does not answer (${'code' in refusal ? refusal.code : refusal.kind})`,
  fix: 'Check KUBERNETES_API_URL, the network path to it, and KUBERNETES_CA_FILE.',
});

type Attempted<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal };

async function attempted<Value>(run: () => Promise<Value>, signal: AbortSignal): Promise<Attempted<Value>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    const refusal = kubernetesRefusal(error, signal);
    if (refusal === null) throw error;
    return { ok: false, refusal };
  }
}

async function checkScopes({ client, namespaces }: Reach, signal: AbortSignal): Promise<Check> {
  const inside = (permission: string, namespace: string) => `${permission} in ${namespace}`;
  const needed = namespaces.flatMap((namespace) =>
    neededPermissions.map((one) => inside(sayPermission(one), namespace)),
  );
  const read = await attempted(
    () => Promise.all(namespaces.map((namespace) => readPermissions({ client, namespace, signal }))),
    signal,
  );
  if (!read.ok) return scopesCheck({ granted: null, needed, excess: [], grants });
  const named = (which: 'granted' | 'excess') =>
    read.value.flatMap((one, index) => one[which].map((permission) => inside(permission, namespaces[index] ?? '')));
  return scopesCheck({ granted: named('granted'), needed, excess: named('excess'), grants });
}

async function checkRead({ client, namespaces }: Reach, signal: AbortSignal): Promise<Check> {
  const tried = await Promise.all(
    namespaces.map((namespace) =>
      attempted(
        () => client.get(`${pathOf(namespace, 'pods')}?limit=1`, z.object({ items: z.array(z.unknown()) }), signal),
        signal,
      ),
    ),
  );
  const refused = tried.flatMap((one, index) =>
    one.ok ? [] : [{ refusal: one.refusal, namespace: namespaces[index] }],
  );
  const [first] = refused;
  if (first === undefined)
    return { name: 'read', state: 'ok', says: `pods in ${namespaces.join(', ')} can be listed`, fix: null };
  const code = 'code' in first.refusal ? first.refusal.code : first.refusal.kind;
  return {
    name: 'read',
    state: 'problem',
    says: `pods in ${refused.map(({ namespace }) => namespace).join(', ')} cannot be listed (${code})`,
    fix: `Apply deploy/${grants} in each namespace, or name the right ones in KUBERNETES_NAMESPACES.`,
  };
}

/** No object can have this name (RFC 1123), and a dry run persists nothing. Permission is judged before the name. */
const impossiblePod = 'Causeway_Doctor?dryRun=All';

async function checkWrite({ client, namespaces }: Reach, signal: AbortSignal): Promise<Check> {
  const namespace = namespaces[0] ?? '';
  const tried = await attempted(async () => {
    const answer = await client.send(`${pathOf(namespace, 'pods')}/${impossiblePod}`, signal, 'DELETE');
    if (answer.status > 299) throw new HttpError(answer.status, answer.text);
  }, signal);
  return writeCheck(`deleting a pod that cannot exist in ${namespace}`, tried.ok ? null : tried.refusal, grants);
}

const kinds = [
  { resource: 'deployments', kind: 'Deployment' },
  { resource: 'statefulsets', kind: 'StatefulSet' },
  { resource: 'daemonsets', kind: 'DaemonSet' },
] as const;

async function discover({ client, namespaces }: Reach, { signal }: IntegrationContext) {
  const lists = namespaces.flatMap((namespace) =>
    kinds.map(async ({ resource, kind }): Promise<readonly DiscoveredService[]> => {
      const { items } = await client.list({ path: pathOf(namespace, resource), item: workloadObject, signal });
      return items.map((object) => discovered({ namespace, kind, object }));
    }),
  );
  return (await Promise.all(lists)).flat();
}

type Seen = { readonly namespace: string; readonly kind: string; readonly object: WorkloadObject };

/** Recommended labels of Kubernetes, Datadog's unified service tag, and the image's source annotation. */
function discovered({ namespace, kind, object }: Seen): DiscoveredService {
  const { name, labels, annotations } = object.metadata;
  const datadogService = labels['tags.datadoghq.com/service'];
  const repository = repositoryOf(annotations['org.opencontainers.image.source'] ?? '');
  const part = labels['app.kubernetes.io/part-of'];
  const owners = [
    annotations['app.kubernetes.io/owner'],
    annotations.owner,
    annotations.team,
    labels['team'],
    labels['owner'],
  ];
  const named = [...new Set(owners.flatMap((owner) => owner ?? []))].filter((owner) => owner !== '');
  return {
    name,
    seen: `Kubernetes ${kind} ${namespace}/${name}${part === undefined ? '' : `, part of ${part}`}`,
    kubernetes: { namespace, workload: name },
    ...(datadogService === undefined ? {} : { datadogService }),
    ...(repository === null ? {} : { repository }),
    ...(named.length === 0 ? {} : { owners: named }),
  };
}

/** `https://github.com/acme/shop` in any of its spellings; null for another host. */
const repositoryOf = (source: string): string | null =>
  /^(?:https:\/\/|git@)github\.com[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/u.exec(source)?.[1] ?? null;
