/** A Deployment as actions see it, and how they change it: once, marked with the effect's key, never over somebody else's change. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ActionFailure } from '../../action.ts';
import { done, type Result } from '../../core/result.ts';
import type { Patch, Writer } from './client.ts';

// RFC 1123, as Kubernetes takes names.
const objectName = z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/u);

/** Where a Deployment is, and how long its pods may take. */
export const deploymentPlace = {
  namespace: objectName,
  deployment: objectName,
  /** How long the new pods may take until all are ready. */
  timeoutSeconds: z.int().min(1).max(3_600).default(300),
};
export type DeploymentPlace = { readonly namespace: string; readonly deployment: string };

export const pathOf = ({ namespace, deployment }: DeploymentPlace): string =>
  `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`;

/** Written with the change itself, so that an attempt whose answer was lost is found again. */
export const effectAnnotation = 'causeway/last-effect';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';

const annotations = z.record(z.string(), z.string()).default({});
export const deploymentObject = z.object({
  metadata: z.object({ name: z.string(), resourceVersion: z.string().min(1), generation: z.number(), annotations }),
  spec: z.object({ replicas: z.number() }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      replicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      availableReplicas: z.number().default(0),
    })
    .prefault({}),
});
export type Deployment = z.output<typeof deploymentObject>;

export const revisionOf = ({ metadata }: Deployment): number => Number(metadata.annotations[revisionAnnotation] ?? 0);

export const readDeployment = (writer: Writer, place: DeploymentPlace): Promise<Result<Deployment, ActionFailure>> =>
  writer.get(pathOf(place), deploymentObject);

/** Whether the plan still fits what was just read; a `stale` failure says what changed. */
export type StillFits = (now: Deployment) => Result<null, ActionFailure>;

type Change = {
  readonly place: DeploymentPlace;
  readonly key: string;
  readonly fits: StillFits;
  readonly patch: (now: Deployment) => Patch;
};

/** Status changes move the resource version as well: those conflicts are tried again, against what is there by then. */
export const triesMax = 6;
export const pauseAfterConflict = (): Promise<void> => sleep(100);

/** Reads, compares, and patches what was read: the API refuses the patch when anything changed in between. */
export async function changeDeployment(writer: Writer, change: Change): Promise<Result<Deployment, ActionFailure>> {
  for (let tries = 1; ; tries += 1) {
    const now = await readDeployment(writer, change.place);
    if (!now.ok || now.value.metadata.annotations[effectAnnotation] === change.key) return now;
    const fits = change.fits(now.value);
    if (!fits.ok) return fits;
    const answer = await writer.patch(pathOf(change.place), change.patch(now.value), deploymentObject);
    if (answer.ok || answer.failure.kind !== 'stale' || tries === triesMax) return answer;
    await pauseAfterConflict();
  }
}

/** The earlier attempt's change, or null when its mark is not there. Somebody's later change leaves the mark in place. */
export async function findChange(
  writer: Writer,
  place: DeploymentPlace,
  key: string,
): Promise<Result<Deployment | null, ActionFailure>> {
  const now = await readDeployment(writer, place);
  if (!now.ok) return now;
  return done(now.value.metadata.annotations[effectAnnotation] === key ? now.value : null);
}
