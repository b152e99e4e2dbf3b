import { detectAutoscalerAtMaximum, detectAutoscalerBlind } from './detectors/autoscalers.ts';
import { detectInitFailure, detectOutOfMemory, detectRestarts, detectWaiting } from './detectors/containers.ts';
import { detectBadSelector, detectNoEndpoints } from './detectors/endpoints.ts';
import { detectFailedJob, detectFailingJob, detectMissedCronJob, detectSuspendedCronJob } from './detectors/jobs.ts';
import { detectNodeNotReady, detectNodePressure } from './detectors/nodes.ts';
import { detectFailingProbes } from './detectors/probes.ts';
import { detectEvictions, detectFailedCreate, detectUnschedulable } from './detectors/scheduling.ts';
import { detectClaimResize, detectClaims, detectMountFailure } from './detectors/volumes.ts';
import {
  detectMissingReplicas,
  detectNoWorkload,
  detectPaused,
  detectStuckRollout,
  detectStuckTerminating,
} from './detectors/workloads.ts';
import type { Problem, ProblemDetector } from './problem.ts';
import type { Scene } from './scene.ts';

/** In the order in which they explain: what ends a process before what follows from it. */
const detectors: readonly ProblemDetector[] = [
  detectOutOfMemory,
  detectWaiting,
  detectInitFailure,
  detectUnschedulable,
  detectFailedCreate,
  detectClaims,
  detectMountFailure,
  detectEvictions,
  detectNodeNotReady,
  detectNodePressure,
  detectFailingProbes,
  detectBadSelector,
  detectNoEndpoints,
  detectStuckRollout,
  detectMissingReplicas,
  detectRestarts,
  detectAutoscalerAtMaximum,
  detectAutoscalerBlind,
  detectStuckTerminating,
  detectClaimResize,
  detectFailedJob,
  detectFailingJob,
  detectMissedCronJob,
  detectSuspendedCronJob,
  detectPaused,
  detectNoWorkload,
];

/** Everything that is wrong with one workload, worst first. Deterministic for the scene. */
export const findProblems = (scene: Scene): readonly Problem[] =>
  detectors.flatMap((detect) => detect(scene)).toSorted((one, other) => other.severity - one.severity);
