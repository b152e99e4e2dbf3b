/** The shop's workloads as objects of the Kubernetes API: the fields kubectl shows, and no others. */
import type { ShopService } from '../world.ts';
import type { LabWorkload } from './cluster.ts';
import { generatedName, namespace } from './names.ts';
import { condition, type LabObject, labelsOf, longAgo, owner, port, stamp, templateOf } from './object-parts.ts';
import { hash, isReady } from './pod-object.ts';
import type { LabPod } from './pods.ts';
import type { LabRevision } from './revisions.ts';

const staying = (pods: readonly LabPod[]): readonly LabPod[] => pods.filter(({ state }) => state !== 'leaving');

export function replicaSetJson({ service, pods, replicas, revisions }: LabWorkload, revision: LabRevision): LabObject {
  const own = staying(pods).filter((pod) => pod.revision === revision);
  const isNewest = revisions.at(-1) === revision;
  return {
    metadata: {
      name: revision.replicaSet,
      namespace,
      creationTimestamp: stamp(revision.startedMs),
      labels: { ...labelsOf(service), 'pod-template-hash': hash(revision) },
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(replicas),
        'deployment.kubernetes.io/revision': String(revision.number),
      },
      ownerReferences: owner('Deployment', service.id),
    },
    spec: { replicas: isNewest ? replicas : own.length, template: templateOf(service, revision) },
    status: { replicas: own.length, readyReplicas: own.filter(isReady).length },
  };
}

export function deploymentJson({ service, pods, replicas, revisions }: LabWorkload): LabObject {
  const newest = revisions.at(-1);
  const own = staying(pods);
  const ready = own.filter(isReady).length;
  const updated = own.filter(({ revision }) => revision === newest);
  const rolling = updated.length < replicas;
  const liveMs = newest?.liveMs ?? longAgo;
  const changedMs = Math.max(longAgo, ...own.map(({ sinceMs }) => sinceMs));
  const enough = ready >= Math.ceil(replicas * 0.75);
  return {
    metadata: {
      name: service.id,
      namespace,
      creationTimestamp: stamp(longAgo),
      labels: labelsOf(service),
      annotations: {
        'deployment.kubernetes.io/revision': String(newest?.number ?? 1),
        'app.kubernetes.io/owner': service.owners[0] ?? '',
      },
    },
    spec: {
      replicas,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: service.id } },
      template: newest === undefined ? {} : templateOf(service, newest),
    },
    status: {
      replicas: own.length,
      updatedReplicas: updated.length,
      readyReplicas: ready,
      availableReplicas: ready,
      ...(ready < replicas ? { unavailableReplicas: replicas - ready } : {}),
      conditions: [
        condition('Available', enough ? 'True' : 'False', {
          sinceMs: enough ? longAgo : changedMs,
          reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
        }),
        condition('Progressing', 'True', {
          sinceMs: newest?.startedMs ?? longAgo,
          reason: rolling ? 'ReplicaSetUpdated' : 'NewReplicaSetAvailable',
          lastUpdateTime: stamp(liveMs),
        }),
      ],
    },
  };
}

/** CPU to hold, in percent of the request; a cluster's default tolerance is a tenth. */
const targetPercent = 72;

export function autoscalerJson({ service, replicas, cpuRatio, pods }: LabWorkload, nowMs: number): LabObject {
  const percent = Math.round(cpuRatio * 100);
  const wanted = percent > targetPercent * 1.1 ? Math.ceil((replicas * percent) / targetPercent) : replicas;
  const limited = wanted > replicas;
  return {
    metadata: { name: service.id, namespace, creationTimestamp: stamp(longAgo), labels: labelsOf(service) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: service.id },
      minReplicas: Math.max(1, Math.ceil(service.pods / 2)),
      maxReplicas: replicas,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: targetPercent } },
        },
      ],
    },
    status: {
      currentReplicas: staying(pods).length,
      desiredReplicas: replicas,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: percent } } }],
      conditions: [
        condition('AbleToScale', 'True', { sinceMs: longAgo, reason: 'ReadyForNewScale' }),
        condition('ScalingActive', 'True', { sinceMs: longAgo, reason: 'ValidMetricFound' }),
        limited
          ? condition('ScalingLimited', 'True', {
              sinceMs: nowMs - (nowMs % 60_000),
              reason: 'TooManyReplicas',
              message: 'the desired replica count is more than the maximum replica count',
            })
          : condition('ScalingLimited', 'False', {
              sinceMs: longAgo,
              reason: 'DesiredWithinRange',
              message: 'the desired count is within the acceptable range',
            }),
      ],
    },
  };
}

export const serviceJson = (service: ShopService): LabObject => ({
  metadata: { name: service.id, namespace, creationTimestamp: stamp(longAgo), labels: labelsOf(service) },
  spec: { type: 'ClusterIP', selector: { app: service.id }, ports: [{ port: 80, targetPort: port, protocol: 'TCP' }] },
});

export const sliceJson = ({ service, pods }: LabWorkload): LabObject => ({
  metadata: {
    name: `${service.id}-${generatedName(5, service.id, 'slice')}`,
    namespace,
    creationTimestamp: stamp(longAgo),
    labels: { 'kubernetes.io/service-name': service.id },
  },
  addressType: 'IPv4',
  endpoints: pods.map((pod) => ({
    conditions: { ready: isReady(pod), serving: isReady(pod), terminating: pod.state === 'leaving' },
    nodeName: pod.node,
    targetRef: { kind: 'Pod', namespace, name: pod.name },
  })),
});

export const nodeJson = (name: string, pressedSinceMs: number | null, isDrained: boolean): LabObject => ({
  metadata: { name, creationTimestamp: stamp(longAgo), labels: { 'kubernetes.io/hostname': name } },
  spec: isDrained
    ? { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] }
    : {},
  status: {
    conditions: [
      condition('MemoryPressure', 'False', { sinceMs: longAgo, reason: 'KubeletHasSufficientMemory' }),
      pressedSinceMs === null
        ? condition('DiskPressure', 'False', { sinceMs: longAgo, reason: 'KubeletHasNoDiskPressure' })
        : condition('DiskPressure', 'True', {
            sinceMs: pressedSinceMs - 20_000,
            reason: 'KubeletHasDiskPressure',
            message: 'kubelet has disk pressure',
          }),
      condition('PIDPressure', 'False', { sinceMs: longAgo, reason: 'KubeletHasSufficientPID' }),
      condition('Ready', 'True', {
        sinceMs: longAgo,
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
      }),
    ],
  },
});
