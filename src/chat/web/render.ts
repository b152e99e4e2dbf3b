/** Card -> HTML. Pure: the same card and context give the same markup. */
import type { Card, CardAction, CardKind } from '../../core/card.ts';
import { renderChart } from './chart-svg.ts';
import { type Html, html, type Piece } from './html.ts';
import { renderCode } from './render-code.ts';
import { type EvidenceHref, renderLine } from './render-line.ts';
import { renderTasks } from './render-tasks.ts';

export type CardContext = {
  readonly evidenceHref: EvidenceHref;
  /** A control for this viewer; null shows the card as a record. */
  readonly button: ((action: CardAction) => Html) | null;
};

/** Cards that read as a message rather than as a document. */
const unframed: ReadonlySet<CardKind> = new Set(['greeting', 'reply']);

export function renderCard(card: Card, context: CardContext): Html {
  const parts = [
    summary(card, context),
    card.tasks && renderTasks(card.tasks, context.evidenceHref),
    card.table && renderTable(card.table, context.evidenceHref),
    card.chart && renderChart(card.chart, { width: 400, height: 140 }),
    card.code?.map(renderCode),
    card.details && renderDetails(card.details, context.evidenceHref),
    actions(card, context),
    card.foot && html`<p class="card__foot">${renderLine(card.foot, context.evidenceHref)}</p>`,
  ].filter(Boolean);
  if (parts.length === 0) return html`<p>${card.fallback}</p>`;
  if (unframed.has(card.kind)) return html`<div class="stack stack--2 plain">${parts}</div>`;
  return html`<div class="card card--${card.kind}${asks(card) ? ' card--ask' : ''}">${parts}</div>`;
}

const asks = ({ actions: list }: Card): boolean => list?.some(({ id }) => id === 'approve-plan') ?? false;

function summary(card: Card, { evidenceHref }: CardContext): Piece {
  const { title, lead, facts } = card;
  if (!title && !lead && !facts) return null;
  return html`<div class="stack">${title && html`<h3>${renderLine(title, evidenceHref)}</h3>`}${lead && html`<p>${renderLine(lead, evidenceHref)}</p>`}${facts && renderFacts(facts, evidenceHref)}</div>`;
}

const renderFacts = (facts: NonNullable<Card['facts']>, evidenceHref: EvidenceHref): Html =>
  html`<dl class="facts">${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${renderLine(value, evidenceHref)}</dd></div>`)}</dl>`;

/** Column headings repeat as labels, so that the table can stack on a phone. */
function renderTable({ caption, columns, rows }: NonNullable<Card['table']>, evidenceHref: EvidenceHref): Html {
  const head = columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`);
  const body = rows.map((cells) => {
    const [first, ...rest] = cells;
    const others = rest.map(
      (cell, index) => html`<td role="cell" data-l="${columns[index + 1]}">${renderLine(cell, evidenceHref)}</td>`,
    );
    return html`<tr role="row">${first && html`<th role="rowheader" scope="row">${renderLine(first, evidenceHref)}</th>`}${others}</tr>`;
  });
  return html`<div class="scroll"><table class="tbl tbl--stack" role="table"><caption>${caption}</caption><thead role="rowgroup"><tr role="row">${head}</tr></thead><tbody role="rowgroup">${body}</tbody></table></div>`;
}

function renderDetails({ summary: says, open, lines, code }: NonNullable<Card['details']>, href: EvidenceHref): Html {
  const list =
    lines.length > 0 && html`<ul class="lines">${lines.map((line) => html`<li>${renderLine(line, href)}</li>`)}</ul>`;
  const inside = html`<summary>${says}</summary><div class="stack stack--2">${list}${code.map(renderCode)}</div>`;
  return open ? html`<details class="how" open>${inside}</details>` : html`<details class="how">${inside}</details>`;
}

function actions({ actions: list }: Card, { button }: CardContext): Piece {
  if (!list || list.length === 0 || !button) return null;
  return html`<div class="acts">${list.map(button)}</div>`;
}
