import type { Plan, PlanStep } from './plan.ts';

/** The steps that take back what was done, last first, as people approved them with the plan; and what has none. */
export type Undo = { readonly steps: readonly PlanStep[]; readonly impossible: readonly PlanStep[] };

/** `done` are the ids of the steps that happened. A plan of one step has all of its inverse for it. */
export function undoOf({ steps, inverse }: Pick<Plan, 'steps' | 'inverse'>, done: readonly string[]): Undo {
  const happened = steps.filter(({ id }) => done.includes(id)).toReversed();
  const inverseOf = ({ id }: PlanStep): readonly PlanStep[] =>
    steps.length === 1 ? inverse.steps : inverse.steps.filter((step) => step.id === `undo-${id}`);
  return {
    steps: happened.flatMap(inverseOf),
    impossible: happened.filter((step) => inverseOf(step).length === 0),
  };
}
