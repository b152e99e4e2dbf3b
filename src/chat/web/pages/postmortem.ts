import type { Incident } from '../../../core/incident.ts';
import { type Html, html } from '../html.ts';
import { incidentPath } from '../links.ts';
import { renderMarkdown } from '../markdown.ts';
import { renderPage } from './frame.ts';

export function renderPostmortem(incident: Incident, markdown: string): Html {
  const path = incidentPath(incident.id);
  const content = html`<div class="page page--one"><main class="main" id="main"><p class="top__meta"><a href="${path}">${incident.id}</a><a href="${path}/postmortem.md" download>Download .md</a><a href="${path}/postmortem.json" download>Download .json</a></p>
<article class="prose">${renderMarkdown(markdown)}</article></main></div>`;
  return renderPage({ title: `Postmortem of ${incident.id}`, current: 'incidents', content });
}
