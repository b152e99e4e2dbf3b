import { randomUUID } from 'node:crypto';
import { type CardAction, type Choice, choiceField } from '../../core/card.ts';
import { type Html, html } from './html.ts';
import { approvePath, channelPath } from './links.ts';
import type { Session } from './session.ts';

export type ActionPlace = {
  readonly session: Session;
  readonly channel: string;
  readonly message: string;
  /** The page where this value must be decided instead, or null. */
  readonly stepUp: (action: CardAction) => string | null;
};

/**
 * A button as a form that works without script. With a confirmation, the script opens the dialog; without script the
 * server answers with the same question as a page.
 */
export function renderAction(action: CardAction, place: ActionPlace): Html {
  const page = pageOf(action) ?? place.stepUp(action);
  if (page !== null)
    return html`<a class="${buttonClass(action)}" href="${page}">${action.label}</a><span class="xs mute">High risk: this opens the full plan first.</span>`;
  const { confirm, reason } = action;
  if (reason || action.choices) return renderAsking(action, place);
  if (!confirm) return html`${form({ action, place, confirmed: false, inside: button(action, action.label) })}`;
  const dialog = `d-${randomUUID()}`;
  const question = html`<h2>${confirm.title}</h2><p>${confirm.text}</p><div class="acts">${button(action, confirm.accept)}<button class="btn" type="button" data-close>${confirm.dismiss}</button></div>`;
  return html`${form({ action, place, confirmed: false, inside: button(action, action.label), dialog })}<dialog id="${dialog}" aria-label="${confirm.title}">${form({ action, place, confirmed: true, inside: question })}</dialog>`;
}

/** Our own page, whatever name people reach it by. */
const pageOf = ({ id, value }: CardAction): string | null => (id === 'review-plan' ? approvePath(value) : null);

/** A button that asks for a reason opens the field in place, with script or without. */
function renderAsking(action: CardAction, place: ActionPlace): Html {
  const text = action.confirm ? html`<p class="small">${action.confirm.text}</p>` : null;
  const inside = html`${text}${(action.choices ?? []).map(choiceSet)}${reasonField(action)}<div class="acts">${button(action, action.confirm?.accept ?? action.label)}</div>`;
  return html`<details class="ask"><summary class="${buttonClass(action)}">${action.label}</summary>${form({ action, place, confirmed: true, inside })}</details>`;
}

const choiceSet = ({ name, label, options }: Choice): Html =>
  html`<label class="field"><span>${label}</span><select name="${choiceField(name)}"><option value="">Skip</option>${options.map((option) => html`<option value="${option.value}">${option.label}</option>`)}</select></label>`;

function reasonField({ reason }: CardAction): Html | null {
  if (!reason) return null;
  const input =
    reason === 'required'
      ? html`<input type="text" name="reason" required maxlength="500">`
      : html`<input type="text" name="reason" maxlength="500">`;
  return html`<label class="field"><span>Reason, kept in the audit log</span>${input}</label>`;
}

/** The same question as a page of its own. */
export const renderConfirmation = (action: CardAction, place: ActionPlace): Html => {
  const { confirm } = action;
  const inside = html`<p>${confirm?.text ?? action.label}</p>${reasonField(action)}<div class="acts">${button(action, confirm?.accept ?? action.label)}<a class="btn" href="${channelPath(place.channel)}">${confirm?.dismiss ?? 'Go Back'}</a></div>`;
  return form({ action, place, confirmed: true, inside });
};

type Parts = {
  readonly action: CardAction;
  readonly place: ActionPlace;
  readonly confirmed: boolean;
  readonly inside: Html;
  readonly dialog?: string;
};

function form({ action, place, confirmed, inside, dialog }: Parts): Html {
  const flag = confirmed && html`<input type="hidden" name="confirmed" value="1">`;
  const fields = html`${hiddenFields(place.session)}<input type="hidden" name="message" value="${place.message}"><input type="hidden" name="action" value="${action.id}"><input type="hidden" name="value" value="${action.value}">${flag}`;
  return html`<form method="post" action="${channelPath(place.channel)}/clicks" class="act" data-send data-dialog="${dialog}">${fields}${inside}</form>`;
}

/** What every form carries: who sees it, the proof that the page is ours, and a number used once. */
export const hiddenFields = ({ csrf, person }: Session): Html =>
  html`<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="as" value="${person.account}"><input type="hidden" name="nonce" value="${randomUUID()}">`;

const button = (action: CardAction, says: string): Html =>
  html`<button class="${buttonClass(action)}" type="submit">${says}</button>`;

function buttonClass({ style }: CardAction): string {
  if (style === 'primary') return 'btn btn--main';
  return style === 'danger' ? 'btn btn--danger' : 'btn';
}
