/** Pods that found no place, lost it, or were never made. */
import { conditionOf, type ReplicaSet } from '../objects.ts';
import { isRemains } from '../pods.ts';
import { cutText, type Problem, type ProblemDetector, reasonText } from '../problem.ts';

/** The scheduler says why on the condition: `0/5 nodes are available: 3 Insufficient cpu, ...`. */
export const detectUnschedulable: ProblemDetector = ({ pods }) =>
  pods.flatMap((pod): readonly Problem[] => {
    const scheduled = conditionOf(pod.status.conditions, 'PodScheduled');
    if (pod.status.phase !== 'Pending' || scheduled?.status !== 'False') return [];
    return [
      {
        problem: 'unschedulable',
        severity: 3,
        object: `Pod ${pod.metadata.name}`,
        says: `finds no node to run on: ${reasonText(scheduled.reason, scheduled.message)}`,
        sinceMs: scheduled.lastTransitionTime ?? pod.metadata.creationTimestamp,
      },
    ];
  });

/** Evicted pods stay as failed objects that name the resource their node ran short of. */
export const detectEvictions: ProblemDetector = ({ pods, events, nowMs }) => {
  const fromPods = pods
    .filter((pod) => pod.status.reason === 'Evicted' && !isRemains(pod, nowMs))
    .map((pod) => ({ name: pod.metadata.name, message: pod.status.message, atMs: lastChange(pod.status.conditions) }));
  const known = new Set(fromPods.map(({ name }) => name));
  const fromEvents = events
    .filter(({ reason, kind, name }) => reason === 'Evicted' && kind === 'Pod' && !known.has(name))
    .map(({ name, message, lastMs }) => ({ name, message, atMs: lastMs }));
  return [...fromPods, ...fromEvents].map(({ name, message, atMs }) => ({
    problem: 'evicted',
    severity: 2,
    object: `Pod ${name}`,
    says: `was evicted from its node: ${cutText(message)}`,
    sinceMs: atMs,
  }));
};

function lastChange(conditions: readonly { readonly lastTransitionTime: number | null }[]): number | null {
  const times = conditions.flatMap(({ lastTransitionTime }) => lastTransitionTime ?? []);
  return times.length === 0 ? null : Math.max(...times);
}

/** Nothing exists to look at: only the controller says that it could not create a pod. */
export const detectFailedCreate: ProblemDetector = ({ replicaSets, workload, events }) => {
  const fromSets = replicaSets.flatMap(failureOf);
  if (fromSets.length > 0) return fromSets;
  const failure = conditionOf(workload?.object.status.conditions ?? [], 'ReplicaFailure');
  if (workload !== null && failure?.status === 'True') {
    return [
      createProblem(`${workload.kind} ${workload.object.metadata.name}`, failure.message, failure.lastTransitionTime),
    ];
  }
  return events
    .filter(({ reason }) => reason === 'FailedCreate')
    .slice(0, 1)
    .map(({ kind, name, message, lastMs }) => createProblem(`${kind} ${name}`, message, lastMs));
};

function failureOf({ metadata, status }: ReplicaSet): readonly Problem[] {
  const failure = conditionOf(status.conditions, 'ReplicaFailure');
  if (failure?.status !== 'True') return [];
  return [createProblem(`ReplicaSet ${metadata.name}`, failure.message, failure.lastTransitionTime)];
}

/** Admission words a quota in one way: `exceeded quota: NAME, requested: ..., used: ..., limited: ...`. */
function createProblem(object: string, message: string, sinceMs: number | null): Problem {
  const quota = message.includes('exceeded quota');
  return {
    problem: quota ? 'quota-exceeded' : 'cannot-create',
    severity: 3,
    object,
    says: `${quota ? 'the quota of the namespace is used up' : 'pods cannot be created'}: ${cutText(message)}`,
    sinceMs,
  };
}
