import type { Card, Line } from '../../core/card.ts';
import type { Plan } from '../../core/plan.ts';
import type { Undo } from '../../core/undo.ts';
import { sentence } from './words.ts';

/** Offers to take back what was done: each step it would make, and each that cannot be taken back. */
export function undoCard(plan: Plan, { what, undo }: { what: string; undo: Undo }): Card {
  const { steps, impossible } = undo;
  return {
    kind: 'notice',
    fallback: sentence(`${what}: ${plan.title}`),
    lead: [{ strong: what }],
    details: {
      summary: 'What an undo would do',
      open: true,
      lines: [
        ...steps.map(({ says }, index): Line => [`${index + 1}. ${says}`]),
        ...impossible.map(({ says }): Line => [`Stays as it is, has no undo: ${says}`]),
      ],
      code: [],
    },
    ...(steps.length > 0
      ? { actions: [{ id: 'undo-plan', label: 'Undo What Was Done', value: plan.id, style: 'plain' }] }
      : {}),
    foot: [steps.length > 0 ? 'The undo is a plan of its own: people approve it first' : 'Take it back by hand'],
  };
}
