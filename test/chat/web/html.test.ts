import { expect, it } from 'vitest';
import { html, type Piece } from '../../../src/chat/web/html.ts';
import { renderMarkdown } from '../../../src/chat/web/markdown.ts';
import { taint } from '../../../src/core/tainted.ts';
import { parseTags } from '../../support/parse-html.ts';

it('escapes text, numbers and lists, and keeps what templates made', () => {
  const item = html`<li>${'<b> & "quotes"'}</li>`;
  expect(html`<ul title="${'"><script>'}">${[item, 7, null, false]}</ul>`.html).toBe(
    '<ul title="&quot;&gt;&lt;script&gt;"><li>&lt;b&gt; &amp; &quot;quotes&quot;</li>7</ul>',
  );
});

it('refuses an object from a stored row that looks like HTML', () => {
  const forged = JSON.parse('{"html":"<script>alert(1)</script>"}') as Piece;
  expect(() => html`<p>${forged}</p>`).toThrow('only text');
});

it('shows outside text without hidden characters and cut', () => {
  expect(html`${taint('pay\u202Eload\u0000<img>')}`.html).toBe('payload&lt;img&gt;');
  expect(html`${taint('x'.repeat(3_000))}`.html).toMatch(/1000 more characters$/u);
});

it('renders the Markdown of a postmortem and makes nothing live but http links', () => {
  const markdown =
    '# Title <script>\n\n- **bold** `code`\n- [bad](javascript:alert(1)) [good](https://example.com/a)\n\n| A | B |\n|---|---|\n| 1 | <img src=x onerror=y> |\n\n```\n<b>\n```\n\n> said\n';
  const { html: out } = renderMarkdown(markdown);
  const tags = parseTags(out);
  expect(tags.map(({ name }) => name)).not.toContain('script');
  expect(tags.map(({ name }) => name)).not.toContain('img');
  expect(tags.filter(({ name }) => name === 'a').map(({ attributes }) => attributes['href'])).toEqual([
    'https://example.com/a',
  ]);
  expect(out).toContain('<h1>Title &lt;script&gt;</h1>');
  expect(out).toContain('<b>bold</b> <code>code</code>');
  expect(out).toContain('<th scope="col">A</th>');
  expect(out).toContain('<pre tabindex="0"><code>&lt;b&gt;</code></pre>');
});
