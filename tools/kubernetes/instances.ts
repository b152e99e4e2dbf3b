/** Pods as the engine sees instances: ready or not, and what the platform says of each. */
import type { InstanceState } from '../../src/rootcause/telemetry.ts';
import { type ClusterEvent, type ContainerStatus, conditionOf, type Pod } from './objects.ts';
import { isFinished, isLeaving, isOfJob, isReady, isRemains, isStarting, restartsOf, waitingReason } from './pods.ts';
import { reasonText } from './problem.ts';
import type { Scene } from './scene.ts';

const saysMax = 12;

/** Pods that serve: no jobs, nothing finished or failed long ago, and nothing merely new, as every rollout has. */
export function instancesOf({ service, pods, events, nodes, nowMs }: Scene): readonly InstanceState[] {
  return pods
    .filter((pod) => !isOfJob(pod) && !isFinished(pod) && !isStarting(pod, nowMs) && !isRemains(pod, nowMs))
    .map((pod) => {
      const node = nodes.find(({ metadata }) => metadata.name === pod.spec.nodeName);
      const nodeReady = conditionOf(node?.status.conditions ?? [], 'Ready');
      const says = [
        ...podWords(pod),
        ...pod.status.initContainerStatuses.flatMap(containerWords),
        ...pod.status.containerStatuses.flatMap(containerWords),
        ...events.filter(({ kind, name }) => kind === 'Pod' && name === pod.metadata.name).map(eventWords),
        ...(nodeReady !== null && nodeReady.status !== 'True'
          ? [`node not ready: ${reasonText(nodeReady.reason, nodeReady.message)}`]
          : []),
      ];
      return {
        service,
        instance: pod.metadata.name,
        ready: isReady(pod),
        leaving: isLeaving(pod),
        restarts: restartsOf(pod),
        says: [...new Set(says)].slice(0, saysMax),
      };
    });
}

/** Conditions that only follow from containers say nothing of their own. */
function podWords({ status }: Pod): readonly string[] {
  const own =
    status.phase === 'Failed' || status.phase === 'Unknown'
      ? [reasonText(status.reason || status.phase, status.message)]
      : [];
  const scheduled = conditionOf(status.conditions, 'PodScheduled');
  return scheduled?.status === 'False' ? [...own, reasonText(scheduled.reason, scheduled.message)] : own;
}

function containerWords(container: ContainerStatus): readonly string[] {
  const waiting = waitingReason(container) === '' ? null : container.state?.waiting;
  const ended = container.state?.terminated ?? container.lastState?.terminated;
  return [
    ...(waiting ? [reasonText(waiting.reason, waiting.message)] : []),
    ...(ended && ended.exitCode !== 0 ? [`last end ${ended.reason || 'unknown'}, exit code ${ended.exitCode}`] : []),
  ];
}

const eventWords = ({ reason, message, count }: ClusterEvent): string =>
  `${reasonText(reason, message)}${count > 1 ? ` (${count} times)` : ''}`;
