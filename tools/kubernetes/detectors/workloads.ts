/** The workload as a whole: rollouts that do not end, replicas that are missing, pods that do not go. */
import { conditionOf } from '../objects.ts';
import { isLeaving } from '../pods.ts';
import { type Problem, type ProblemDetector, reasonText } from '../problem.ts';

const minuteMs = 60_000;

export const detectStuckRollout: ProblemDetector = ({ workload }) => {
  if (workload === null) return [];
  const progressing = conditionOf(workload.object.status.conditions, 'Progressing');
  if (progressing?.status !== 'False' || progressing.reason !== 'ProgressDeadlineExceeded') return [];
  return [
    {
      problem: 'rollout-stuck',
      severity: 3,
      object: `${workload.kind} ${workload.object.metadata.name}`,
      says: `its rollout does not end, ${workload.updated} of ${workload.desired} pods have the new version: ${reasonText(progressing.reason, progressing.message)}`,
      sinceMs: progressing.lastUpdateTime ?? progressing.lastTransitionTime,
    },
  ];
};

export const detectMissingReplicas: ProblemDetector = ({ workload }) => {
  if (workload === null || workload.ready >= workload.desired) return [];
  const available = conditionOf(workload.object.status.conditions, 'Available');
  const object = `${workload.kind} ${workload.object.metadata.name}`;
  const says = `${workload.ready} of ${workload.desired} pods are ready`;
  const short = workload.ready === 0 || available?.status === 'False';
  const sinceMs = available?.status === 'False' ? available.lastTransitionTime : null;
  return [{ problem: 'replicas-missing', severity: short ? 3 : 2, object, says, sinceMs }];
};

export const detectNoWorkload: ProblemDetector = ({ workload, pods, cronJobs, jobs, namespace, name }) =>
  workload !== null || pods.length + cronJobs.length + jobs.length > 0
    ? []
    : [
        {
          problem: 'no-such-workload',
          severity: 1,
          object: `Workload ${name}`,
          says: `no Deployment, StatefulSet or DaemonSet of this name in namespace ${namespace}, or it cannot be seen`,
          sinceMs: null,
        },
      ];

/** Past its grace period by this much: a finaliser or a node that does not answer holds it. */
const overdueMs = 5 * minuteMs;

export const detectStuckTerminating: ProblemDetector = ({ pods, nowMs }) =>
  pods.filter(isLeaving).flatMap((pod): readonly Problem[] => {
    // The deletion timestamp is the moment by which it should be gone, grace period included.
    const dueMs = pod.metadata.deletionTimestamp ?? nowMs;
    if (nowMs - dueMs < overdueMs) return [];
    const held =
      pod.metadata.finalizers.length > 0 ? `finalisers ${pod.metadata.finalizers.join(', ')}` : 'no finaliser';
    return [
      {
        problem: 'terminating-stuck',
        severity: 2,
        object: `Pod ${pod.metadata.name}`,
        says: `should be gone and is not (${held}, node ${pod.spec.nodeName || 'none'})`,
        sinceMs: dueMs,
      },
    ];
  });

export const detectPaused: ProblemDetector = ({ workload }) =>
  workload?.object.spec.paused === true
    ? [
        {
          problem: 'rollout-paused',
          severity: 1,
          object: `${workload.kind} ${workload.object.metadata.name}`,
          says: `its rollout is paused: changes to it are not rolled out (${workload.updated} of ${workload.desired} pods are up to date)`,
          sinceMs: null,
        },
      ]
    : [];
