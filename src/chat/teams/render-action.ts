import { type CardAction, type Choice, choiceField, opensForm } from '../../core/card.ts';
import { clamp, stripHidden } from '../../core/plain-text.ts';
import { type Element, textBlock } from './elements.ts';
import { ownText } from './escape.ts';

/** Teams shows six; the rest would be unreachable on phones. */
const actionsMax = 6;

export const renderActions = (actions: readonly CardAction[]): readonly Element[] =>
  actions.slice(0, actionsMax).map(renderAction);

/**
 * A control that must be confirmed, or asks for a reason, opens a card whose button then acts: Adaptive Cards have no
 * dialog. What is typed into the field comes back as `reason` beside the value.
 */
function renderAction(action: CardAction): Element {
  const { confirm, label, style, reason, href, choices = [] } = action;
  if (href !== undefined) return { type: 'Action.OpenUrl', title: plain(label), style: styles[style], url: href };
  if (!confirm && !reason && choices.length === 0)
    return opensForm(action.id) ? fetchDialog(action) : execute(action, label);
  return {
    type: 'Action.ShowCard',
    title: plain(label),
    style: styles[style],
    card: {
      type: 'AdaptiveCard',
      version: '1.5',
      body: [
        ...(confirm
          ? [textBlock(ownText(confirm.title, 100), { weight: 'Bolder' }), textBlock(ownText(confirm.text, 300))]
          : []),
        ...choices.map(choiceSet),
        ...(reason ? [reasonField(reason)] : []),
      ],
      actions: [opensForm(action.id) ? fetchDialog(action) : execute(action, confirm?.accept ?? label)],
    },
  };
}

const choiceSet = ({ name, label, options }: Choice): Element => ({
  type: 'Input.ChoiceSet',
  id: choiceField(name),
  label,
  style: 'compact',
  placeholder: label,
  choices: options.map((option) => ({ title: plain(option.label), value: option.value })),
});

const reasonField = (reason: 'optional' | 'required'): Element => ({
  type: 'Input.Text',
  id: 'reason',
  label: 'Reason, kept in the audit log',
  isMultiline: true,
  maxLength: 500,
  ...(reason === 'required' ? { isRequired: true, errorMessage: 'Say why' } : {}),
});

/** Teams asks us for the dialog; a client without dialogs sends the same data as a message, which is a click. */
const fetchDialog = ({ id, value, label, style }: CardAction): Element => ({
  type: 'Action.Submit',
  title: plain(label),
  style: styles[style],
  data: { msteams: { type: 'task/fetch' }, verb: id, value },
});

/** What comes back: `verb` names the control, `data.value` what it decides. Old clients send the same by `Submit`. */
function execute({ id, value, style }: CardAction, label: string): Element {
  return {
    type: 'Action.Execute',
    title: plain(label),
    style: styles[style],
    verb: id,
    data: { value },
    fallback: { type: 'Action.Submit', title: plain(label), style: styles[style], data: { verb: id, value } },
  };
}

const styles = { primary: 'positive', plain: 'default', danger: 'destructive' } as const;

const plain = (text: string): string => clamp(stripHidden(text), 60);
