import { z } from 'zod';
import { type ActionContext, type ActionFailure, defineAction } from '../action.ts';
import type { Json } from '../core/json.ts';
import type { PlanStep } from '../core/plan.ts';
import { done, failed, type Result } from '../core/result.ts';
import { awaitRollout } from './kubernetes/await-rollout.ts';
import {
  connectWriter,
  type Patch,
  type WriteEnvironment,
  type Writer,
  writeEnvironment,
} from './kubernetes/client.ts';
import {
  changeDeployment,
  type Deployment,
  deploymentPlace,
  effectAnnotation,
  findChange,
  pathOf,
  readDeployment,
  revisionAnnotation,
  revisionOf,
  type StillFits,
} from './kubernetes/deployment.ts';

const revision = z.int().min(1).max(1_000_000_000);
const parameters = z.object({
  ...deploymentPlace,
  /**
   * The revision that runs, as people saw it when they approved; `next` for the one after `toRevision`, which is what
   * taking back an undo begins at. Another one by then: the plan is stale.
   */
  fromRevision: z.union([revision, z.literal('next')]),
  toRevision: revision,
});
type Parameters = z.output<typeof parameters>;

/** Puts one Deployment back to the pod template of an earlier revision, as `kubectl rollout undo` does. */
export const action = defineAction({
  name: 'kubernetes-rollout-undo',
  description: 'Put one Kubernetes Deployment back to an earlier revision',
  environment: writeEnvironment,
  parameters,
  fixed: ['namespace'],
  connect: (environment) => ({
    dryRun: (plan, context) => dryRun(connectWriter(environment, context.signal), plan, context),
    check: async (_preconditions, plan, { signal }) => {
      const writer = connectWriter(environment, signal);
      const now = await readDeployment(writer, plan);
      if (!now.ok) return now;
      const fits = stillRuns(plan)(now.value);
      if (!fits.ok) return fits;
      const template = await templateOf(writer, plan);
      return template.ok ? done(null) : template;
    },
    execute: (plan, context) => execute(environment, plan, context),
    reconcile: (plan, context) => reconcile(environment, plan, context),
    undo: (plan) => undo(plan),
  }),
});

/** Kubernetes gives an old template that comes back the next free number. */
const expectedRevision = ({ fromRevision, toRevision }: Parameters): number =>
  fromRevision === 'next' ? toRevision + 1 : fromRevision;

const stillRuns =
  (plan: Parameters): StillFits =>
  (now) => {
    const expected = expectedRevision(plan);
    if (revisionOf(now) === expected) return done(null);
    const reason = `${plan.namespace}/${plan.deployment} runs revision ${revisionOf(now)}, not ${expected}`;
    return failed({ kind: 'stale', reason });
  };

async function dryRun(
  writer: Writer,
  plan: Parameters,
  { key }: ActionContext,
): Promise<Result<readonly string[], ActionFailure>> {
  const now = await readDeployment(writer, plan);
  if (!now.ok) return now;
  const fits = stillRuns(plan)(now.value);
  if (!fits.ok) return fits;
  const template = await templateOf(writer, plan);
  if (!template.ok) return template;
  return done([`PATCH ${pathOf(plan)}: ${JSON.stringify(patchOf(now.value, template.value, key).body)}`]);
}

const ownLabel = 'pod-template-hash';
const template = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
  spec: z.looseObject({}),
});
type Template = z.output<typeof template>;

const replicaSets = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        annotations: z.record(z.string(), z.string()).default({}),
        ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
      }),
      spec: z.object({ template }),
    }),
  ),
});

/** The pod template of the revision, from the ReplicaSet that keeps it. */
async function templateOf(writer: Writer, plan: Parameters): Promise<Result<Template, ActionFailure>> {
  // A namespace has some hundred of them; the label of the Deployment's selector is not known here.
  const path = `/apis/apps/v1/namespaces/${plan.namespace}/replicasets?limit=5000`;
  const listed = await writer.get(path, replicaSets);
  if (!listed.ok) return listed;
  const kept = listed.value.items.find(
    ({ metadata: { annotations, ownerReferences } }) =>
      annotations[revisionAnnotation] === String(plan.toRevision) &&
      ownerReferences.some(({ kind, name }) => kind === 'Deployment' && name === plan.deployment),
  );
  if (kept === undefined) {
    const reason = `${plan.namespace}/${plan.deployment} keeps no revision ${plan.toRevision} any more`;
    return failed({ kind: 'stale', reason });
  }
  const { [ownLabel]: _, ...labels } = kept.spec.template.metadata.labels;
  const { metadata } = kept.spec.template;
  return done({ ...kept.spec.template, metadata: { ...metadata, labels } });
}

/** A JSON patch with the resource version that was read: replacing it by itself makes the API compare. */
const patchOf = ({ metadata }: Deployment, to: Template, key: string): Patch => ({
  type: 'json',
  body: [
    { op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion },
    { op: 'replace', path: '/metadata/annotations', value: { ...metadata.annotations, [effectAnnotation]: key } },
    { op: 'replace', path: '/spec/template', value: to },
  ],
});

async function execute(
  environment: WriteEnvironment,
  plan: Parameters,
  { key, signal }: ActionContext,
): Promise<Result<Json, ActionFailure>> {
  const writer = connectWriter(environment, signal);
  const to = await templateOf(writer, plan);
  if (!to.ok) return to;
  const changed = await changeDeployment(writer, {
    place: plan,
    key,
    fits: stillRuns(plan),
    patch: (now) => patchOf(now, to.value, key),
  });
  if (!changed.ok) return changed;
  return awaitRollout({ writer, place: plan, generation: changed.value.metadata.generation, signal });
}

async function reconcile(
  environment: WriteEnvironment,
  plan: Parameters,
  { key, signal }: ActionContext,
): Promise<Result<Json | null, ActionFailure>> {
  const writer = connectWriter(environment, signal);
  const found = await findChange(writer, plan, key);
  if (!found.ok || found.value === null) return found.ok ? done(null) : found;
  return awaitRollout({ writer, place: plan, generation: found.value.metadata.generation, signal });
}

function undo(plan: Parameters): readonly PlanStep[] {
  const toRevision = expectedRevision(plan);
  return [
    {
      id: 'undo',
      action: 'kubernetes-rollout-undo',
      parameters: { ...plan, fromRevision: 'next', toRevision },
      says: `Put ${plan.namespace}/${plan.deployment} back to revision ${toRevision}`,
    },
  ];
}
