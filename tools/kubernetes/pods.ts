/** How one pod stands, worked out once for detectors, instances and views. */
import { type ContainerStatus, conditionOf, type Pod } from './objects.ts';

const minuteMs = 60_000;
const startingMs = 2 * minuteMs;

export const isLeaving = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== null;

/** Its work is done: a job's pod. */
export const isFinished = (pod: Pod): boolean => pod.status.phase === 'Succeeded';

export const isOfJob = (pod: Pod): boolean => pod.metadata.ownerReferences.some(({ kind }) => kind === 'Job');

const historyMs = 60 * minuteMs;

/** What is left of a pod that failed long ago, by eviction or with its node: it was replaced since. */
export function isRemains(pod: Pod, nowMs: number): boolean {
  if (pod.status.phase !== 'Failed') return false;
  const times = pod.status.conditions.flatMap(({ lastTransitionTime }) => lastTransitionTime ?? []);
  return nowMs - Math.max(pod.metadata.creationTimestamp ?? 0, ...times) > historyMs;
}

export const isReady = (pod: Pod): boolean =>
  pod.status.phase === 'Running' && conditionOf(pod.status.conditions, 'Ready')?.status === 'True';

export const restartsOf = (pod: Pod): number =>
  pod.status.containerStatuses.reduce((sum, container) => sum + container.restartCount, 0);

/** Reasons with which every container begins: nothing is wrong yet. */
const beginnings = new Set(['', 'ContainerCreating', 'PodInitializing']);

export const waitingReason = (container: ContainerStatus): string => {
  const reason = container.state?.waiting?.reason ?? '';
  return beginnings.has(reason) ? '' : reason;
};

/** Not ready because it is new, and for no other reason: every rollout has such pods. */
export function isStarting(pod: Pod, nowMs: number): boolean {
  const ageMs = nowMs - (pod.metadata.creationTimestamp ?? 0);
  if (isReady(pod) || ageMs > startingMs || pod.status.phase === 'Failed') return false;
  const statuses = [...pod.status.containerStatuses, ...pod.status.initContainerStatuses];
  const unscheduled = conditionOf(pod.status.conditions, 'PodScheduled')?.status === 'False';
  return !unscheduled && statuses.every((one) => one.restartCount === 0 && waitingReason(one) === '');
}

export type Ending = {
  readonly container: string;
  readonly reason: string;
  readonly exitCode: number;
  readonly atMs: number | null;
};

/** How its containers ended most recently, now or before their last restart. */
export function endingsOf(pod: Pod): readonly Ending[] {
  return pod.status.containerStatuses.flatMap((container) => {
    const ended = container.state?.terminated ?? container.lastState?.terminated;
    if (ended === null || ended === undefined) return [];
    return [{ container: container.name, reason: ended.reason, exitCode: ended.exitCode, atMs: ended.finishedAt }];
  });
}
