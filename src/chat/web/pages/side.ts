import type { Incident } from '../../../core/incident.ts';
import { type Html, html } from '../html.ts';
import { type IconName, icon } from '../icons.ts';
import { channelPath, incidentPath } from '../links.ts';

export type SideView = {
  readonly incidents: readonly Incident[];
  readonly channels: readonly string[];
  readonly current: string | null;
};

/** Channel list beside the chat; replaced live. */
export function renderSide({ incidents, channels, current }: SideView): Html {
  const open = incidents.filter(({ phase }) => phase !== 'closed');
  const closed = incidents.filter(({ phase }) => phase === 'closed').slice(0, 8);
  return html`<nav class="side" id="channels" aria-label="Channels">
${section(
  'Open incidents',
  open.map((incident) => incidentLink(incident, 'sev')),
)}
${section(
  'Channels',
  channels.map((channel) => channelLink(channel, current)),
)}
${section(
  'Closed',
  closed.map((incident) => incidentLink(incident, 'ok')),
)}
</nav>`;
}

const section = (title: string, links: readonly Html[]): Html | null =>
  links.length === 0 ? null : html`<div><h2>${title}</h2><ul>${links.map((each) => html`<li>${each}</li>`)}</ul></div>`;

const incidentLink = ({ id, symptom }: Incident, shape: IconName): Html =>
  html`<a href="${incidentPath(id)}">${icon(shape)}<span class="cut">${id}${symptom && html` ${symptom.service}`}</span></a>`;

const channelLink = (channel: string, current: string | null): Html =>
  channel === current
    ? html`<a href="${channelPath(channel)}" aria-current="page"><span class="cut"># ${channel}</span></a>`
    : html`<a href="${channelPath(channel)}"><span class="cut"># ${channel}</span></a>`;
