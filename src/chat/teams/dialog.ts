/** A runbook's form in Teams: a button asks for the dialog, the dialog sends what was typed. Both wait for an answer. */
import { z } from 'zod';
import { cardActionIds, chosenIn, opensForm, runbookChoice } from '../../core/card.ts';
import { answersIn } from '../../core/form.ts';
import type { FormDesk, Intake } from '../../ports.ts';
import { type DialogAnswer, dialogVerb, sayInDialog, showDialog } from './dialog-card.ts';
import { actorOf, placeOf, type TeamsActivity } from './parse.ts';

const Asked = z.object({
  data: z.looseObject({ verb: z.enum(cardActionIds), value: z.string().max(2_000) }),
});
const Sent = z.object({
  data: z.looseObject({ verb: z.literal(dialogVerb), seal: z.string().max(500) }),
});

export const isDialog = ({ type, name }: TeamsActivity): boolean =>
  type === 'invoke' && (name === 'task/fetch' || name === 'task/submit');

export type DialogParts = { readonly forms: FormDesk; readonly intake: Intake };
export type DialogOf = { readonly activity: TeamsActivity; readonly tenant: string; readonly atMs: number };

const strange = sayInDialog('This button is not one of mine. Ask for the runbook again.');

/** Only for a person that Entra knows. Nothing is done before the intake has stored what was sent. */
export function answerDialog(parts: DialogParts, dialog: DialogOf): Promise<DialogAnswer> {
  if (dialog.activity.from.aadObjectId === undefined) return Promise.resolve(strange);
  return dialog.activity.name === 'task/fetch' ? openDialog(parts, dialog) : readDialog(parts, dialog);
}

async function openDialog({ forms }: DialogParts, { activity, tenant }: DialogOf): Promise<DialogAnswer> {
  const asked = Asked.safeParse(activity.value);
  if (!asked.success || !opensForm(asked.data.data.verb)) return strange;
  const { data } = asked.data;
  const by = { button: data.value, chosen: chosenIn(data).chosen?.[runbookChoice] ?? null };
  const opening = await forms.open({ actor: actorOf(activity, tenant), place: placeOf(activity, tenant), by });
  return opening.kind === 'form' ? showDialog(opening.form) : sayInDialog(`${opening.what}. ${opening.fix}`);
}

async function readDialog({ forms, intake }: DialogParts, { activity, tenant, atMs }: DialogOf): Promise<DialogAnswer> {
  const sent = Sent.safeParse(activity.value);
  if (!sent.success) return strange;
  const { data } = sent.data;
  const actor = actorOf(activity, tenant);
  const read = await forms.read({ actor, seal: data.seal, answers: answersIn(data), atMs });
  if (read.kind === 'refused') return sayInDialog(`${read.what}. ${read.fix}`);
  if (read.kind === 'wrong') return showDialog(read.form);
  await intake(read.inbound);
  return sayInDialog('Sent. The dry run comes next; its result, and the request for approval, follow here in Teams.');
}
