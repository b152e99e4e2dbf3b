/** What the lab's reader may do, as `deploy/kubernetes/reader.yaml` grants it, and the reviews that tell it so. */
import { z } from 'zod';
import type { Json } from '../../core/json.ts';
import { namespace } from './names.ts';

const read = ['get', 'list'];
const readerRules = [
  { apiGroups: [''], resources: ['pods', 'events', 'services', 'persistentvolumeclaims'], verbs: read },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['nodes'], verbs: read },
  {
    apiGroups: ['apps'],
    resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'controllerrevisions'],
    verbs: read,
  },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: read },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: read },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
] as const;

/** What the lab's writer may read, as `deploy/kubernetes/writer.yaml` grants it. */
export const writerReads: readonly string[] = ['deployments', 'replicasets'];

/** Every signed-in account holds these (`system:basic-user`). */
const basic = {
  apiGroups: ['authorization.k8s.io'],
  resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  verbs: ['create'],
};

const rulesReview = z.object({ spec: z.object({ namespace: z.string().min(1) }) });
const accessReview = z.object({
  spec: z.object({
    resourceAttributes: z.object({
      namespace: z.string().optional(),
      verb: z.string(),
      group: z.string().default(''),
      resource: z.string(),
      subresource: z.string().optional(),
    }),
  }),
});

const writerRules = [
  { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'], verbs: ['get', 'patch'] },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list'] },
] as const;

/** Null for a body that is no review. */
export function answerReview(kind: string, body: unknown, account: 'reader' | 'writer' = 'reader'): Json {
  const rules = account === 'reader' ? readerRules : writerRules;
  if (kind === 'selfsubjectrulesreviews') {
    const asked = rulesReview.safeParse(body);
    if (!asked.success) return null;
    const granted = asked.data.spec.namespace === namespace ? rules : [];
    return {
      kind: 'SelfSubjectRulesReview',
      status: { incomplete: false, resourceRules: [basic, ...granted], nonResourceRules: [] },
    };
  }
  const asked = accessReview.safeParse(body);
  if (!asked.success) return null;
  const { verb, group, resource, subresource } = asked.data.spec.resourceAttributes;
  const name = subresource === undefined ? resource : `${resource}/${subresource}`;
  const allowed = rules.some(
    (rule) =>
      rule.apiGroups.some((one) => one === group) &&
      rule.resources.some((one) => one === name) &&
      rule.verbs.some((one) => one === verb),
  );
  return { kind: 'SelfSubjectAccessReview', status: { allowed } };
}
