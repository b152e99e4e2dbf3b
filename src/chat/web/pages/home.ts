import type { Hypothesis } from '../../../core/hypothesis.ts';
import type { Incident } from '../../../core/incident.ts';
import { type Html, html } from '../html.ts';
import { channelPath, incidentPath } from '../links.ts';
import { timeTag } from '../say-time.ts';
import { causeWords, counted, phaseLooks, verdictWord, word } from '../words.ts';
import { renderColumn, renderPage } from './frame.ts';

export type IncidentLine = { readonly incident: Incident; readonly leading: Hypothesis | undefined };

export type HomeView = {
  readonly channels: readonly { readonly channel: string; readonly lastAtMs: number | null }[];
  readonly open: readonly IncidentLine[];
};

export function renderHome({ channels, open }: HomeView): Html {
  const incidents =
    open.length === 0
      ? html`<p class="lede">No incident is open.</p>`
      : html`<div class="panel">${renderIncidents(open, `${open.length} open`)}</div>`;
  const list = channels.map(
    ({ channel, lastAtMs }) =>
      html`<li><a href="${channelPath(channel)}"># ${channel}</a> <span class="mute small">${lastAtMs === null ? 'nothing said yet' : html`last message ${timeTag(lastAtMs)}`}</span></li>`,
  );
  const content = html`<header class="top"><h1>Channels and open incidents</h1><p class="mute">Open a channel and mention <span class="at">@causeway</span> with a question.</p></header>
<section aria-labelledby="h-open"><h2 id="h-open">Open incidents</h2>${incidents}</section>
<section aria-labelledby="h-channels"><h2 id="h-channels">Channels</h2><ul class="panel list">${list}</ul></section>`;
  return renderPage({ title: 'Channels', current: 'chat', content: renderColumn(content) });
}

export type SearchView = { readonly query: string; readonly lines: readonly IncidentLine[]; readonly searched: number };

export function renderIncidentList({ query, lines, searched }: SearchView): Html {
  const found =
    query === ''
      ? `The newest ${counted(lines.length, 'incident')}`
      : `${lines.length} of ${searched} incidents match “${query}”`;
  const content = html`<header class="top"><h1>Incidents</h1><p class="mute">${found}. Search looks at ids, symptoms, causes and evidence.</p></header>
<section aria-label="Incidents">${lines.length === 0 ? html`<p>Nothing to show.</p>` : html`<div class="panel">${renderIncidents(lines, found)}</div>`}</section>`;
  return renderPage({ title: 'Incidents', current: 'incidents', content: renderColumn(content), search: query });
}

function renderIncidents(lines: readonly IncidentLine[], caption: string): Html {
  const rows = lines.map(({ incident, leading }) => {
    const { id, symptom, question, phase, openedAtMs } = incident;
    const cause = leading
      ? html`${verdictWord(leading.word)} ${leading.word === 'NothingWrong' ? null : causeWords(leading)}`
      : 'None yet';
    return html`<tr role="row"><th role="rowheader" scope="row"><a href="${incidentPath(id)}">${id}</a> ${symptom?.title ?? question ?? 'No symptom named'}</th><td role="cell" data-l="Phase">${word(phaseLooks[phase])}</td><td role="cell" data-l="Cause">${cause}</td><td role="cell" data-l="Opened">${timeTag(openedAtMs)}</td></tr>`;
  });
  return html`<table class="tbl tbl--stack" role="table"><caption class="vh">${caption}</caption><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Incident</th><th role="columnheader" scope="col">Phase</th><th role="columnheader" scope="col">Leading cause</th><th role="columnheader" scope="col">Opened</th></tr></thead><tbody role="rowgroup">${rows}</tbody></table>`;
}
