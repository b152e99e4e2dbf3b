/** A form that was sent, and a Fill In button that could not open one. */

import { runbookChoice } from '../core/card.ts';
import { readRunbookForm } from '../core/runbook-form.ts';
import type { Inbound } from '../ports.ts';
import { refuseRun, requestRun } from './run-runbook.ts';
import { openedFor, subjectOf } from './runbook-form-subject.ts';
import { type Asker, mayAsk, type Refusal } from './runbook-standing.ts';
import type { World } from './world.ts';

/** The same way as a line with these values: everything is checked again, from what is stored now. */
export async function sendRunbookForm(world: World, inbound: Extract<Inbound, { type: 'form' }>): Promise<void> {
  const opened = await openedFor(world, inbound.actor, inbound.seal);
  if (!opened.ok) return refuseRun(world, inbound, opened.failure);
  const { runbook } = opened.value;
  const values = readRunbookForm(runbook, inbound.answers);
  if (values.ok) return requestRun(world, inbound, { ...opened.value, values: values.value });
  const fix = values.failure.map(({ field, says }) => `${field}: ${says}`).join('; ');
  return refuseRun(world, inbound, { what: `Runbook ${runbook.name} cannot run with these values`, fix });
}

/** How to give the values by text. */
export async function offerByText(world: World, inbound: Extract<Inbound, { type: 'click' }>): Promise<void> {
  const { actor, place, value, chosen } = inbound;
  const by = { button: value, chosen: chosen?.[runbookChoice] ?? null };
  const subject = await subjectOf(world, { actor, place, by });
  const asker = subject.ok ? await mayAsk(world, { actor, ...subject.value }) : subject;
  return refuseRun(world, inbound, asker.ok ? byText(asker.value) : asker.failure);
}

function byText({ runbook }: Asker): Refusal {
  const given = Object.keys(runbook.inputs).map((name) => `${name}=...`);
  return {
    what: 'The form could not be opened',
    fix: `Press again, or say: runbook ${runbook.name} ${given.join(' ')}`,
  };
}
