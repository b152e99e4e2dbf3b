/** A form as the Adaptive Card of a Teams dialog. */
import type { Form, FormField } from '../../core/form.ts';
import { formField } from '../../core/form.ts';
import { clamp, plainText, stripHidden } from '../../core/plain-text.ts';
import { clientPattern } from '../../core/runbook-form.ts';
import { type Element, textBlock } from './elements.ts';
import { ownText } from './escape.ts';
import { activityBytesMax, cardContentType } from './render.ts';

/** Tells our dialog from any other thing that is submitted. */
export const dialogVerb = 'send-form';

const valueMax = 4_000;

/** The body of an invoke's answer: Teams shows it in the dialog, which stays open. */
type Shown = { readonly task: { readonly type: 'continue'; readonly value: object } };
type Said = { readonly task: { readonly type: 'message'; readonly value: string } };
export type DialogAnswer = Shown | Said;

/** A sentence instead of the form. */
export const sayInDialog = (text: string): DialogAnswer => ({
  task: { type: 'message', value: clamp(stripHidden(text), 1_000) },
});

/** Stays below the budget of every other activity; a form that does not fit is not shown at all. */
export function showDialog(form: Form): DialogAnswer {
  const card = { contentType: cardContentType, content: dialogCard(form) };
  const title = plain(form.title, 60);
  const answer: DialogAnswer = { task: { type: 'continue', value: { title, width: 'medium', height: 'large', card } } };
  return Buffer.byteLength(JSON.stringify(answer)) <= activityBytesMax
    ? answer
    : sayInDialog('This form is too large for Teams. Give the values by text: runbook NAME key=value.');
}

const dialogCard = (form: Form) => ({
  type: 'AdaptiveCard',
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  version: '1.5',
  fallbackText: plain(form.lead, 300),
  body: [textBlock(ownText(form.lead, 500)), ...form.fields.flatMap(fieldElements)],
  actions: [
    {
      type: 'Action.Submit',
      title: plain(form.submit, 60),
      style: 'positive',
      data: { verb: dialogVerb, seal: form.seal },
    },
  ],
});

/** What is wrong stands above the field: Adaptive Cards show an input's own message only for their own checks. */
const fieldElements = (field: FormField): readonly Element[] => [
  ...(field.error === null
    ? []
    : [textBlock(ownText(`${field.label}: ${field.error}`, 400), { color: 'Attention', weight: 'Bolder' })]),
  inputOf(field),
  textBlock(ownText(field.hint, 300), { isSubtle: true, size: 'Small', spacing: 'None' }),
];

function inputOf({ name, label, required, control, value, hint }: FormField): Element {
  const filled = value === null ? '' : plainText(value, valueMax);
  const about = {
    id: formField(name),
    label: plain(label, 100),
    isRequired: required,
    errorMessage: plain(hint, 200),
    ...(filled === '' ? {} : { value: filled }),
  };
  switch (control.kind) {
    case 'text': {
      const regex = clientPattern(control.pattern);
      return { type: 'Input.Text', ...about, maxLength: control.maxLength, ...(regex === null ? {} : { regex }) };
    }
    case 'number':
      return { type: 'Input.Number', ...about, ...numbers(control, filled) };
    case 'choice':
      return choiceSet(
        about,
        control.options.map((each) => ({ title: plain(each, 75), value: each })),
      );
    case 'yes-no':
      return { ...choiceSet(about, yesNo), style: 'expanded' };
  }
}

const yesNo = [
  { title: 'Yes', value: 'true' },
  { title: 'No', value: 'false' },
];

const choiceSet = (about: object, choices: readonly { readonly title: string; readonly value: string }[]): Element => ({
  type: 'Input.ChoiceSet',
  ...about,
  style: 'compact',
  choices,
});

/** The value of a number input is a number; what was typed and is none stays out. */
function numbers({ min, max }: { readonly min: number; readonly max: number }, filled: string) {
  const value = Number(filled);
  return { min, max, value: filled === '' || !Number.isFinite(value) ? undefined : value };
}

const plain = (text: string, max: number): string => clamp(stripHidden(text), max);
