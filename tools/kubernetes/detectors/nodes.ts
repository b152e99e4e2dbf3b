/** What the pods run on: conditions of nodes, where the ClusterRole to read them is granted. */
import { conditionOf, type Node } from '../objects.ts';
import { type Problem, type ProblemDetector, reasonText } from '../problem.ts';

export const detectNodeNotReady: ProblemDetector = ({ nodes }) =>
  nodes.flatMap((node): readonly Problem[] => {
    const ready = conditionOf(node.status.conditions, 'Ready');
    if (ready === null || ready.status === 'True') return [];
    return [nodeProblem(node, 'node-not-ready', { severity: 3, ...ready })];
  });

const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];

export const detectNodePressure: ProblemDetector = ({ nodes }) =>
  nodes.flatMap((node) =>
    pressures.flatMap((type) => {
      const pressed = conditionOf(node.status.conditions, type);
      return pressed?.status === 'True' ? [nodeProblem(node, 'node-pressure', { severity: 2, ...pressed })] : [];
    }),
  );

type Stated = {
  readonly severity: Problem['severity'];
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: number | null;
};

const nodeProblem = ({ metadata }: Node, problem: string, stated: Stated): Problem => ({
  problem,
  severity: stated.severity,
  object: `Node ${metadata.name}`,
  says: `${stated.type} is ${stated.status} on a node its pods run on: ${reasonText(stated.reason, stated.message)}`,
  sinceMs: stated.lastTransitionTime,
});
