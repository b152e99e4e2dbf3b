/** What these credentials may do in a namespace, against what they must and must not. */
import { z } from 'zod';
import type { KubernetesClient } from './client.ts';
import { type Resource, resourcePaths } from './read-cluster.ts';

/** One permission. `resource` may have a subresource after a slash. */
export type Permission = { readonly verb: string; readonly group: string; readonly resource: string };

const groupOf = (path: string): string => /^\/apis\/([^/]+)\//u.exec(path)?.[1] ?? '';

/** Every list, and the single objects and logs that tools get. Nodes are left out: they are optional. */
export const neededPermissions: readonly Permission[] = [
  ...Object.entries(resourcePaths).map(([resource, path]) => ({ verb: 'list', group: groupOf(path), resource })),
  ...(['pods', 'deployments', 'statefulsets', 'daemonsets'] as const satisfies readonly Resource[]).map((resource) => ({
    verb: 'get',
    group: groupOf(resourcePaths[resource]),
    resource,
  })),
  { verb: 'get', group: '', resource: 'pods/log' },
];

/** Asked one by one where the cluster cannot list what is granted. */
const forbiddenPermissions: readonly Permission[] = [
  { verb: 'get', group: '', resource: 'secrets' },
  { verb: 'list', group: '', resource: 'secrets' },
  { verb: 'get', group: '', resource: 'configmaps' },
  { verb: 'create', group: '', resource: 'pods' },
  { verb: 'delete', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods/exec' },
  { verb: 'create', group: '', resource: 'pods/attach' },
  { verb: 'create', group: '', resource: 'pods/portforward' },
  { verb: 'update', group: '', resource: 'pods/ephemeralcontainers' },
  { verb: 'get', group: '', resource: 'nodes/proxy' },
  { verb: 'create', group: '', resource: 'serviceaccounts/token' },
  { verb: 'impersonate', group: '', resource: 'users' },
  { verb: 'patch', group: 'apps', resource: 'deployments' },
];

export const sayPermission = ({ verb, group, resource }: Permission): string =>
  `${verb} ${resource}${group === '' ? '' : `.${group}`}`;

const rule = z.object({
  verbs: z.array(z.string()),
  apiGroups: z.array(z.string()).nullish(),
  resources: z.array(z.string()).nullish(),
  resourceNames: z.array(z.string()).nullish(),
});
type Rule = z.output<typeof rule>;

const rulesAnswer = z.object({
  status: z.object({ incomplete: z.boolean(), resourceRules: z.array(rule).nullish() }),
});
const accessAnswer = z.object({ status: z.object({ allowed: z.boolean() }) });

export type Granted = { readonly granted: readonly string[]; readonly excess: readonly string[] };
type Asking = { readonly client: KubernetesClient; readonly namespace: string; readonly signal: AbortSignal };

/** Rejects as `kubernetesRefusal` reads it. */
export async function readPermissions({ client, namespace, signal }: Asking): Promise<Granted> {
  const request = { kind: 'SelfSubjectRulesReview', spec: { namespace }, signal } as const;
  const { status } = await client.review(request, rulesAnswer);
  const rules = status.resourceRules ?? [];
  const listed = neededPermissions.filter((permission) => rules.some((one) => allows(one, permission)));
  const excess = rules.flatMap(excessOf);
  if (!status.incomplete) return { granted: listed.map(sayPermission), excess: [...new Set(excess)] };
  // Rules of a webhook authoriser are not listed: only single questions tell.
  const unlisted = neededPermissions.filter((permission) => !listed.includes(permission));
  const ask = (permission: Permission) => isAllowed({ client, namespace, signal }, permission);
  const [more, forbidden] = await Promise.all([
    Promise.all(unlisted.map(ask)),
    Promise.all(forbiddenPermissions.map(ask)),
  ]);
  return {
    granted: [...listed, ...unlisted.filter((_, index) => more[index])].map(sayPermission),
    excess: [
      ...new Set([...excess, ...forbiddenPermissions.filter((_, index) => forbidden[index]).map(sayPermission)]),
    ],
  };
}

async function isAllowed({ client, namespace, signal }: Asking, permission: Permission): Promise<boolean> {
  const { verb, group, resource: full } = permission;
  const [resource = '', subresource] = full.split('/');
  const resourceAttributes = {
    namespace,
    verb,
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
  };
  const request = { kind: 'SelfSubjectAccessReview', spec: { resourceAttributes }, signal } as const;
  return (await client.review(request, accessAnswer)).status.allowed;
}

const holds = (list: readonly string[] | null | undefined, wanted: string): boolean =>
  (list ?? []).some((one) => one === '*' || one === wanted);

/** A rule for some names only does not grant the kind. */
function allows({ verbs, apiGroups, resources, resourceNames }: Rule, permission: Permission): boolean {
  if ((resourceNames ?? []).length > 0) return false;
  return holds(verbs, permission.verb) && holds(apiGroups, permission.group) && holds(resources, permission.resource);
}

const reads = new Set(['get', 'list', 'watch']);
/** What every account may ask about itself (`system:basic-user`). */
const aboutOneself = new Set(['authorization.k8s.io', 'authentication.k8s.io']);
/** Reading these reads secrets, or reaches into a container: a GET is enough for exec and for a node's proxy. */
const closed = new Set([
  'secrets',
  'configmaps',
  'pods/exec',
  'pods/attach',
  'pods/portforward',
  'pods/proxy',
  'pods/ephemeralcontainers',
  'services/proxy',
  'nodes/proxy',
  'serviceaccounts/token',
  '*',
]);

function excessOf({ verbs, apiGroups, resources }: Rule): readonly string[] {
  const groups = apiGroups ?? [''];
  if (groups.length > 0 && groups.every((group) => aboutOneself.has(group))) return [];
  return verbs.flatMap((verb) =>
    (resources ?? [])
      .filter((resource) => !reads.has(verb) || closed.has(resource))
      .map((resource) => sayPermission({ verb, group: groups[0] ?? '', resource })),
  );
}
