import type { CodeBlock } from '../../core/card.ts';
import { plainText } from '../../core/plain-text.ts';
import { type Html, html } from './html.ts';

const charactersMax = 60_000;

export function renderCode({ label, language, text }: CodeBlock): Html {
  const shown = typeof text === 'string' ? text : plainText(text, charactersMax);
  if (language === 'diff') return renderDiff(label, shown);
  return html`<figure class="code code--wrap"><figcaption><span>${label}</span></figcaption><pre tabindex="0"><code>${shown}</code></pre></figure>`;
}

function renderDiff(label: string, text: string): Html {
  const lines = text.replace(/\n$/u, '').split('\n');
  const added = lines.filter((line) => line.startsWith('+') && !line.startsWith('+++')).length;
  const removed = lines.filter((line) => line.startsWith('-') && !line.startsWith('---')).length;
  return html`<figure class="diff"><figcaption><b>${label}</b><span>+${added} −${removed}</span></figcaption><pre tabindex="0">${lines.map(diffLine)}</pre></figure>`;
}

/** Inside the `pre`, so that no white space may stand between the spans. */
function diffLine(line: string): Html {
  const shown = line === '' ? ' ' : line;
  if (/^(?:@@|diff |index |---|\+\+\+)/u.test(line)) return html`<span class="h">${shown}</span>`;
  if (line.startsWith('+')) return html`<span class="a">${shown}</span>`;
  if (line.startsWith('-')) return html`<span class="d">${shown}</span>`;
  return html`<span>${shown}</span>`;
}
