/** Pods of the shop as objects of the Kubernetes API. */
import type { ShopService } from '../world.ts';
import { generatedName, namespace } from './names.ts';
import { condition, type LabObject, labelsOf, owner, stamp, templateOf } from './object-parts.ts';
import type { LabPod } from './pods.ts';
import type { LabRevision } from './revisions.ts';

export const isReady = ({ state }: LabPod): boolean => state === 'ready';
export const hash = ({ replicaSet }: LabRevision): string => replicaSet.slice(replicaSet.lastIndexOf('-') + 1);

export function podJson(service: ShopService, pod: LabPod): LabObject {
  const { revision } = pod;
  return {
    metadata: {
      name: pod.name,
      namespace,
      uid: generatedName(12, pod.name),
      creationTimestamp: stamp(pod.createdMs),
      labels: { ...labelsOf(service), 'pod-template-hash': hash(revision) },
      ownerReferences: owner('ReplicaSet', revision.replicaSet),
      ...(pod.state === 'leaving'
        ? { deletionTimestamp: stamp(pod.sinceMs + 30_000), deletionGracePeriodSeconds: 30 }
        : {}),
    },
    spec: { nodeName: pod.node, ...templateOf(service, revision).spec },
    status: pod.state === 'evicted' ? evictedStatus(pod) : runningStatus(service, pod),
  };
}

const evictedWords =
  'The node was low on resource: ephemeral-storage. Threshold quantity: 4293918720, available: 1180Mi. ';

export const evictionMessage = ({ id }: ShopService): string =>
  `${evictedWords}Container ${id} was using 11862Mi, request is 0, has larger consumption of ephemeral-storage. `;

const evictedStatus = (pod: LabPod): object => ({
  phase: 'Failed',
  reason: 'Evicted',
  message: evictedWords.trim(),
  startTime: stamp(pod.createdMs),
  conditions: [condition('DisruptionTarget', 'True', { sinceMs: pod.sinceMs, reason: 'TerminationByKubelet' })],
});

function runningStatus(service: ShopService, pod: LabPod): object {
  const ready = isReady(pod);
  const readiness = ready
    ? {}
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${service.id}]` };
  const since = condition('Ready', ready ? 'True' : 'False', { sinceMs: pod.sinceMs, ...readiness });
  return {
    phase: 'Running',
    startTime: stamp(pod.createdMs),
    conditions: [
      condition('PodScheduled', 'True', { sinceMs: pod.createdMs }),
      condition('Initialized', 'True', { sinceMs: pod.createdMs }),
      { ...since, type: 'ContainersReady' },
      since,
    ],
    containerStatuses: [containerStatus(service, pod)],
  };
}

function containerStatus(service: ShopService, pod: LabPod): object {
  const last = pod.endings.at(-1);
  const before = pod.endings.at(-2);
  const terminated = last && {
    terminated: {
      exitCode: last.exitCode,
      reason: last.reason,
      startedAt: stamp(before?.atMs ?? pod.createdMs),
      finishedAt: stamp(last.atMs),
    },
  };
  const waits = pod.state === 'backing-off';
  return {
    name: service.id,
    image: pod.revision.image,
    ready: isReady(pod),
    started: !waits,
    restartCount: waits ? Math.max(0, pod.endings.length - 1) : pod.endings.length,
    state: waits
      ? {
          waiting: {
            reason: 'CrashLoopBackOff',
            message: `back-off restarting failed container=${service.id} pod=${pod.name}`,
          },
        }
      : { running: { startedAt: stamp(last === undefined ? pod.createdMs + 2_000 : pod.sinceMs) } },
    lastState: terminated ?? {},
  };
}
