/** The Markdown our own postmortem uses -> HTML: headings, lists, tables, quotes, code, bold, links. Nothing is live but http links. */
import { type Html, html } from './html.ts';
import { link } from './render-line.ts';

export function renderMarkdown(markdown: string): Html {
  return html`${blocksOf(markdown.split(/\r?\n/u)).map(renderBlock)}`;
}

type Block = {
  readonly kind: 'heading' | 'list' | 'numbers' | 'table' | 'quote' | 'code' | 'text' | 'rule';
  readonly lines: readonly string[];
};

const starts: readonly (readonly [Block['kind'], RegExp])[] = [
  ['heading', /^#{1,6}\s/u],
  ['rule', /^(?:-{3,}|\*{3,})$/u],
  ['list', /^\s*[-*]\s/u],
  ['numbers', /^\s*\d+[.)]\s/u],
  ['table', /^\|/u],
  ['quote', /^>/u],
];

type Reading = { readonly blocks: { kind: Block['kind']; lines: string[] }[]; state: 'closed' | 'open' | 'fenced' };

function blocksOf(lines: readonly string[]): readonly Block[] {
  const reading: Reading = { blocks: [], state: 'closed' };
  for (const line of lines) {
    if (line.startsWith('```')) toggleFence(reading);
    else if (reading.state === 'fenced') reading.blocks.at(-1)?.lines.push(line);
    else addLine(reading, line);
  }
  return reading.blocks;
}

function toggleFence(reading: Reading): void {
  if (reading.state !== 'fenced') reading.blocks.push({ kind: 'code', lines: [] });
  reading.state = reading.state === 'fenced' ? 'closed' : 'fenced';
}

/** Lines of one kind without a blank line between them are one block; a heading is always its own. */
function addLine(reading: Reading, line: string): void {
  if (line.trim() === '') {
    reading.state = 'closed';
    return;
  }
  const kind = starts.find(([, pattern]) => pattern.test(line))?.[0] ?? 'text';
  const last = reading.blocks.at(-1);
  if (reading.state === 'open' && last?.kind === kind && kind !== 'heading') last.lines.push(line);
  else reading.blocks.push({ kind, lines: [line] });
  reading.state = 'open';
}

function renderBlock({ kind, lines }: Block): Html {
  switch (kind) {
    case 'heading':
      return renderHeading(lines[0] ?? '');
    case 'rule':
      return html`<hr>`;
    case 'list':
      return html`<ul class="bullets">${lines.map((line) => html`<li>${inline(line.replace(/^\s*[-*]\s+/u, ''))}</li>`)}</ul>`;
    case 'numbers':
      return html`<ol class="bullets">${lines.map((line) => html`<li>${inline(line.replace(/^\s*\d+[.)]\s+/u, ''))}</li>`)}</ol>`;
    case 'table':
      return renderTable(lines);
    case 'quote':
      return html`<blockquote>${inline(lines.map((line) => line.replace(/^>\s?/u, '')).join(' '))}</blockquote>`;
    case 'code':
      return html`<figure class="code code--wrap"><pre tabindex="0"><code>${lines.join('\n')}</code></pre></figure>`;
    case 'text':
      return html`<p>${inline(lines.join(' '))}</p>`;
  }
}

function renderHeading(line: string): Html {
  const level = /^#+/u.exec(line)?.[0].length ?? 2;
  const text = inline(line.replace(/^#+\s+/u, ''));
  if (level === 1) return html`<h1>${text}</h1>`;
  return level === 2 ? html`<h2>${text}</h2>` : html`<h3>${text}</h3>`;
}

function renderTable(lines: readonly string[]): Html {
  const rows = lines
    .filter((line) => !/^\|[\s:|-]+\|?$/u.test(line))
    .map((line) =>
      line
        .replace(/^\||\|\s*$/gu, '')
        .split('|')
        .map((cell) => cell.trim()),
    );
  const [head, ...body] = rows;
  return html`<div class="scroll"><table class="tbl"><thead><tr>${head?.map((cell) => html`<th scope="col">${inline(cell)}</th>`)}</tr></thead><tbody>${body.map((row) => html`<tr>${row.map((cell) => html`<td>${inline(cell)}</td>`)}</tr>`)}</tbody></table></div>`;
}

const token = /(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)\s]+\))/u;

function inline(text: string): Html {
  return html`${text.split(token).map((part) => {
    if (/^`[^`]+`$/u.test(part)) return html`<code>${part.slice(1, -1)}</code>`;
    if (/^\*\*[^*]+\*\*$/u.test(part)) return html`<b>${part.slice(2, -2)}</b>`;
    const found = /^\[([^\]]+)\]\(([^)\s]+)\)$/u.exec(part);
    return found ? link(found[1] ?? '', found[2] ?? '') : html`${part}`;
  })}`;
}
