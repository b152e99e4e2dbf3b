/** A form as a Slack modal, and what comes back of it. Limits: https://docs.slack.dev/reference/views and block-elements. */
import { z } from 'zod';
import {
  answersIn,
  type Form,
  type FormAnswers,
  type FormField,
  type FormRefusal,
  formField,
} from '../../core/form.ts';
import { plainText } from '../../core/plain-text.ts';
import { plain } from './blocks.ts';

/** Names our form among all forms of the app. */
export const formCallback = 'runbook-form';

const titleMax = 24;
const labelMax = 200;
const hintMax = 500;
const valueMax = 3_000;
const actionId = 'value';

export const formView = (form: Form) => ({
  type: 'modal',
  callback_id: formCallback,
  private_metadata: form.seal,
  title: plain(form.title, titleMax),
  submit: plain(form.submit, titleMax),
  close: plain('Go Back', titleMax),
  blocks: [{ type: 'section', block_id: 'lead', text: plain(form.lead, valueMax) }, ...form.fields.map(inputBlock)],
});

/** Instead of the form: why it was not taken. */
export const refusalView = ({ what, fix }: FormRefusal) => ({
  type: 'modal' as const,
  callback_id: 'runbook-form-refused',
  title: plain('Not requested', titleMax),
  close: plain('Go Back', titleMax),
  blocks: [{ type: 'section' as const, block_id: 'lead', text: plain(`${what}. ${fix}`, valueMax) }],
});

/** What is wrong, by the block it stands at: Slack keeps the modal open with everything that was typed. */
export const viewErrors = ({ fields }: Form): { readonly [block: string]: string } =>
  Object.fromEntries(
    fields.flatMap(({ name, error }) => (error === null ? [] : [[formField(name), plain(error, hintMax).text]])),
  );

const inputBlock = (field: FormField) => ({
  type: 'input',
  block_id: formField(field.name),
  optional: !field.required,
  label: plain(field.label, labelMax),
  hint: plain(field.hint, hintMax),
  element: { action_id: actionId, ...elementOf(field) },
});

function elementOf({ control, value }: FormField) {
  const filled = value === null ? '' : plainText(value, valueMax);
  switch (control.kind) {
    case 'text':
      return {
        type: 'plain_text_input',
        max_length: Math.min(control.maxLength, valueMax),
        ...(filled === '' ? {} : { initial_value: filled.slice(0, control.maxLength) }),
      };
    case 'number':
      return {
        type: 'number_input',
        is_decimal_allowed: !control.integer,
        ...decimal('min_value', control.min),
        ...decimal('max_value', control.max),
        ...decimal('initial_value', filled === '' ? Number.NaN : Number(filled)),
      };
    case 'choice':
      return {
        type: 'static_select',
        placeholder: plain('Choose one', titleMax),
        ...choices(
          control.options.map((each) => ({ value: each, text: each })),
          filled,
        ),
      };
    case 'yes-no':
      return { type: 'radio_buttons', ...choices(yesNo, filled) };
  }
}

const yesNo = [
  { value: 'true', text: 'Yes' },
  { value: 'false', text: 'No' },
];

/** Slack wants numbers as decimal text; one that JavaScript writes in another way is left to our own check. */
function decimal(name: string, value: number): { readonly [limit: string]: string } {
  const text = String(value);
  return /^-?\d{1,15}(?:\.\d{1,9})?$/u.test(text) ? { [name]: text } : {};
}

function choices(all: readonly { readonly value: string; readonly text: string }[], filled: string) {
  const options = all.map(({ value, text }) => ({ text: plain(text, 75), value }));
  const initial = options.find(({ value }) => value === filled);
  return { options, ...(initial ? { initial_option: initial } : {}) };
}

const answer = z.object({
  value: z.string().max(4_000).nullish(),
  selected_option: z.object({ value: z.string().max(200) }).nullish(),
});

export const formSubmission = z.object({
  type: z.literal('view_submission'),
  user: z.object({ id: z.string().min(1), team_id: z.string().optional() }),
  view: z.object({
    id: z.string().min(1),
    callback_id: z.literal(formCallback),
    private_metadata: z.string().max(3_000),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), answer)) }),
  }),
});

export const answersOf = ({ view }: z.infer<typeof formSubmission>): FormAnswers =>
  answersIn(
    Object.fromEntries(
      Object.entries(view.state.values).map(([block, { [actionId]: said }]) => [
        block,
        said?.selected_option?.value ?? said?.value ?? '',
      ]),
    ),
  );
