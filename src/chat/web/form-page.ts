import { type CardAction, chosenIn, runbookChoice } from '../../core/card.ts';
import { readFillButton } from '../../core/runbook-form-seal.ts';
import { runbookFormPath } from './links.ts';
import type { Problem } from './reply.ts';
import { problem } from './visit.ts';

/** Where a Fill In button leads, with what was chosen beside it; the page checks the rest. */
export function formPageOf({ value }: CardAction, fields: { readonly [name: string]: unknown }): string | Problem {
  const button = readFillButton(value);
  const runbook = button?.runbook ?? chosenIn(fields).chosen?.[runbookChoice];
  if (!button || runbook === undefined)
    return problem(400, 'No runbook was chosen', 'Choose one, then press the button again.');
  return runbookFormPath(button.incident, runbook);
}
