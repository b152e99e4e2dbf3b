/** Card -> Block Kit. Pure: the same card and version give the same blocks. */
import type { Card } from '../../core/card.ts';
import { type Block, blockLimits, fit, plain, type RichElement, type RichGroup, type RichText } from './blocks.ts';
import { chartWords, renderChart } from './render-chart.ts';
import { flatten, type People, renderLine } from './render-line.ts';
import { lines, renderButtons, renderCode, renderFacts, renderTable, renderTasks, section } from './render-parts.ts';

export type Rendered = { readonly text: string; readonly blocks: readonly Block[] };

export type RenderOptions = {
  /** Starts every block id; a repeated post is found by it. */
  readonly mark: string;
  /** Ends every block id, so that clients redraw an edited message. */
  readonly version: number;
  readonly people: People;
};

export function renderCard(card: Card, options: RenderOptions): Rendered {
  const { people } = options;
  const id = (part: string): string => `${options.mark}:${part}:v${options.version}`;
  const rich = (part: string, elements: readonly RichElement[]): Block[] =>
    elements.length > 0 ? [{ type: 'rich_text', block_id: id(part), elements: [section(elements)] }] : [];
  const table = card.table ? renderTable(card.table, id('table')) : null;
  const chart = card.chart ? renderChart(card.chart, id('chart')) : null;
  const blocks: Block[] = [
    ...titleBlock(card, id('title')),
    ...rich('lead', card.lead ? renderLine(card.lead, people) : []),
    ...rich('facts', card.facts ? renderFacts(card.facts, people) : []),
    ...(card.tasks && card.tasks.items.length > 0
      ? [{ ...renderTasks(card.tasks, people), block_id: id('tasks') }]
      : []),
    ...(table?.block ? [table.block] : []),
    ...rich('hidden', table && table.hidden > 0 ? [{ type: 'text', text: `${table.hidden} more rows` }] : []),
    ...(chart ? [chart] : []),
    ...rich('numbers', card.chart ? words(chartWords(card.chart)) : []),
    ...codeBlocks(card, id('code')),
    ...(card.details ? [detailsBlock(card.details, { people, id })] : []),
    ...actionBlocks(card, id('actions')),
    ...rich('foot', card.foot ? renderLine(card.foot, people) : []),
  ];
  const shown = blocks.length > 0 ? blocks : rich('lead', words(card.fallback));
  return { text: fallbackText(card.fallback), blocks: shrink(shown.slice(0, blockLimits.blocks)) };
}

const words = (text: string): readonly RichElement[] => (text === '' ? [] : [{ type: 'text', text }]);

function titleBlock({ title }: Card, blockId: string): Block[] {
  const text = title ? flatten(title) : '';
  return text === '' ? [] : [{ type: 'header', block_id: blockId, text: plain(text, blockLimits.header) }];
}

function codeBlocks({ code }: Card, blockId: string): Block[] {
  return code && code.length > 0 ? [{ type: 'rich_text', block_id: blockId, elements: code.flatMap(renderCode) }] : [];
}

/** One child block holds all lines and code: a container takes ten, and no charts, tables or plans. */
function detailsBlock(
  { summary, open, lines: said, code }: NonNullable<Card['details']>,
  { people, id }: { people: People; id: (part: string) => string },
): Block {
  const text = lines(said, people);
  const elements: readonly RichGroup[] = [...(text.length > 0 ? [section(text)] : []), ...code.flatMap(renderCode)];
  const child: RichText = {
    type: 'rich_text',
    block_id: id('details-inside'),
    elements: elements.length > 0 ? elements : [section(words('Nothing recorded'))],
  };
  return {
    type: 'container',
    block_id: id('details'),
    title: plain(summary, blockLimits.header),
    is_collapsible: true,
    default_collapsed: !open,
    child_blocks: [child],
  };
}

function actionBlocks({ actions }: Card, blockId: string): Block[] {
  return actions && actions.length > 0
    ? [{ type: 'actions', block_id: blockId, elements: renderButtons(actions) }]
    : [];
}

/** What notifications show. Slack parses this one, so its three special characters are escaped. */
function fallbackText(fallback: string): string {
  const escape = (text: string): string => text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;');
  let cut = fit(fallback, blockLimits.fallback);
  while (escape(cut).length > blockLimits.fallback) cut = fit(cut, cut.length - 5);
  return escape(cut) || 'Update';
}

/** Keeps a whole message below what Slack takes: long text goes first, buttons, links and mentions stay. */
function shrink(blocks: readonly Block[]): readonly Block[] {
  let left: number = blockLimits.message;
  const cutElement = (element: RichElement): RichElement => {
    if (element.type !== 'text') return element;
    const room = Math.max(60, left);
    const text = fit(element.text, room);
    left -= text.length;
    return { ...element, text };
  };
  const cutGroup = (group: RichGroup): RichGroup => ({ ...group, elements: group.elements.map(cutElement) });
  const cutText = <Text extends RichText>(text: Text): Text => ({ ...text, elements: text.elements.map(cutGroup) });
  return blocks.map((block): Block => {
    if (block.type === 'rich_text') return cutText(block);
    if (block.type === 'container') return { ...block, child_blocks: block.child_blocks.map(cutText) };
    return block;
  });
}
