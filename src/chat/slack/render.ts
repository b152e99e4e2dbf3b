/** Card -> Block Kit. Pure: the same card and version give the same blocks. */
import type { Card, Line } from '../../core/card.ts';
import { type Block, blockLimits, plain, type RichElement, type RichGroup, type RichText, shorten } from './blocks.ts';
import { chartWords, renderChart } from './render-chart.ts';
import { flatten, type People, renderLine } from './render-line.ts';
import {
  renderButtons,
  renderCode,
  renderFacts,
  renderLines,
  renderSelects,
  renderTable,
  renderTasks,
  section,
} from './render-parts.ts';

export type Rendered = { readonly text: string; readonly blocks: readonly Block[] };

export type RenderOptions = {
  /** Starts every block id; a repeated post is found by it. */
  readonly mark: string;
  /** Ends every block id, so that clients redraw an edited message. */
  readonly version: number;
  readonly people: People;
};

export function renderCard(card: Card, options: RenderOptions): Rendered {
  const frame = frameOf(options);
  const { id, line } = frame;
  const blocks: Block[] = [
    ...titleBlock(card, id('title')),
    ...line('lead', card.lead),
    ...(card.facts ? frame.rich('facts', renderFacts(card.facts, options.people)) : []),
    ...tasksBlock(card, frame),
    ...tableBlocks(card, frame),
    ...chartBlocks(card, frame),
    ...codeBlocks(card, id('code')),
    ...(card.details ? [detailsBlock(card.details, frame)] : []),
    ...actionBlocks(card, id('actions')),
    ...line('foot', card.foot),
  ];
  const shown = blocks.length > 0 ? blocks : frame.rich('lead', words(card.fallback));
  return { text: fallbackText(card.fallback), blocks: shrink(shown.slice(0, blockLimits.blocks)) };
}

type Frame = {
  readonly people: People;
  readonly id: (part: string) => string;
  readonly rich: (part: string, elements: readonly RichElement[]) => Block[];
  readonly line: (part: string, line: Line | undefined) => Block[];
};

function frameOf({ mark, version, people }: RenderOptions): Frame {
  const id = (part: string): string => `${mark}:${part}:v${version}`;
  const rich = (part: string, elements: readonly RichElement[]): Block[] =>
    elements.length > 0 ? [{ type: 'rich_text', block_id: id(part), elements: [section(elements)] }] : [];
  return { people, id, rich, line: (part, line) => rich(part, renderLine(line ?? [], people)) };
}

const tasksBlock = ({ tasks }: Card, { id, people }: Frame): Block[] =>
  tasks && tasks.items.length > 0 ? [{ ...renderTasks(tasks, people), block_id: id('tasks') }] : [];

function tableBlocks({ table }: Card, { id, rich }: Frame): Block[] {
  if (!table) return [];
  const { block, hidden } = renderTable(table, id('table'));
  return [...(block ? [block] : []), ...rich('hidden', hidden > 0 ? words(`${hidden} more rows`) : [])];
}

function chartBlocks({ chart }: Card, { id, rich }: Frame): Block[] {
  if (!chart) return [];
  const block = renderChart(chart, id('chart'));
  return [...(block ? [block] : []), ...rich('numbers', words(chartWords(chart)))];
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
function detailsBlock({ summary, open, lines, code }: NonNullable<Card['details']>, { people, id }: Frame): Block {
  const text = renderLines(lines, people);
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
    ? [{ type: 'actions', block_id: blockId, elements: [...renderSelects(actions), ...renderButtons(actions)] }]
    : [];
}

/** What notifications show. Slack parses this one, so its three special characters are escaped. */
function fallbackText(fallback: string): string {
  const escaped = (text: string): string => text.replace(/&/gu, '&amp;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;');
  let cut = shorten(fallback, blockLimits.fallback);
  while (escaped(cut).length > blockLimits.fallback) cut = shorten(cut, cut.length - 5);
  return escaped(cut) || 'Update';
}

/** Keeps a whole message below what Slack takes: long text goes first, buttons, links and mentions stay. */
function shrink(blocks: readonly Block[]): readonly Block[] {
  let left: number = blockLimits.message;
  const cutElement = (element: RichElement): RichElement => {
    if (element.type !== 'text') return element;
    const room = Math.max(60, left);
    const text = shorten(element.text, room);
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
