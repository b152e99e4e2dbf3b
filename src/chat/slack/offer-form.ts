/** A runbook's form in Slack: opened with the trigger of a command or click, read when it is sent. */
import type { ViewResponseAction } from '@slack/bolt';
import type { Logger } from 'pino';
import { opensForm, runbookChoice } from '../../core/card.ts';
import type { FormAsking, FormReading } from '../../core/form.ts';
import type { Actor, FormDesk, Inbound, Intake } from '../../ports.ts';
import { refusalOf, type SlackClient } from './client.ts';
import type { Reading } from './parse.ts';
import { answersOf, formSubmission, formView, refusalView, viewErrors } from './runbook-view.ts';

export type Desk = Pick<FormDesk, 'wanted' | 'open' | 'read'>;

/** What a delivery asks for, or null: it is handled as any other. */
export function askingOf(inbound: Inbound, forms: Desk): FormAsking<Actor> | null {
  const { actor, place } = inbound;
  if (inbound.type === 'command' && forms.wanted(inbound.text)) return { actor, place, by: { line: inbound.text } };
  if (inbound.type !== 'click' || !opensForm(inbound.action)) return null;
  return { actor, place, by: { button: inbound.value, chosen: inbound.chosen?.[runbookChoice] ?? null } };
}

export type Offer = { readonly trigger: string; readonly asking: FormAsking<Actor>; readonly inbound: Inbound };
type Offering = {
  readonly client: SlackClient;
  readonly forms: Desk;
  readonly intake: Intake;
  readonly log: Logger;
};

/**
 * Runs after the acknowledgement, within the three seconds of the trigger. When no form opens, the delivery goes to the
 * flow, which says why, or how to do it by text. Never rejects.
 */
export async function offerForm(offering: Offering, { trigger, asking, inbound }: Offer): Promise<void> {
  const { forms, intake, log } = offering;
  try {
    const opening = await forms.open(asking);
    if (opening.kind === 'form' && (await openView(offering, trigger, formView(opening.form)))) return;
  } catch (error) {
    log.warn({ err: error }, 'Could not open a runbook form in Slack');
  }
  await intake(inbound).catch((error: unknown) => {
    log.error({ err: error, key: inbound.key }, 'Could not store a Slack delivery');
  });
}

/** False when Slack shows nothing, by its code: usually `expired_trigger_id`, more than three seconds after the click. */
async function openView({ client, log }: Offering, trigger: string, view: object): Promise<boolean> {
  try {
    await client.call({ method: 'views.open', urgent: true, arguments: { trigger_id: trigger, view } });
    return true;
  } catch (error) {
    const refusal = refusalOf(error);
    // The same delivery, a second time: the form is already open.
    if (refusal === 'exchanged_trigger_id') return true;
    log.warn({ err: error, refusal }, 'Slack opened no form');
    return false;
  }
}

/** What Slack is answered when a form is sent. The delivery is stored before; nothing answers "done" twice. */
export async function answerForm(
  body: unknown,
  { forms, intake, reading }: Pick<Offering, 'forms' | 'intake'> & { readonly reading: Reading },
): Promise<ViewResponseAction | undefined> {
  const sent = formSubmission.safeParse(body);
  if (!sent.success) return undefined;
  const { user, view } = sent.data;
  const actor = { platform: 'slack', tenant: user.team_id ?? '', account: user.id } as const;
  const answers = answersOf(sent.data);
  const read = await forms.read({ actor, seal: view.private_metadata, answers, atMs: reading.atMs(null) });
  if (read.kind === 'accepted') await intake(read.inbound);
  return answerTo(read);
}

function answerTo(read: FormReading<Inbound>): ViewResponseAction | undefined {
  switch (read.kind) {
    case 'accepted':
      return undefined;
    case 'wrong':
      return { response_action: 'errors', errors: { ...viewErrors(read.form) } };
    case 'refused':
      return { response_action: 'update', view: refusalView(read) };
  }
}
