/** The parts of a card as Adaptive Card elements. Only core 1.2 elements carry facts; newer ones have a fallback. */
import type { Card, CodeBlock, Task, TaskState } from '../../core/card.ts';
import { clamp, plainText, stripHidden } from '../../core/plain-text.ts';
import { taint } from '../../core/tainted.ts';
import { guardLineStart, outsideText, ownText } from './escape.ts';
import { type Rendering, renderLine } from './render-line.ts';

export type Element = { readonly type: string; readonly [property: string]: unknown };

export const textBlock = (text: string, change: { readonly [property: string]: unknown } = {}): Element => ({
  type: 'TextBlock',
  text: guardLineStart(text),
  wrap: true,
  ...change,
});

const container = (items: readonly Element[]): Element => ({ type: 'Container', items });

export const renderFacts = (facts: NonNullable<Card['facts']>, rendering: Rendering): Element => ({
  type: 'FactSet',
  facts: facts.map(({ label, value }) => ({
    title: guardLineStart(ownText(label, 80)),
    value: guardLineStart(renderLine(value, rendering)),
  })),
});

const stateWords: { readonly [State in TaskState]: string } = {
  complete: 'Done',
  error: 'Failed',
  in_progress: 'Running',
  pending: 'Waiting',
};

export const renderTasks = ({ title, items }: NonNullable<Card['tasks']>, rendering: Rendering): Element =>
  container([
    textBlock(ownText(title, 150), { weight: 'Bolder' }),
    ...limited(items, rendering.limits.items, (task) => renderTask(task, rendering)),
  ]);

const renderTask = ({ title, state, output }: Task, rendering: Rendering): Element =>
  columns([stateWords[state], renderLine(title, rendering), renderLine(output, rendering)], { first: 'auto' });

/** Column sets, because phones may not know the `Table` element. */
export const renderTable = (table: NonNullable<Card['table']>, rendering: Rendering): Element =>
  container([
    textBlock(ownText(table.caption, 150), { isSubtle: true, size: 'Small' }),
    columns(
      table.columns.map((name) => ownText(name, 80)),
      { weight: 'Bolder' },
    ),
    ...limited(table.rows, rendering.limits.items, (cells) =>
      columns(
        cells.map((cell) => renderLine(cell, rendering)),
        {},
      ),
    ),
  ]);

type ColumnStyle = { readonly first?: 'auto'; readonly weight?: 'Bolder' };

const columns = (texts: readonly string[], { first, weight }: ColumnStyle): Element => ({
  type: 'ColumnSet',
  columns: texts.map((text, index) => ({
    type: 'Column',
    width: index === 0 && first ? first : 'stretch',
    items: [textBlock(text, weight ? { weight } : {})],
  })),
});

/** A code block parses nothing; where the client does not know it, text runs, which parse nothing either. */
export function renderCode({ label, language, text }: CodeBlock, { limits }: Rendering): readonly Element[] {
  const shown = typeof text === 'string' ? clamp(stripHidden(text), limits.code) : plainText(text, limits.code);
  return [
    textBlock(ownText(label, 150), { isSubtle: true, size: 'Small' }),
    {
      type: 'CodeBlock',
      codeSnippet: shown,
      language: language === 'json' ? 'Json' : 'PlainText',
      fallback: {
        type: 'RichTextBlock',
        inlines: [{ type: 'TextRun', text: clamp(shown, Math.ceil(limits.code / 2)), fontType: 'Monospace' }],
      },
    },
  ];
}

type Details = NonNullable<Card['details']>;

/** Collapsed lines and code, with the button that opens them. */
export function renderDetails({ summary, open, lines, code }: Details, rendering: Rendering): readonly Element[] {
  const items = [
    ...limited(lines, rendering.limits.items, (line) => textBlock(renderLine(line, rendering), { spacing: 'Small' })),
    ...code.flatMap((block) => renderCode(block, rendering)),
  ];
  if (items.length === 0) return [];
  const toggle = {
    type: 'Action.ToggleVisibility',
    title: clamp(stripHidden(summary), 60),
    targetElements: ['details'],
  };
  return [
    { type: 'ActionSet', actions: [toggle] },
    { type: 'Container', id: 'details', isVisible: open, items },
  ];
}

/** The first items, and a line that says how many are missing. */
function limited<Item>(items: readonly Item[], max: number, render: (item: Item) => Element): readonly Element[] {
  const shown = items.slice(0, max).map(render);
  const missing = items.length - shown.length;
  return missing > 0 ? [...shown, textBlock(`${missing} more, not shown here`, { isSubtle: true })] : shown;
}

/** A label that came from a chart or title: ours by type, but built from names others can choose. */
export const chartText = (text: string): string => outsideText(taint(text), 150);
