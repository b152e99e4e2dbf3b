import { type Card, type CardAction, runbookChoice } from '../../core/card.ts';
import type { Runbook } from '../../core/runbook.ts';
import { sentence } from './words.ts';

/** Asked for by text without its values: the form, and how to give them by text. */
export function fillInCard(
  { name, title }: Runbook,
  { problems, button }: { readonly problems: readonly string[]; readonly button: string },
): Card {
  return {
    kind: 'reply',
    fallback: sentence(`Runbook ${name} needs values: fill them in`),
    lead: [{ strong: name }, ` · ${title}. It needs values: fill them in, or give them as key=value.`],
    details: { summary: 'By text', open: true, lines: problems.map((problem) => [problem]), code: [] },
    actions: [fillInAction(button)],
  };
}

export const fillInAction = (value: string, label = 'Fill In Runbook'): CardAction => ({
  id: 'fill-runbook',
  label,
  value,
  style: 'plain',
});

/** One button for the whole list: no platform shows a button for each of twenty lines. */
export const fillInOneOf = (value: string, runbooks: readonly Pick<Runbook, 'name' | 'title'>[]): CardAction => ({
  ...fillInAction(value),
  choices: [
    {
      name: runbookChoice,
      label: 'Which runbook?',
      options: runbooks.map(({ name, title }) => ({ value: name, label: `${name}: ${title}` })),
    },
  ],
});
