import { z } from 'zod';
import { type ActionContext, type ActionFailure, defineAction } from '../action.ts';
import type { Json } from '../core/json.ts';
import { done, type Result } from '../core/result.ts';
import { awaitRollout } from './kubernetes/await-rollout.ts';
import { connectWriter, type Patch, type WriteEnvironment, writeEnvironment } from './kubernetes/client.ts';
import {
  changeDeployment,
  type Deployment,
  deploymentPlace,
  effectAnnotation,
  findChange,
  pathOf,
  readDeployment,
} from './kubernetes/deployment.ts';

const parameters = z.object(deploymentPlace);
type Parameters = z.output<typeof parameters>;

/** Replaces the pods of one Deployment one after the other, as `kubectl rollout restart` does. */
export const action = defineAction({
  name: 'kubernetes-restart',
  description: 'Replace the pods of one Kubernetes Deployment, one after the other',
  environment: writeEnvironment,
  parameters,
  fixed: ['namespace'],
  connect: (environment) => ({
    dryRun: async (place, context) => {
      const now = await readDeployment(connectWriter(environment, context.signal), place);
      return now.ok ? done([`PATCH ${pathOf(place)}: ${JSON.stringify(patchOf(now.value, context).body)}`]) : now;
    },
    check: async (_preconditions, place, { signal }) => {
      const now = await readDeployment(connectWriter(environment, signal), place);
      return now.ok ? done(null) : now;
    },
    execute: (place, context) => execute(environment, place, context),
    reconcile: (place, context) => reconcile(environment, place, context),
    undo: () => [],
  }),
});

/** The annotation that kubectl writes, so that its users see what happened. */
const patchOf = ({ metadata }: Deployment, { nowMs, key }: ActionContext): Patch => ({
  type: 'merge',
  body: {
    metadata: { resourceVersion: metadata.resourceVersion, annotations: { [effectAnnotation]: key } },
    spec: {
      template: {
        metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': new Date(nowMs).toISOString() } },
      },
    },
  },
});

async function execute(
  environment: WriteEnvironment,
  place: Parameters,
  context: ActionContext,
): Promise<Result<Json, ActionFailure>> {
  const writer = connectWriter(environment, context.signal);
  const changed = await changeDeployment(writer, {
    place,
    key: context.key,
    fits: () => done(null),
    patch: (now) => patchOf(now, context),
  });
  if (!changed.ok) return changed;
  const { generation } = changed.value.metadata;
  return awaitRollout({ writer, place, generation, signal: context.signal });
}

async function reconcile(
  environment: WriteEnvironment,
  place: Parameters,
  { key, signal }: ActionContext,
): Promise<Result<Json | null, ActionFailure>> {
  const writer = connectWriter(environment, signal);
  const found = await findChange(writer, place, key);
  if (!found.ok || found.value === null) return found.ok ? done(null) : found;
  return awaitRollout({ writer, place, generation: found.value.metadata.generation, signal });
}
