/** Autoscalers that cannot do more, or cannot see: conditions of HorizontalPodAutoscaler (autoscaling/v2). */
import { conditionOf } from '../objects.ts';
import { type Problem, type ProblemDetector, reasonText } from '../problem.ts';

/** At the maximum and wanting more: at the maximum alone is where some like to stay. */
export const detectAutoscalerAtMaximum: ProblemDetector = ({ autoscalers }) =>
  autoscalers.flatMap(({ metadata, spec, status }): readonly Problem[] => {
    const limited = conditionOf(status.conditions, 'ScalingLimited');
    const wantsMore = limited?.status === 'True' && limited.reason === 'TooManyReplicas';
    if (!wantsMore || status.currentReplicas < spec.maxReplicas) return [];
    return [
      {
        problem: 'autoscaler-at-maximum',
        severity: 2,
        object: `HorizontalPodAutoscaler ${metadata.name}`,
        says: `wants more than its maximum of ${spec.maxReplicas} replicas: ${reasonText(limited.reason, limited.message)}`,
        sinceMs: limited.lastTransitionTime,
      },
    ];
  });

/** Without its metrics it does nothing. `ScalingDisabled` is a wish: somebody set the replicas to zero. */
export const detectAutoscalerBlind: ProblemDetector = ({ autoscalers }) =>
  autoscalers.flatMap(({ metadata, status }): readonly Problem[] => {
    const active = conditionOf(status.conditions, 'ScalingActive');
    const able = conditionOf(status.conditions, 'AbleToScale');
    const broken = [active, able].find((one) => one?.status === 'False' && one.reason !== 'ScalingDisabled');
    if (broken === undefined || broken === null) return [];
    return [
      {
        problem: 'autoscaler-blind',
        severity: 2,
        object: `HorizontalPodAutoscaler ${metadata.name}`,
        says: `does not scale: ${reasonText(broken.reason, broken.message)}`,
        sinceMs: broken.lastTransitionTime,
      },
    ];
  });
