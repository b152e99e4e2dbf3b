import type { Hypothesis } from '../../../core/hypothesis.ts';
import { clamp } from '../../../core/plain-text.ts';
import { amount } from '../chart-scale.ts';
import { chartSentence } from '../chart-sentence.ts';
import { type Key, renderChart, renderSvg } from '../chart-svg.ts';
import { type Html, html, type Piece } from '../html.ts';
import { changesOf, type IncidentRecord, type ShownChange, signalOf } from '../incident-record.ts';
import { evidencePath } from '../links.ts';
import { evidenceChip, link } from '../render-line.ts';
import { againstOnset, timeTag } from '../say-time.ts';
import { sourceName, verdictWord } from '../words.ts';

/** The alerting series with onset, every change and the recovery. */
export function renderSignal(record: IncidentRecord): Html {
  const signal = signalOf(record);
  const changes = changesOf(record);
  const drawn = signal
    ? html`<div class="panel">${figure(record, signal, changes)}${changeTable(record, changes)}</div>`
    : html`<p class="mute">No metric was read yet.</p>`;
  return html`<section id="signal" aria-labelledby="h-signal"><h2 id="h-signal">Signal</h2>${drawn}</section>`;
}

type Signal = NonNullable<ReturnType<typeof signalOf>>;

function figure({ incident }: IncidentRecord, { chart, evidence }: Signal, changes: readonly ShownChange[]): Html {
  const keys = changes.map(({ key, atMs, suspect }): Key => ({ key, atMs, tone: suspect ? 'sus' : 'chg' }));
  const threshold = incident.symptom?.threshold;
  const limit =
    threshold !== undefined && fits(threshold, chart)
      ? { limit: { value: threshold, label: `Alert at ${amount(threshold)} ${chart.unit}` } }
      : {};
  const wide = renderSvg(chart, { width: 960, height: 320, keys, ...limit });
  const narrow = renderSvg(chart, { width: 358, height: 290, keys, ...limit });
  const note = html`<span class="mute">Times in UTC. ${evidenceChip(evidence.id, (id) => evidencePath(incident.id, id))} Query <code>${clamp(evidence.query.split('\n')[0] ?? '', 100)}</code>. ${link(`Open in ${sourceName(evidence.source)}`, evidence.link)}</span>`;
  return html`<figure class="chart"><div class="wide-only">${wide}</div><div class="narrow-only">${narrow}</div><figcaption>${chartSentence(chart)} ${note}</figcaption></figure>`;
}

/** A threshold in another unit than the chart would flatten the line: it is then left out. */
function fits(threshold: number, chart: Signal['chart']): boolean {
  const highest = chart.series
    .flatMap(({ points }) => points)
    .reduce((most, [, value]) => Math.max(most, Math.abs(value)), 0);
  return Math.abs(threshold) <= highest * 4 && Math.abs(threshold) >= highest / 50;
}

function changeTable({ incident }: IncidentRecord, changes: readonly ShownChange[]): Piece {
  if (changes.length === 0) return html`<p class="small mute chgs">No change is on record in this window.</p>`;
  const rows = changes.map(({ key, says, atMs, hypothesis, suspect }) => {
    const box = html`<span class="key${suspect ? ' key--sus' : ''}">${key}</span>`;
    const against = incident.onsetMs === null ? 'onset not known' : againstOnset(atMs, incident.onsetMs);
    return html`<tr role="row"><td role="cell" class="wide-only">${box}</td><th role="rowheader" scope="row"><span class="narrow-only">${box} </span>${says}${suspect && html` <span class="tag tag--accent">Suspect</span>`}</th><td role="cell" data-l="Time">${timeTag(atMs, '')}</td><td role="cell">${against}</td><td role="cell" data-l="Cause">${bearing(hypothesis)}</td></tr>`;
  });
  return html`<table class="tbl tbl--stack chgs" role="table"><caption class="vh">Changes in the window</caption><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col"><span class="vh">Key</span></th><th role="columnheader" scope="col">Change</th><th role="columnheader" scope="col">Time, UTC</th><th role="columnheader" scope="col">Against onset</th><th role="columnheader" scope="col">Cause</th></tr></thead><tbody role="rowgroup">${rows}</tbody></table>`;
}

const bearing = (hypothesis: Hypothesis | null): Html =>
  hypothesis
    ? html`<a href="#${hypothesis.id}">${hypothesis.id}</a> ${verdictWord(hypothesis.word)}`
    : html`<span class="mute">none points at it</span>`;

/** One evidence chart at page width. */
export const renderEvidenceChart = (chart: Parameters<typeof renderChart>[0]): Html =>
  renderChart(chart, { width: 960, height: 260 });
