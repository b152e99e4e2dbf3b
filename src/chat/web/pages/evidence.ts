import type { Evidence, Provenance } from '../../../core/evidence.ts';
import { redactionText } from '../../../core/redaction-receipt.ts';
import { taint } from '../../../core/tainted.ts';
import { drawable } from '../chart-scale.ts';
import { type Html, html, type Piece } from '../html.ts';
import type { IncidentRecord } from '../incident-record.ts';
import { evidencePath, incidentPath } from '../links.ts';
import { hiddenFields } from '../render-action.ts';
import { renderCode } from '../render-code.ts';
import { link } from '../render-line.ts';
import { timeTag } from '../say-time.ts';
import type { Session } from '../session.ts';
import { sourceName } from '../words.ts';
import { renderPage } from './frame.ts';
import { bearingOf } from './incident-evidence.ts';
import { renderEvidenceChart } from './incident-signal.ts';

const classes: { readonly [Class in Provenance]: string } = {
  A: 'A, an authenticated control plane',
  B: 'B, a number computed by the platform',
  C: 'C, free text others can write',
  D: 'D, from people outside',
};

export type EvidenceView = { readonly record: IncidentRecord; readonly item: Evidence; readonly session: Session };

/** One read, so that a person can check it: the query, the window, the digest, the result and the vendor's own page. */
export function renderEvidence(view: EvidenceView): Html {
  const { record, item } = view;
  const { incident } = record;
  const content = html`<div class="page page--one"><main class="main" id="main">
<header class="top"><p class="top__meta"><a href="${incidentPath(incident.id)}#evidence">${incident.id}</a><span class="e">${item.id}</span><span>${sourceName(item.source)}</span><span>${bearingOf(item, record.hypotheses)}</span></p>
<h1>${item.headline}</h1></header>
<section aria-label="How it was read"><div class="panel stack">${facts(item)}${renderCode({ label: `Query, as ${sourceName(item.source)} takes it`, language: 'text', text: taint(item.query) })}${rerun(view)}</div></section>
${chart(item)}
<section aria-labelledby="h-result"><h2 id="h-result">Result</h2>${renderCode({ label: item.truncated ? 'Stored result, cut by the tool' : 'Stored result', language: 'json', text: taint(JSON.stringify(item.result, null, 2)) })}</section>
${neighbours(record, item)}
</main></div>`;
  return renderPage({ title: `${item.id} of ${incident.id}`, current: 'incidents', content });
}

function facts(item: Evidence): Html {
  return html`<dl class="kv"><dt>Tool</dt><dd>${item.tool}</dd>
<dt>Window</dt><dd>${timeTag(item.window.fromMs, '')} to ${timeTag(item.window.toMs)}</dd>
<dt>Read</dt><dd>${timeTag(item.takenAtMs)}, ${item.bytes} bytes</dd>
<dt>Class</dt><dd>${classes[item.provenance]}</dd>
<dt>Redacted</dt><dd>${redactionText(item)}</dd>
<dt>Result</dt><dd class="hash">sha256 ${item.sha256}</dd>
<dt>Input</dt><dd class="hash">${taint(JSON.stringify(item.input))}</dd>
<dt>Vendor</dt><dd>${link(`Open in ${sourceName(item.source)}`, item.link)}</dd></dl>`;
}

function rerun({ record, item, session }: EvidenceView): Html {
  const path = evidencePath(record.incident.id, item.id);
  return html`<form method="post" action="${path}/rerun" class="acts">${hiddenFields(session)}<button class="btn" type="submit">Re-run ${item.id}</button><span class="xs mute">Repeats exactly this read and says same, changed or gone in the channel.</span></form>`;
}

function chart({ chart: data }: Evidence): Piece {
  if (!data) return null;
  const numbers = drawable(data).map(
    ({ name, points }) =>
      html`<table class="tbl"><caption>${name}, ${points.length} points</caption><thead><tr><th scope="col">Time</th><th scope="col" class="n">${data.unit}</th></tr></thead><tbody>${points.map(([atMs, value]) => html`<tr><td>${timeTag(atMs)}</td><td class="n">${value}</td></tr>`)}</tbody></table>`,
  );
  return html`<section aria-labelledby="h-chart"><h2 id="h-chart">Chart</h2><div class="panel">${renderEvidenceChart(data)}<details class="how"><summary>Numbers</summary>${numbers}</details></div></section>`;
}

function neighbours({ evidence, incident }: IncidentRecord, item: Evidence): Html {
  const index = evidence.findIndex(({ id }) => id === item.id);
  const [before, after] = [evidence[index - 1], evidence[index + 1]];
  const previous =
    before && html`<a class="btn" href="${evidencePath(incident.id, before.id)}" data-previous>${before.id}</a>`;
  const next = after && html`<a class="btn" href="${evidencePath(incident.id, after.id)}" data-next>${after.id}</a>`;
  return html`<section aria-label="Other evidence"><nav class="acts" aria-label="Evidence">${previous}${next}</nav></section>`;
}
