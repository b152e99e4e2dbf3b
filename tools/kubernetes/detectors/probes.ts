/** Probes that fail: kubelet says so in events only, `Unhealthy` with the kind of probe as its first word. */
import type { ClusterEvent } from '../objects.ts';
import { isReady, isStarting } from '../pods.ts';
import { cutText, type Problem, type ProblemDetector } from '../problem.ts';

const minuteMs = 60_000;
/** Kubernetes writes a repeating event again after minutes; one that is older is over. */
const recentMs = 15 * minuteMs;

const kinds = [
  { begins: 'Liveness', problem: 'liveness-failing', says: 'fails its liveness probe and is restarted for it' },
  { begins: 'Readiness', problem: 'readiness-failing', says: 'fails its readiness probe and gets no traffic' },
  { begins: 'Startup', problem: 'startup-failing', says: 'fails its startup probe' },
] as const;

/** The same failure twice at least: one may be a pod that had just started. */
export const detectFailingProbes: ProblemDetector = ({ events, pods, nowMs }) => {
  const calm = pods.filter((pod) => isReady(pod) || isStarting(pod, nowMs));
  const serving = new Set(calm.map(({ metadata }) => metadata.name));
  const here = new Set(pods.map(({ metadata }) => metadata.name));
  return events
    .filter((event) => isFailingProbe(event, nowMs) && here.has(event.name))
    .flatMap((event): readonly Problem[] => {
      const kind = kinds.find(({ begins }) => event.message.startsWith(begins));
      if (kind === undefined) return [];
      return [
        {
          problem: kind.problem,
          severity: serving.has(event.name) ? 1 : 3,
          object: `Pod ${event.name}`,
          says: `${kind.says} (${event.count} times): ${cutText(event.message)}`,
          sinceMs: event.firstMs,
        },
      ];
    });
};

const isFailingProbe = ({ reason, kind, count, lastMs }: ClusterEvent, nowMs: number): boolean =>
  reason === 'Unhealthy' && kind === 'Pod' && count >= 2 && (lastMs === null || nowMs - lastMs <= recentMs);
