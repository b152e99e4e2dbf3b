import { type Html, html, type Piece } from '../html.ts';
import { brandMark, icon, sprite } from '../icons.ts';

export type Frame = {
  readonly title: Piece;
  readonly current: 'chat' | 'incidents' | 'stats' | 'audit' | null;
  readonly content: Piece;
  /** Seconds after which the page reads itself again; for pages that wait for one result. */
  readonly refreshSeconds?: number;
  readonly search?: string;
};

const sections = [
  { id: 'chat', href: '/', says: 'Chat' },
  { id: 'incidents', href: '/incidents', says: 'Incidents' },
  { id: 'stats', href: '/stats', says: 'Stats' },
  { id: 'audit', href: '/audit', says: 'Audit' },
] as const;

/** The page around every content. */
export function renderPage({ title, current, content, refreshSeconds, search }: Frame): Html {
  const refresh = refreshSeconds !== undefined && html`<meta http-equiv="refresh" content="${refreshSeconds}">\n`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${refresh}<title>${title} · Causeway</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/style.css">
<script src="/static/live.js" defer></script>
</head>
<body>
${sprite}
<a class="skip" href="#main">Skip to content</a>
<header class="bar">
<a class="bar__brand" href="/" aria-label="Causeway, home">${brandMark}<span>Causeway</span></a>
<nav aria-label="Main"><ul>${sections.map((section) => navItem(section, current))}</ul></nav>
<div class="bar__end">
<form class="find" role="search" method="get" action="/incidents">${icon('find')}<input type="search" name="q" value="${search}" aria-label="Search incidents and evidence" placeholder="Search incidents" data-search><kbd>/</kbd><button class="vh" type="submit">Search</button></form>
</div>
</header>
${content}
</body>
</html>
`;
}

function navItem({ id, href, says }: (typeof sections)[number], current: Frame['current']): Html {
  const link =
    id === current ? html`<a href="${href}" aria-current="page">${says}</a>` : html`<a href="${href}">${says}</a>`;
  return html`<li>${link}</li>`;
}

/** One column of text: problems, questions, lists. */
export const renderColumn = (content: Piece): Html =>
  html`<div class="page page--one"><main class="main" id="main">${content}</main></div>`;

/** Why something was not done and what helps. Also the body of every 4xx page. */
export const renderProblem = ({ title, fix }: { readonly title: string; readonly fix: string }): Html =>
  renderPage({
    title,
    current: null,
    content: renderColumn(
      html`<header class="top"><h1>${title}</h1><p class="top__say">${fix}</p><p><a href="/">Back to the channels</a></p></header>`,
    ),
  });
