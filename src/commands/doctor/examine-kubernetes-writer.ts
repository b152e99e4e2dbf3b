/** What the cluster lets the writing account do, against deploy/kubernetes/writer.yaml, namespace by namespace. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { send } from '../../actions/http/send.ts';
import { type WriteEnvironment, writeEnvironment } from '../../actions/kubernetes/client.ts';
import { type Diagnosis, fine, problem } from './diagnosis.ts';
import type { Asking } from './examine-vendors.ts';

const patienceMs = 10_000;
const needed = [
  'get deployments',
  'patch deployments',
  'get deployments/scale',
  'patch deployments/scale',
  'list replicasets',
];
const fix = 'Grant exactly what deploy/kubernetes/writer.yaml lists.';

const rule = z.object({
  verbs: z.array(z.string()),
  apiGroups: z.array(z.string()).nullish(),
  resources: z.array(z.string()).nullish(),
});
type Rule = z.output<typeof rule>;
const review = z.object({ status: z.object({ incomplete: z.boolean(), resourceRules: z.array(rule).nullish() }) });

/** What every account may ask about itself (`system:basic-user`). */
const aboutOneself = new Set(['authorization.k8s.io', 'authentication.k8s.io']);

/** Nothing when the actions are off. */
export async function examineKubernetesWriter({ variables, catalogue }: Asking): Promise<readonly Diagnosis[]> {
  const environment = writeEnvironment.safeParse(variables);
  if (!environment.success) return [];
  const namespaces = [...new Set(catalogue.services.flatMap(({ kubernetes }) => kubernetes?.namespace ?? []))];
  return Promise.all(namespaces.map((namespace) => examineNamespace(environment.data, namespace)));
}

async function examineNamespace(environment: WriteEnvironment, namespace: string): Promise<Diagnosis> {
  const name = `kubernetes writer: ${namespace}`;
  try {
    const { status, text } = await askRules(environment, namespace);
    if (status === 401) return problem(name, 'the write token was not accepted', 'Renew KUBERNETES_WRITE_TOKEN.');
    const answer = review.safeParse(status < 300 ? JSON.parse(text) : null);
    if (!answer.success) return problem(name, `the cluster answered ${status}`, 'Check KUBERNETES_API_URL.');
    return compare(name, answer.data.status.resourceRules ?? [], answer.data.status.incomplete);
  } catch {
    return problem(name, 'the cluster gave no answer', 'Check KUBERNETES_API_URL, its CA and the network path to it.');
  }
}

async function askRules(environment: WriteEnvironment, namespace: string) {
  const {
    KUBERNETES_WRITE_TOKEN: token,
    KUBERNETES_WRITE_TOKEN_FILE: tokenFile,
    KUBERNETES_CA_FILE: file,
  } = environment;
  const bearer = token ?? (await readFile(tokenFile ?? '', 'utf8')).trim();
  const body = { kind: 'SelfSubjectRulesReview', apiVersion: 'authorization.k8s.io/v1', spec: { namespace } };
  const base = environment.KUBERNETES_API_URL.replace(/\/+$/u, '');
  return send({
    method: 'POST',
    url: new URL(`${base}/apis/authorization.k8s.io/v1/selfsubjectrulesreviews`),
    headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(patienceMs),
    ...(file === undefined ? {} : { certificateAuthority: await readFile(file, 'utf8') }),
  });
}

function compare(name: string, rules: readonly Rule[], incomplete: boolean): Diagnosis {
  const granted = rules.flatMap(permissionsOf);
  const missing = needed.filter((each) => !granted.includes(each) && !granted.includes('*'));
  const excess = [...new Set(granted.filter((each) => !needed.includes(each)))];
  const parts = [
    ...(missing.length > 0 && !incomplete ? [`missing ${missing.join(', ')}`] : []),
    ...(excess.length > 0 ? [`must not hold ${excess.join(', ')}`] : []),
  ];
  if (parts.length > 0) return problem(name, parts.join('; '), fix);
  if (!incomplete) return fine(name, `granted what is needed and no more: ${needed.join(', ')}`);
  return { name, state: 'unknown', says: `the cluster cannot list all rules; needed: ${needed.join(', ')}`, fix: null };
}

/** Deployments and their parts are of the group `apps`; a resource of another group is named with it. */
function permissionsOf({ verbs, apiGroups, resources }: Rule): readonly string[] {
  const groups = apiGroups ?? [''];
  if (groups.length > 0 && groups.every((group) => aboutOneself.has(group))) return [];
  const named = groups.flatMap((group) =>
    (resources ?? []).map((resource) => (group === 'apps' ? resource : `${resource}.${group === '' ? 'core' : group}`)),
  );
  return verbs.flatMap((verb) => named.map((resource) => `${verb} ${resource}`));
}
