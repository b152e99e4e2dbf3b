/** What Slack would refuse, or people would trip over, in a rendered message. Independent of the renderer's own limits. */
import { cardActionIds } from '../../../src/core/card.ts';

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : []);
const words = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const textOf = (value: unknown): string => words(isNode(value) ? value['text'] : value);

/** Elements whose text Slack never parses. A `mrkdwn` or `markdown` anywhere is a finding. */
const inert = new Set(['text', 'plain_text', 'raw_text']);
const childOfContainer = new Set(['actions', 'context', 'divider', 'header', 'rich_text', 'section', 'table']);

export function lintMessage({ text, blocks }: { text: string; blocks: readonly unknown[] }, version: number): string[] {
  const found: string[] = [];
  const say = (broken: boolean, complaint: string): void => {
    if (broken) found.push(complaint);
  };
  const within = (value: unknown, max: number, what: string): void => {
    const { length } = textOf(value);
    say(length < 1 || length > max, `${what} has ${length} characters, 1 to ${max} fit`);
  };
  within(text, 300, 'fallback');
  say(/[<>]/u.test(text), 'fallback carries markup');
  say(blocks.length < 1 || blocks.length > 50, `${blocks.length} blocks`);
  const nodes = everyNode(blocks);
  const ids = nodes.flatMap((node) => (typeof node['block_id'] === 'string' ? [node['block_id']] : []));
  say(new Set(ids).size !== ids.length, 'block ids repeat');
  say(
    ids.some((id) => !id.endsWith(`:v${version}`) || id.length > 255),
    'a block id without its version',
  );
  say(
    list(blocks).some((block) => typeof block['block_id'] !== 'string'),
    'a block without id',
  );
  const count = (type: string): number => nodes.filter((node) => node['type'] === type).length;
  say(count('data_table') > 1, 'more than one table');
  say(count('data_visualization') > 2, 'more than two charts');
  for (const forbidden of ['mrkdwn', 'markdown', 'alert', 'broadcast', 'usergroup', 'channel']) {
    say(count(forbidden) > 0, `${forbidden} is not allowed`);
  }
  const buttons = nodes.filter((node) => node['type'] === 'button');
  say(buttons.filter(({ style }) => style === 'primary').length > 1, 'more than one primary button');
  const actionIds = buttons.map((button) => button['action_id']);
  say(new Set(actionIds).size !== actionIds.length, 'action ids repeat');
  for (const node of nodes) lintNode(node, { say, within });
  return found;
}

type Complain = {
  say: (broken: boolean, complaint: string) => void;
  within: (value: unknown, max: number, what: string) => void;
};

const lints: Readonly<Record<string, (node: Node, complain: Complain) => void>> = {
  header: ({ text }, { within, say }) => {
    within(text, 150, 'header');
    say(/\p{Extended_Pictographic}/u.test(textOf(text)), 'emoji in a header');
  },
  plain_text: ({ emoji }, { say }) => say(emoji !== false, 'plain text that turns :words: into emoji'),
  text: ({ text }, { within }) => within(text, 12_000, 'rich text'),
  raw_text: ({ text }, { within }) => within(text, 10_000, 'table cell'),
  link: ({ url, text }, { say, within }) => {
    say(!/^https?:\/\//u.test(String(url)) || String(url).length > 3_000, 'a link that is not of the web');
    within(text, 3_000, 'link text');
  },
  rich_text_section: ({ elements }, { say }) => say(list(elements).length === 0, 'an empty section'),
  actions: ({ elements }, { say }) => say(list(elements).length > 25, 'more than 25 buttons'),
  button: lintButton,
  plan: ({ title, tasks }, { say, within }) => {
    within(title, 150, 'plan title');
    const ids = list(tasks).map((task) => task['task_id']);
    say(ids.length < 1 || ids.length > 50 || new Set(ids).size !== ids.length, 'plan tasks');
    say(
      list(tasks).some(({ status }) => !['pending', 'in_progress', 'complete', 'error'].includes(String(status))),
      'task status',
    );
  },
  data_table: ({ rows, caption, row_header_column_index: header }, { say, within }) => {
    within(caption, 150, 'caption');
    const cells = Array.isArray(rows) ? rows.map(list) : [];
    say(cells.length < 2 || cells.length > 101, 'table rows');
    say(
      cells.some((row) => row.length !== cells[0]?.length || row.length > 20),
      'ragged or wide table',
    );
    say(cells.flat().reduce((sum, cell) => sum + textOf(cell).length, 0) > 10_000, 'table characters');
    say(header !== 0, 'no row header');
  },
  data_visualization: ({ title, chart }, { say, within }) => {
    within(title, 50, 'chart title');
    if (!isNode(chart) || !isNode(chart['axis_config'])) return say(true, 'chart without axes');
    const categories = chart['axis_config']['categories'] as readonly string[];
    say(new Set(categories).size !== categories.length, 'chart categories repeat');
    say(list(chart['series']).length > 6 || list(chart['series']).length < 1, 'chart series');
    for (const { data, name } of list(chart['series'])) {
      within(name, 20, 'series name');
      say(list(data).length !== categories.length || list(data).length > 20, 'chart points');
      say(
        list(data).some(({ value, label }) => !Number.isFinite(value) || String(label).length > 20),
        'chart value',
      );
    }
  },
  container: ({ title, child_blocks: children }, { say, within }) => {
    within(title, 150, 'container title');
    say(list(children).length < 1 || list(children).length > 10, 'container children');
    say(
      list(children).some(({ type }) => !childOfContainer.has(String(type))),
      'container child of a wrong type',
    );
  },
};

function lintButton({ text, value, style, confirm, action_id: id }: Node, { say, within }: Complain): void {
  within(text, 75, 'button');
  within(value, 2_000, 'button value');
  const label = textOf(text);
  say(!/^[A-Z]/u.test(label) || /[.!?:]$/u.test(label), `button "${label}" is not Title Case`);
  say(/^(?:yes|no|ok|submit|confirm|click)/iu.test(label), `button "${label}" does not say what it does`);
  say(
    !cardActionIds.some((known) => String(id) === known || String(id).startsWith(`${known}:`)),
    `no handler for ${words(id)}`,
  );
  say(style === 'danger' && !isNode(confirm), 'danger without a question');
  if (!isNode(confirm)) return;
  within(confirm['title'], 100, 'confirm title');
  within(confirm['text'], 300, 'confirm text');
  within(confirm['confirm'], 30, 'confirm button');
  within(confirm['deny'], 30, 'deny button');
}

function lintNode(node: Node, complain: Complain): void {
  const type = words(node['type']);
  lints[type]?.(node, complain);
  const holdsText = typeof node['text'] === 'string' && type !== 'link';
  complain.say(holdsText && !inert.has(type), `text in ${type}`);
}

export function everyNode(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(everyNode);
  return isNode(value) ? [value, ...Object.values(value).flatMap(everyNode)] : [];
}
