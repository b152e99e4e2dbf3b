import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionFailure } from '../../action.ts';
import type { Json } from '../../core/json.ts';
import { done, failed, type Result } from '../../core/result.ts';
import type { Writer } from './client.ts';
import { type Deployment, type DeploymentPlace, readDeployment, revisionOf } from './deployment.ts';

type Waiting = {
  readonly writer: Writer;
  readonly place: DeploymentPlace & { readonly timeoutSeconds: number };
  /** The change that is waited for. */
  readonly generation: number;
  readonly signal: AbortSignal;
};

/**
 * Waits until every pod is of the newest template and available, as `kubectl rollout status` does. `unknown` when the
 * time is over first: the change is made, what it does is not known yet.
 */
export async function awaitRollout(waiting: Waiting): Promise<Result<Json, ActionFailure>> {
  const { writer, place, generation, signal } = waiting;
  const name = `${place.namespace}/${place.deployment}`;
  let pauseMs = 200;
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    const now = await readDeployment(writer, place);
    if (now.ok && isRolledOut(now.value, generation)) {
      return done({ deployment: name, revision: revisionOf(now.value), replicas: now.value.spec.replicas });
    }
    if (waitedMs >= place.timeoutSeconds * 1_000 || signal.aborted) {
      const reason = now.ok
        ? `${name} was changed, but not all of its pods are ready after ${Math.round(waitedMs / 1_000)} s`
        : now.failure.reason;
      return failed({ kind: 'unknown', reason });
    }
    pauseMs = Math.min(pauseMs * 2, 5_000);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

const isRolledOut = ({ spec, status }: Deployment, generation: number): boolean =>
  status.observedGeneration >= generation &&
  status.updatedReplicas >= spec.replicas &&
  status.replicas <= status.updatedReplicas &&
  status.availableReplicas >= status.updatedReplicas;
