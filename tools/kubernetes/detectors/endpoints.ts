/** Services that lead nowhere. */
import { labelsMatch } from '../belonging.ts';
import type { Problem, ProblemDetector } from '../problem.ts';

/** It has the workload's name, selects other labels and finds nothing: a typing error in either. */
export const detectBadSelector: ProblemDetector = ({ services, slices, workload, name }) => {
  const labels = workload?.object.spec.template.metadata?.labels ?? {};
  if (workload === null || workload.desired === 0) return [];
  const leads = slices.some(
    (slice) => slice.metadata.labels['kubernetes.io/service-name'] === name && slice.endpoints.length > 0,
  );
  return services
    .filter(({ metadata, spec }) => metadata.name === name && !leads && Object.keys(spec.selector).length > 0)
    .filter(({ spec }) => !labelsMatch(spec.selector, labels))
    .map(({ metadata, spec }) => ({
      problem: 'bad-selector',
      severity: 3,
      object: `Service ${metadata.name}`,
      says: `selects ${sayLabels(spec.selector)}, and ${workload.kind} ${name} gives its pods ${sayLabels(labels)}`,
      sinceMs: null,
    }));
};

/** It selects the right pods and none of them is ready. Slices must have been readable. */
export const detectNoEndpoints: ProblemDetector = ({ services, slices, workload }) =>
  services
    .filter(({ spec }) => labelsMatch(spec.selector, workload?.object.spec.template.metadata?.labels ?? {}))
    .flatMap(({ metadata }): readonly Problem[] => {
      const own = slices.filter((slice) => slice.metadata.labels['kubernetes.io/service-name'] === metadata.name);
      const endpoints = own.flatMap((slice) => slice.endpoints);
      // An unknown state counts as ready: EndpointConditions in discovery.k8s.io/v1.
      const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
      if (own.length === 0 || ready > 0 || workload?.desired === 0) return [];
      const says = `has no endpoint that is ready (0 of ${endpoints.length}): callers are refused`;
      return [{ problem: 'no-ready-endpoints', severity: 3, object: `Service ${metadata.name}`, says, sinceMs: null }];
    });

const sayLabels = (labels: { readonly [name: string]: string }): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
    .slice(0, 140) || 'no labels';
