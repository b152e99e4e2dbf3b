/** Storage: claims that are not bound or not grown, and volumes that cannot be mounted. */
import { conditionOf } from '../objects.ts';
import { cutText, type Problem, type ProblemDetector, reasonText } from '../problem.ts';

export const detectClaims: ProblemDetector = ({ claims, events }) =>
  claims.flatMap(({ metadata, spec, status }): readonly Problem[] => {
    if (status.phase !== 'Pending' && status.phase !== 'Lost') return [];
    const why = events.find(({ kind, name }) => kind === 'PersistentVolumeClaim' && name === metadata.name);
    const storage = spec.storageClassName === '' ? 'no storage class' : `storage class ${spec.storageClassName}`;
    const says = `is ${status.phase} (${storage}), so its pod cannot start: ${reasonText(why?.reason ?? '', why?.message ?? '')}`;
    const object = `PersistentVolumeClaim ${metadata.name}`;
    return [
      { problem: 'claim-not-bound', severity: 3, object, says: cutText(says), sinceMs: metadata.creationTimestamp },
    ];
  });

/** How full a volume is only kubelet knows; that a larger one was asked for and did not come is in the claim. */
export const detectClaimResize: ProblemDetector = ({ claims, events }) =>
  claims.flatMap(({ metadata, status }): readonly Problem[] => {
    const pending = conditionOf(status.conditions, 'FileSystemResizePending');
    const failed = events.find(({ name, reason }) => name === metadata.name && resizeFailures.has(reason));
    if (pending?.status !== 'True' && failed === undefined) return [];
    const words =
      failed === undefined
        ? reasonText('FileSystemResizePending', pending?.message ?? '')
        : reasonText(failed.reason, failed.message);
    return [
      {
        problem: 'claim-not-grown',
        severity: 2,
        object: `PersistentVolumeClaim ${metadata.name}`,
        says: `was to grow and has not: ${words}`,
        sinceMs: pending?.lastTransitionTime ?? failed?.firstMs ?? null,
      },
    ];
  });

const resizeFailures = new Set(['VolumeResizeFailed', 'FileSystemResizeFailed']);
const mountFailures = new Set(['FailedMount', 'FailedAttachVolume', 'FailedMapVolume']);

/** Of pods that do not run yet: once they do, the mount worked in the end. */
export const detectMountFailure: ProblemDetector = ({ pods, events }) => {
  const pending = new Set(pods.filter(({ status }) => status.phase === 'Pending').map(({ metadata }) => metadata.name));
  return events
    .filter(({ reason, name }) => mountFailures.has(reason) && pending.has(name))
    .map((event) => ({
      problem: 'mount-failing',
      severity: 3,
      object: `Pod ${event.name}`,
      says: `a volume cannot be mounted (${event.count} times): ${reasonText(event.reason, event.message)}`,
      sinceMs: event.firstMs,
    }));
};
