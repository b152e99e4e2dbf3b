import { z } from 'zod';
import { type ActionFailure, defineAction } from '../action.ts';
import type { Json } from '../core/json.ts';
import type { PlanStep } from '../core/plan.ts';
import { done, failed, type Result } from '../core/result.ts';
import { connectWriter, type Patch, type Writer, writeEnvironment } from './kubernetes/client.ts';
import { deploymentPlace, pathOf, pauseAfterConflict, triesMax } from './kubernetes/deployment.ts';

const replicas = z.int().min(1, 'a service without pods is an outage').max(500);
const parameters = z.object({
  ...deploymentPlace,
  /** How many it has, as people saw it when they approved. Another number by then: the plan is stale. */
  fromReplicas: replicas,
  toReplicas: replicas,
});
type Parameters = z.output<typeof parameters>;

/** Through the scale subresource: the grant for it reaches the number of pods and nothing else of the Deployment. */
export const action = defineAction({
  name: 'kubernetes-scale',
  description: 'Set the number of pods of one Kubernetes Deployment',
  environment: writeEnvironment,
  parameters,
  fixed: ['namespace'],
  connect: (environment) => ({
    dryRun: async (plan, { signal }) => {
      const now = await readFitting(connectWriter(environment, signal), plan);
      return now.ok ? done([`PATCH ${scalePath(plan)}: ${JSON.stringify(patchOf(now.value, plan).body)}`]) : now;
    },
    check: async (_preconditions, plan, { signal }) => {
      const now = await readFitting(connectWriter(environment, signal), plan);
      return now.ok ? done(null) : now;
    },
    execute: (plan, { signal }) => scale(connectWriter(environment, signal), plan),
    reconcile: (plan, { signal }) => reconcile(connectWriter(environment, signal), plan),
    undo: (plan): readonly PlanStep[] => [
      {
        id: 'undo',
        action: 'kubernetes-scale',
        parameters: { ...plan, fromReplicas: plan.toReplicas, toReplicas: plan.fromReplicas },
        says: `Give ${plan.namespace}/${plan.deployment} ${plan.fromReplicas} pods again`,
      },
    ],
  }),
});

const scalePath = (plan: Parameters): string => `${pathOf(plan)}/scale`;

const scaleObject = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1) }),
  spec: z.object({ replicas: z.number().default(0) }),
});
type Scale = z.output<typeof scaleObject>;

const outcomeOf = ({ namespace, deployment, fromReplicas }: Parameters, { spec }: Scale): Json => ({
  deployment: `${namespace}/${deployment}`,
  replicas: spec.replicas,
  before: fromReplicas,
});

/** What is there, when it is what people saw. */
async function readFitting(writer: Writer, plan: Parameters): Promise<Result<Scale, ActionFailure>> {
  const now = await writer.get(scalePath(plan), scaleObject);
  if (!now.ok || now.value.spec.replicas === plan.fromReplicas) return now;
  const reason = `${plan.namespace}/${plan.deployment} has ${now.value.spec.replicas} pods, not ${plan.fromReplicas}`;
  return failed({ kind: 'stale', reason });
}

const patchOf = ({ metadata }: Scale, { toReplicas }: Parameters): Patch => ({
  type: 'merge',
  body: { metadata: { resourceVersion: metadata.resourceVersion }, spec: { replicas: toReplicas } },
});

async function scale(writer: Writer, plan: Parameters): Promise<Result<Json, ActionFailure>> {
  for (let tries = 1; ; tries += 1) {
    const now = await readFitting(writer, plan);
    if (!now.ok) return now;
    const answer = await writer.patch(scalePath(plan), patchOf(now.value, plan), scaleObject);
    if (answer.ok) return done(outcomeOf(plan, answer.value));
    if (answer.failure.kind !== 'stale' || tries === triesMax) return answer;
    await pauseAfterConflict();
  }
}

/** A number can be set twice without harm: what counts is whether it is set, not by whom. */
async function reconcile(writer: Writer, plan: Parameters): Promise<Result<Json | null, ActionFailure>> {
  const now = await writer.get(scalePath(plan), scaleObject);
  if (!now.ok) return now;
  return done(now.value.spec.replicas === plan.toReplicas ? outcomeOf(plan, now.value) : null);
}
