import { createHash } from 'node:crypto';
import type { Reply } from './reply.ts';

/** Text that is HTML already; everything else is escaped. */
export type Html = { readonly html: string };
type Part = string | number | Html | readonly Html[];

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const render = (part: Part): string => {
  if (typeof part === 'string' || typeof part === 'number') return escapeText(String(part));
  if ('html' in part) return part.html;
  return part.map(({ html: inner }) => inner).join('');
};

/** A template whose values are escaped unless they are `Html`. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: strings.reduce((text, string, index) => {
    const part = parts[index];
    return text + string + (part === undefined ? '' : render(part));
  }, ''),
});

const style = `
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d); --faint: light-dark(#59636e, #9198a1);
  --good: light-dark(#1a7f37, #3fb950); --bad: light-dark(#cf222e, #f85149); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.5rem 1rem; max-width: 60rem; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0; } .faint { color: var(--faint); } .good { color: var(--good); } .bad { color: var(--bad); }
.state { border: 1px solid currentColor; border-radius: 2em; padding: 0 .6em; font-size: .85rem; }
pre { border: 1px solid var(--line); border-radius: 6px; padding: .75rem; margin: .25rem 0 1rem; font-size: .85rem;
  overflow-x: auto; } pre.body { white-space: pre-wrap; overflow-wrap: anywhere; }
pre .add { color: var(--good); } pre .cut { color: var(--bad); } pre .hunk { color: var(--faint); }
button { font: inherit; font-weight: 600; color: #fff; background: #1f7a34; border: 0; border-radius: 6px;
  padding: .5rem 1rem; min-height: 44px; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 2px solid; outline-offset: 2px; } code { font-size: .9em; }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** A page without script: only its own style, only its own forms, in no frame. */
export function htmlPage(status: number, title: string, body: Html): Reply {
  const document = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>${{ html: `<style>${style}</style>` }}</head>
<body><main>${body}</main>
<footer><p class="faint">The lab's stand-in for GitHub. Nothing here leaves this machine.</p></footer></body></html>`;
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    },
    body: document.html,
  };
}
