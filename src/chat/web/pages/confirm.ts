import type { CardAction } from '../../../core/card.ts';
import { type Html, html } from '../html.ts';
import { type ActionPlace, renderConfirmation } from '../render-action.ts';
import { renderColumn, renderPage } from './frame.ts';

/** The confirmation of a button, where no script could open a dialog. */
export const renderConfirm = (action: CardAction, place: ActionPlace): Html =>
  renderPage({
    title: action.confirm?.title ?? action.label,
    current: 'chat',
    content: renderColumn(
      html`<header class="top"><h1>${action.confirm?.title ?? action.label}</h1></header>${renderConfirmation(action, place)}`,
    ),
  });
