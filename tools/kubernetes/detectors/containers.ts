/** Containers that do not start or do not stay: reasons of container states, as kubelet writes them. */
import type { ContainerStatus, Pod } from '../objects.ts';
import { endingsOf, isFinished, isLeaving, restartsOf, waitingReason } from '../pods.ts';
import { cutText, type Problem, type ProblemDetector, reasonText } from '../problem.ts';

const minuteMs = 60_000;
/** An end longer ago than this does not explain what happens now. */
const recentMs = 60 * minuteMs;

const podName = (pod: Pod): string => `Pod ${pod.metadata.name}`;

type Waiting = {
  readonly problem: string;
  readonly reasons: ReadonlySet<string>;
  readonly says: string;
  /** Whether init containers wait for this reason too. */
  readonly alsoInit: boolean;
};

/** Reasons of `state.waiting`: kubelet/container and kubelet/images/types.go. */
const waitings: readonly Waiting[] = [
  {
    problem: 'crash-loop',
    reasons: new Set(['CrashLoopBackOff']),
    says: 'keeps ending soon after it starts',
    alsoInit: false,
  },
  {
    problem: 'image-pull',
    reasons: new Set([
      'ImagePullBackOff',
      'ErrImagePull',
      'InvalidImageName',
      'ErrImageNeverPull',
      'ImageInspectError',
      'RegistryUnavailable',
      'SignatureValidationFailed',
    ]),
    says: 'cannot get its image',
    alsoInit: true,
  },
  {
    problem: 'container-config',
    reasons: new Set([
      'CreateContainerConfigError',
      'CreateContainerError',
      'RunContainerError',
      'StartError',
      'PreCreateHookError',
      'PreStartHookError',
      'PostStartHookError',
    ]),
    says: 'cannot be started as configured',
    alsoInit: true,
  },
];

export const detectWaiting: ProblemDetector = ({ pods }) =>
  pods.flatMap((pod) =>
    waitings.flatMap((kind) =>
      [...pod.status.containerStatuses, ...(kind.alsoInit ? pod.status.initContainerStatuses : [])]
        .filter((container) => kind.reasons.has(waitingReason(container)))
        .map((container) => waitingProblem(pod, container, kind)),
    ),
  );

function waitingProblem(pod: Pod, container: ContainerStatus, { problem, says }: Waiting): Problem {
  const ended = container.lastState?.terminated;
  const last = ended ? `; last end: ${ended.reason || 'unknown'}, exit code ${ended.exitCode}` : '';
  const waiting = container.state?.waiting;
  const words = reasonText(waiting?.reason ?? '', waiting?.message ?? '');
  return {
    problem,
    severity: 3,
    object: podName(pod),
    says: `container ${container.name} ${says}: ${words}${last}`,
    sinceMs: ended?.finishedAt ?? pod.metadata.creationTimestamp,
  };
}

/** `OOMKilled` is the kernel's doing at the container's limit (exit code 137 alone may be any SIGKILL). */
export const detectOutOfMemory: ProblemDetector = ({ pods, nowMs }) =>
  pods.flatMap((pod) =>
    endingsOf(pod)
      .filter(({ reason, atMs }) => reason === 'OOMKilled' && (atMs === null || nowMs - atMs <= recentMs))
      .map(({ container, exitCode, atMs }) => ({
        problem: 'out-of-memory',
        severity: 3,
        object: podName(pod),
        says: `container ${container} was killed at its memory limit: OOMKilled, exit code ${exitCode}, restarts ${restartsOf(pod)}`,
        sinceMs: atMs,
      })),
  );

/** Ends other than for memory, at least twice and not long ago; a crash loop says it better. */
export const detectRestarts: ProblemDetector = ({ pods, nowMs }) =>
  pods
    .filter((pod) => restartsOf(pod) >= 2 && !isLeaving(pod))
    .flatMap((pod) =>
      pod.status.containerStatuses.flatMap((container): readonly Problem[] => {
        const ended = container.lastState?.terminated;
        if (!ended || ended.reason === 'OOMKilled' || waitingReason(container) === 'CrashLoopBackOff') return [];
        if (ended.finishedAt === null || nowMs - ended.finishedAt > recentMs) return [];
        const says = `container ${container.name} restarted ${container.restartCount} times; last end: ${ended.reason || 'unknown'}, exit code ${ended.exitCode}`;
        return [{ problem: 'restarts', severity: 2, object: podName(pod), says, sinceMs: ended.finishedAt }];
      }),
    );

export const detectInitFailure: ProblemDetector = ({ pods }) =>
  pods
    .filter((pod) => !isFinished(pod))
    .flatMap((pod) =>
      pod.status.initContainerStatuses.flatMap((container): readonly Problem[] => {
        const ended = container.state?.terminated ?? container.lastState?.terminated;
        const failed = ended !== null && ended !== undefined && ended.exitCode !== 0;
        const looping = waitingReason(container) === 'CrashLoopBackOff';
        if (container.ready === true || !(failed || looping)) return [];
        const end = ended ? `exit code ${ended.exitCode} ${ended.reason}` : 'CrashLoopBackOff';
        const says = cutText(`init container ${container.name} fails, so nothing after it starts: ${end}`);
        return [
          { problem: 'init-failing', severity: 3, object: podName(pod), says, sinceMs: ended?.finishedAt ?? null },
        ];
      }),
    );
