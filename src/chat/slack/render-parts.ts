import { type Card, type CardAction, type CodeBlock, choiceField, type Line } from '../../core/card.ts';
import { clamp, plainText } from '../../core/plain-text.ts';
import {
  type Block,
  type Button,
  blockLimits,
  plain,
  type RichElement,
  type RichGroup,
  type Select,
  shorten,
} from './blocks.ts';
import { flatten, type People, renderLine } from './render-line.ts';

const newline: RichElement = { type: 'text', text: '\n' };

export const section = (elements: readonly RichElement[]): RichGroup => ({ type: 'rich_text_section', elements });

/** Lines under each other in one section. */
export function stack(lines: readonly (readonly RichElement[])[]): readonly RichElement[] {
  return lines.filter((line) => line.length > 0).flatMap((line, index) => (index === 0 ? line : [newline, ...line]));
}

export function renderFacts(facts: NonNullable<Card['facts']>, people: People): readonly RichElement[] {
  return stack(
    facts.map(({ label, value }) => [
      { type: 'text', text: `${label}: `, style: { bold: true } },
      ...renderLine(value, people),
    ]),
  );
}

export function renderCode({ label, text }: CodeBlock): readonly RichGroup[] {
  const shown = typeof text === 'string' ? clamp(text, blockLimits.code) : plainText(text, blockLimits.code);
  return [
    section([{ type: 'text', text: label || 'code', style: { bold: true } }]),
    { type: 'rich_text_preformatted', elements: [{ type: 'text', text: shown || ' ' }], border: 0 },
  ];
}

export function renderTasks({ title, items }: NonNullable<Card['tasks']>, people: People): Omit<PlanBlock, 'block_id'> {
  return {
    type: 'plan',
    title: shorten(title, blockLimits.header) || 'Steps',
    tasks: items.slice(0, blockLimits.tasks).map((task, index) => {
      const output = renderLine(task.output, people);
      return {
        type: 'task_card',
        task_id: `${index}:${shorten(task.id, 100)}`,
        title: shorten(flatten(task.title), blockLimits.taskTitle) || task.id,
        status: task.state,
        ...(output.length > 0 ? { output: { type: 'rich_text', elements: [section(output)] } } : {}),
      };
    }),
  };
}
type PlanBlock = Extract<Block, { type: 'plan' }>;

type TableBlock = Extract<Block, { type: 'data_table' }>;

/** As many whole rows as Slack takes; `hidden` counts the others. */
export function renderTable(
  { caption, columns, rows }: NonNullable<Card['table']>,
  blockId: string,
): { readonly block: TableBlock | null; readonly hidden: number } {
  const width = Math.min(columns.length, blockLimits.tableColumns);
  const cell = (text: string) => ({ type: 'raw_text' as const, text: text || '-' });
  const kept = [columns.slice(0, width).map((column) => cell(shorten(column, 100)))];
  let used = kept.flat().reduce((sum, { text }) => sum + text.length, 0);
  for (const row of rows.slice(0, blockLimits.tableRows)) {
    const cells = Array.from({ length: width }, (_, index) => cell(shorten(flatten(row[index] ?? []), 500)));
    used += cells.reduce((sum, { text }) => sum + text.length, 0);
    if (used > blockLimits.tableCharacters) break;
    kept.push(cells);
  }
  const hidden = rows.length - (kept.length - 1);
  if (width === 0 || kept.length < 2) return { block: null, hidden };
  return {
    block: {
      type: 'data_table',
      block_id: blockId,
      caption: shorten(caption, 150) || 'Table',
      page_size: Math.min(100, Math.max(5, kept.length - 1)),
      row_header_column_index: 0,
      rows: kept,
    },
    hidden,
  };
}

/** Buttons, one primary at most. A `danger` without a confirm dialog loses its style rather than its question. */
export function renderButtons(actions: readonly CardAction[]): readonly Button[] {
  const primary = actions.findIndex(({ style }) => style === 'primary');
  return actions.slice(0, blockLimits.buttons).map((action, index) => {
    const style = buttonStyle(action, index === primary);
    return {
      type: 'button',
      action_id: `${action.id}:${index}${action.reason ? `:${action.reason}` : ''}`,
      text: plain(action.label, blockLimits.button),
      value: shorten(action.value, blockLimits.buttonValue),
      ...(action.href === undefined ? {} : { url: action.href }),
      ...(style ? { style } : {}),
      ...(action.confirm ? { confirm: confirmation(action.confirm, style === 'danger') } : {}),
    };
  });
}

/** The fields of a button's choices, to stand before it. */
export const renderSelects = (actions: readonly CardAction[]): readonly Select[] =>
  actions.flatMap(({ choices = [] }) =>
    choices
      .filter(({ options }) => options.length > 0)
      .map(({ name, label, options }) => ({
        type: 'static_select',
        action_id: choiceField(name),
        placeholder: plain(label, blockLimits.optionText),
        options: options
          .slice(0, blockLimits.options)
          .map((option) => ({ text: plain(option.label, blockLimits.optionText), value: option.value })),
      })),
  );

function buttonStyle({ style, confirm }: CardAction, isPrimary: boolean): 'primary' | 'danger' | null {
  if (style === 'danger') return confirm ? 'danger' : null;
  return isPrimary ? 'primary' : null;
}

function confirmation(
  { title, text, accept, dismiss }: NonNullable<CardAction['confirm']>,
  danger: boolean,
): NonNullable<Button['confirm']> {
  return {
    title: plain(title, blockLimits.confirmTitle),
    text: plain(text, blockLimits.confirmText),
    confirm: plain(accept, blockLimits.confirmButton),
    deny: plain(dismiss, blockLimits.confirmButton),
    ...(danger ? { style: 'danger' as const } : {}),
  };
}

export const renderLines = (lines: readonly Line[], people: People): readonly RichElement[] =>
  stack(lines.map((line) => renderLine(line, people)));
