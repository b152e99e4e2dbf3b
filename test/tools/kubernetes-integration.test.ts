import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { chooseEnvironment } from '../../src/choose-environment.ts';
import { integration } from '../../tools/kubernetes/integration.ts';
import { neededPermissions, sayPermission } from '../../tools/kubernetes/permissions.ts';
import { tool as events } from '../../tools/kubernetes-events.ts';
import { tool as health } from '../../tools/kubernetes-health.ts';
import { tool as logs } from '../../tools/kubernetes-pod-logs.ts';
import { tool as rollouts } from '../../tools/kubernetes-rollouts.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { cluster, deployment, environment, healthy, refusal } from './kubernetes-cluster.ts';
import { ask, failure, from, nowMs, to } from './shop.ts';

const grantsFile = new URL('../../deploy/kubernetes/reader.yaml', import.meta.url);
const rule = z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) });
const document = z.object({ kind: z.string(), rules: z.array(rule).optional() });
const documents = parseAllDocuments(readFileSync(grantsFile, 'utf8')).map((one) => document.parse(one.toJS()));
const roleRules = documents.find(({ kind }) => kind === 'Role')?.rules ?? [];
const clusterRules = documents.find(({ kind }) => kind === 'ClusterRole')?.rules ?? [];
const basic = {
  verbs: ['create'],
  apiGroups: ['authorization.k8s.io'],
  resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
};

const now = new Date(nowMs).toUTCString();
const context = {
  signal: new AbortController().signal,
  nowMs,
  repositories: [],
  namespaces: [],
  logGroups: [],
  environment: 'prod',
};
const review = (resourceRules: readonly object[], incomplete = false): Answer => ({
  status: 201,
  body: { status: { incomplete, resourceRules: [basic, ...resourceRules] } },
});

type Answers = {
  readonly rules?: Answer;
  readonly access?: (asked: Asked) => boolean;
  readonly write?: Answer;
  readonly date?: string;
};

function serving({
  rules = review([...roleRules, ...clusterRules]),
  access = () => false,
  write,
  date = now,
}: Answers = {}) {
  const lists = cluster(healthy);
  return (asked: Asked): Answer => {
    const dated = (answer: Answer): Answer => ({ ...answer, headers: { date, ...answer.headers } });
    if (asked.method === 'DELETE') return dated(write ?? refusal(403, 'Forbidden'));
    if (asked.path.endsWith('/selfsubjectrulesreviews')) return dated(rules);
    if (asked.path.endsWith('/selfsubjectaccessreviews'))
      return dated({ status: 201, body: { status: { allowed: access(asked) } } });
    return dated(asked.path === '/version' ? { body: { gitVersion: 'v1.35.2' } } : lists(asked));
  };
}

function connect(url: string, more: { readonly [name: string]: string } = {}) {
  const variables = { ...environment(url), KUBERNETES_NAMESPACES: 'shop', ...more };
  const chosen = chooseEnvironment({ name: 'kubernetes', environment: integration.environment }, variables);
  if (chosen.kind !== 'complete') throw new Error(`not connected: ${JSON.stringify(chosen)}`);
  return integration.connect(integration.environment.parse(chosen.environment));
}

async function examine(answers: Answers = {}) {
  const vendor = await startVendor(serving(answers));
  const checks = await connect(vendor.url).examine(context);
  return { vendor, checks, check: (name: string) => checks.find((one) => one.name === name) };
}

describe('causeway doctor on Kubernetes', () => {
  it('is content with exactly the grants of the file', async () => {
    const { checks, vendor } = await examine();

    expect(checks.map(({ name, state }) => [name, state])).toEqual(
      ['reachable', 'clock', 'scopes', 'read', 'write refused'].map((name) => [name, 'ok']),
    );
    const tried = vendor.asked.filter(({ method }) => method !== 'GET');
    expect(tried.map(({ method, path }) => [method, path])).toEqual([
      ['POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews'],
      ['DELETE', '/api/v1/namespaces/shop/pods/Causeway_Doctor'],
    ]);
    expect(tried[1]?.query.get('dryRun')).toBe('All');
  });

  it('names each grant that is missing', async () => {
    const less = roleRules.map((one) => ({
      ...one,
      resources: one.resources.filter((name) => name !== 'pods/log' && name !== 'events'),
    }));
    const { check } = await examine({ rules: review(less) });

    expect(check('scopes')).toMatchObject({
      state: 'problem',
      says: 'missing list events in shop, get pods/log in shop',
      fix: 'Grant exactly what deploy/kubernetes/reader.yaml lists.',
    });
  });

  it.each`
    what                  | more                                                                            | says
    ${'secrets'}          | ${{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }}                  | ${'get secrets'}
    ${'exec'}             | ${{ apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] }}      | ${'get pods/exec in shop, create pods/exec'}
    ${"a node's proxy"}   | ${{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }}              | ${'get nodes/proxy'}
    ${'everything'}       | ${{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }}                         | ${'* *.*'}
    ${'a write'}          | ${{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] }}        | ${'patch deployments.apps'}
    ${'another identity'} | ${{ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }}            | ${'impersonate users'}
    ${'tokens'}           | ${{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }} | ${'create serviceaccounts/token'}
  `('says that it must not hold $what', async ({ more, says }) => {
    const { check } = await examine({ rules: review([...roleRules, more]) });
    expect(check('scopes')).toMatchObject({ state: 'problem', says: `must not hold ${says} in shop` });
  });

  it('does not take a grant for some names for one of the kind', async () => {
    const named = roleRules.map((one) => ({ ...one, resourceNames: ['checkout'] }));
    const { check } = await examine({ rules: review(named) });
    expect(check('scopes')?.says).toContain('missing list pods in shop');
  });

  it('asks one by one where the cluster cannot list what it grants', async () => {
    const isRead = ({ body }: Asked) =>
      /"verb":"(?:list|get)","group":"[^"]*","resource":"(?!secrets|configmaps|nodes)/u.test(body);
    const fine = await examine({ rules: review([], true), access: isRead });
    const more = await examine({
      rules: review([], true),
      access: (asked) => isRead(asked) || asked.body.includes('"resource":"pods","subresource":"exec"'),
    });

    expect(fine.check('scopes')).toMatchObject({ state: 'ok' });
    expect(more.check('scopes')).toMatchObject({ state: 'problem', says: 'must not hold create pods/exec in shop' });
  });

  it('knows no more than the vendor tells', async () => {
    expect((await examine({ rules: refusal(403, 'Forbidden') })).check('scopes')).toMatchObject({
      state: 'unknown',
      says: expect.stringContaining('list pods in shop'),
    });
  });

  it.each([{ status: 200, body: { kind: 'Status', status: 'Success' } }, refusal(404, 'NotFound')])(
    'sees that it could write: %j',
    async (write) => {
      expect((await examine({ write })).check('write refused')).toMatchObject({ state: 'problem' });
    },
  );

  it('sees a clock that is ten minutes off', async () => {
    const { check } = await examine({ date: new Date(nowMs - 600_000).toUTCString() });
    expect(check('clock')).toMatchObject({ state: 'problem', says: 'our clock is 600 s ahead' });
  });

  it('says that the address cannot be reached, and stops there', async () => {
    const checks = await connect(await unreachableUrl()).examine(context);
    expect(checks).toEqual([
      expect.objectContaining({ name: 'reachable', state: 'problem', says: expect.stringContaining('ECONNREFUSED') }),
    ]);
  });

  it('examines every namespace it was given', async () => {
    const vendor = await startVendor(serving());
    const checks = await connect(vendor.url, { KUBERNETES_NAMESPACES: 'shop,payments' }).examine(context);

    expect(checks.find(({ name }) => name === 'read')?.says).toBe('pods in shop, payments can be listed');
    expect(
      vendor.asked.filter(({ path }) => path.endsWith('rulesreviews')).map(({ body }) => JSON.parse(body).spec),
    ).toEqual([{ namespace: 'shop' }, { namespace: 'payments' }]);
  });
});

describe('causeway catalog discover on Kubernetes', () => {
  it('drafts a service for each workload, with what labels and annotations tell', async () => {
    const labels = {
      'app.kubernetes.io/name': 'checkout',
      'app.kubernetes.io/part-of': 'shop',
      'tags.datadoghq.com/service': 'checkout-api',
      team: 'payments',
    };
    const annotations = {
      'org.opencontainers.image.source': 'https://github.com/acme/shop.git',
      'app.kubernetes.io/owner': 'shop-oncall',
    };
    const plain = deployment({ metadata: { name: 'worker', labels: {} } });
    const vendor = await startVendor(
      cluster({ deployments: [deployment({ metadata: { labels, annotations } })], statefulsets: [plain] }),
    );

    expect(await connect(vendor.url).discover?.(context)).toEqual([
      {
        name: 'checkout',
        seen: 'Kubernetes Deployment shop/checkout, part of shop',
        kubernetes: { namespace: 'shop', workload: 'checkout' },
        datadogService: 'checkout-api',
        repository: 'acme/shop',
        owners: ['shop-oncall', 'payments'],
      },
      {
        name: 'worker',
        seen: 'Kubernetes StatefulSet shop/worker',
        kubernetes: { namespace: 'shop', workload: 'worker' },
      },
    ]);
  });
});

const asking = { service: 'checkout', from, to };
const calls = [
  { tool: health, input: { services: ['checkout'] } },
  { tool: rollouts, input: asking },
  { tool: events, input: asking },
  { tool: logs, input: asking },
];

/** The permission that a request needs: a name after the kind makes it a get, a subresource belongs to the kind. */
function permissionOf({ path }: Asked): string {
  const [, group = '', rest = ''] = /^\/(?:api|apis\/([^/]+))\/v\d\/(?:namespaces\/shop\/)?(.*)$/u.exec(path) ?? [];
  const [kind = '', name, subresource] = rest.split('/');
  const resource = subresource === undefined ? kind : `${kind}/${subresource}`;
  return sayPermission({ verb: name === undefined ? 'list' : 'get', group, resource });
}

describe(`deploy/${integration.grants}`, () => {
  const granted = roleRules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => sayPermission({ verb, group, resource }))),
    ),
  );

  it('grants every permission that the tools need', () => {
    expect(neededPermissions.map(sayPermission).filter((one) => !granted.includes(one))).toEqual([]);
  });

  it('grants only reads of the kinds that the tools read', () => {
    const kinds = new Set(neededPermissions.map(({ group, resource }) => sayPermission({ verb: '', group, resource })));
    const all = [...roleRules, ...clusterRules];
    expect([...new Set(all.flatMap(({ verbs }) => verbs))].toSorted()).toEqual(['get', 'list']);
    expect(granted.filter((one) => !kinds.has(one.replace(/^\w+/u, '')))).toEqual([]);
    expect(clusterRules.flatMap(({ resources }) => resources)).toEqual(['nodes']);
  });

  it.each(calls)('covers every request that $tool.name makes, and what it says it needs', async ({ tool, input }) => {
    const objects = cluster(healthy);
    const vendor = await startVendor((asked) => (asked.path.endsWith('/log') ? { body: '' } : objects(asked)));
    await ask(tool, { environment: environment(vendor.url), input });
    const refusing = await startVendor(() => refusal(403, 'Forbidden'));
    const { fix } = failure(await ask(tool, { environment: environment(refusing.url), input }));
    const named = fix.match(
      /\b(?:pods\/log|pods|events|deployments|statefulsets|daemonsets|replicasets|controllerrevisions)\b/gu,
    );

    const made = [...new Set(vendor.asked.map(permissionOf))];
    expect(made.length).toBeGreaterThan(0);
    expect(made.filter((one) => !granted.includes(one) && one !== 'list nodes')).toEqual([]);
    expect(named?.filter((kind) => !granted.some((one) => / ([^.]+)/u.exec(one)?.[1] === kind))).toEqual([]);
    expect(vendor.asked.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('names the file that the tools name in their failures', () => {
    expect(integration.grants).toBe('kubernetes/reader.yaml');
    expect(documents.map(({ kind }) => kind)).toEqual([
      'ServiceAccount',
      'Role',
      'RoleBinding',
      'ClusterRole',
      'ClusterRoleBinding',
    ]);
  });
});
