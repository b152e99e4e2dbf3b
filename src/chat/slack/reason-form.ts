/** The form that asks why: opened by a click on a button that wants a reason, and read when it is sent. */
import type { Logger } from 'pino';
import { z } from 'zod';
import { cardActionIds } from '../../core/card.ts';
import { plain } from './blocks.ts';
import type { SlackClient } from './client.ts';

/** Names our form among all forms of the app, and its one field. */
export const reasonCallback = 'reason';
export const reasonField = 'reason';

/** What Slack gives back with the form: the click it belongs to. */
const returns = z.object({
  action: z.enum(cardActionIds),
  value: z.string().max(2_000),
  channel: z.string().min(1),
  root: z.string().nullable(),
});

export const reasonReturned = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  })
  .pipe(returns);

export const reasonSubmission = z.object({
  type: z.literal('view_submission'),
  user: z.object({ id: z.string().min(1), team_id: z.string().optional() }),
  view: z.object({
    id: z.string().min(1),
    callback_id: z.literal(reasonCallback),
    private_metadata: z.string().max(3_000),
    state: z.object({
      values: z.record(z.string(), z.record(z.string(), z.object({ value: z.string().max(3_000).nullish() }))),
    }),
  }),
});
export type ReasonSubmission = z.infer<typeof reasonSubmission>;

export type ReasonForm = {
  /** Opens one form within three seconds of the click. */
  readonly trigger: string;
  /** The label of the button. */
  readonly title: string;
  readonly required: boolean;
  readonly returns: z.infer<typeof returns>;
};

/** Limits of https://docs.slack.dev/reference/views: a title and a button have 24 characters. */
const titleMax = 24;
const reasonMax = 500;

export async function openReasonForm(client: SlackClient, form: ReasonForm, log: Logger): Promise<boolean> {
  const call = {
    method: 'views.open',
    urgent: true,
    arguments: { trigger_id: form.trigger, view: viewOf(form) },
  } as const;
  try {
    await client.call(call);
    return true;
  } catch (error) {
    log.warn({ err: error }, 'Could not open a form in Slack');
    return false;
  }
}

const viewOf = ({ title, required, returns: back }: ReasonForm) => ({
  type: 'modal',
  callback_id: reasonCallback,
  private_metadata: JSON.stringify(back),
  title: plain(title, titleMax),
  submit: plain(title, titleMax),
  close: plain('Go Back', titleMax),
  blocks: [
    {
      type: 'input',
      block_id: reasonField,
      optional: !required,
      label: plain('Reason, kept in the audit log', 100),
      element: { type: 'plain_text_input', action_id: reasonField, multiline: true, max_length: reasonMax },
    },
  ],
});
