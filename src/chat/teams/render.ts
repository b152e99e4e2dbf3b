/** Card -> Teams activity. Pure: the same card and directory give the same JSON. */
import type { Card } from '../../core/card.ts';
import { plainText } from '../../core/plain-text.ts';
import { taint } from '../../core/tainted.ts';
import {
  type Element,
  renderCode,
  renderDetails,
  renderFacts,
  renderTable,
  renderTasks,
  textBlock,
} from './elements.ts';
import { renderActions } from './render-action.ts';
import { renderChart } from './render-chart.ts';
import { type Limits, type Mention, type Rendering, renderLine } from './render-line.ts';

/** Bytes of UTF-8 JSON per activity: below every limit that Teams documents (28, 40 and 100 KB of UTF-16). */
export const activityBytesMax = 18_432;

export const cardContentType = 'application/vnd.microsoft.card.adaptive';

export type AdaptiveCard = {
  readonly type: 'AdaptiveCard';
  readonly $schema: string;
  readonly version: '1.5';
  readonly fallbackText: string;
  readonly speak: string;
  readonly msteams: { readonly width: 'Full'; readonly entities: readonly Mention[] };
  readonly body: readonly Element[];
  readonly actions: readonly Element[];
};

export type Activity = {
  readonly type: 'message';
  readonly summary: string;
  readonly attachments: readonly { readonly contentType: string; readonly content: AdaptiveCard }[];
};

type AccountOf = Rendering['accountOf'];

/** The message that shows a card; texts and lists are cut until it fits `activityBytesMax`. */
export function renderActivity(card: Card, accountOf: AccountOf): Activity {
  for (const limits of tries) {
    const activity = activityOf(card, renderCard(card, { accountOf, limits, mentions: new Map() }));
    if (Buffer.byteLength(JSON.stringify(activity)) <= activityBytesMax) return activity;
  }
  return activityOf(card, renderCard(onlyTheAsk(card), { accountOf, limits: smallest, mentions: new Map() }));
}

const smallest: Limits = { span: 60, code: 100, items: 3 };
const tries: readonly Limits[] = [
  { span: 2_000, code: 4_000, items: 50 },
  { span: 1_000, code: 2_000, items: 30 },
  { span: 400, code: 1_000, items: 15 },
  { span: 150, code: 400, items: 8 },
  smallest,
];

/** When nothing else fits: what is asked and the controls. */
const onlyTheAsk = ({ kind, fallback, actions }: Card): Card => ({
  kind,
  fallback,
  lead: [fallback],
  foot: ['Too large for Teams: open the incident page for the rest'],
  ...(actions ? { actions: actions.slice(0, 3) } : {}),
});

const activityOf = ({ fallback }: Card, content: AdaptiveCard): Activity => ({
  type: 'message',
  summary: notification(fallback),
  attachments: [{ contentType: cardContentType, content }],
});

/** Plain text for notifications and for clients without cards. */
const notification = (text: string): string => plainText(taint(text), 300);

export function renderCard(card: Card, rendering: Rendering): AdaptiveCard {
  const body = renderBody(card, rendering);
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    fallbackText: notification(card.fallback),
    speak: notification(card.fallback).replace(/[<>&]/gu, ' '),
    msteams: { width: 'Full', entities: [...rendering.mentions.values()] },
    body: body.length > 0 ? body : [textBlock(renderLine([card.fallback], rendering))],
    actions: renderActions(card.actions ?? []),
  };
}

function renderBody(card: Card, rendering: Rendering): readonly Element[] {
  const { title, lead, facts, tasks, table, chart, code, details, foot } = card;
  return [
    ...(title ? [textBlock(renderLine(title, rendering), { size: 'Large', weight: 'Bolder', style: 'heading' })] : []),
    ...(lead ? [textBlock(renderLine(lead, rendering))] : []),
    ...(facts && facts.length > 0 ? [renderFacts(facts, rendering)] : []),
    ...(tasks ? [renderTasks(tasks, rendering)] : []),
    ...(table ? [renderTable(table, rendering)] : []),
    ...(chart ? renderChart(chart) : []),
    ...(code ?? []).flatMap((block) => renderCode(block, rendering)),
    ...(details ? renderDetails(details, rendering) : []),
    ...(foot ? [textBlock(renderLine(foot, rendering), { isSubtle: true, size: 'Small' })] : []),
  ];
}
