import type { Evidence, Gap } from '../../../core/evidence.ts';
import type { Hypothesis } from '../../../core/hypothesis.ts';
import { addReceipts, redactionText } from '../../../core/redaction-receipt.ts';
import { type Html, html, type Piece } from '../html.ts';
import { icon } from '../icons.ts';
import type { IncidentRecord } from '../incident-record.ts';
import { evidencePath } from '../links.ts';
import { hiddenFields } from '../render-action.ts';
import type { Session } from '../session.ts';
import { sourceName, word } from '../words.ts';

const unused = 'Not used';

/** "Supports H1, against H2", or that no cause uses it. */
export function bearingOf({ id }: Evidence, hypotheses: readonly Hypothesis[]): string {
  const cites = (list: readonly { readonly evidence: string }[]): boolean =>
    list.some(({ evidence }) => evidence === id);
  const supports = hypotheses.filter((each) => cites(each.supports)).map((each) => each.id);
  const refutes = hypotheses.filter((each) => cites(each.refutes)).map((each) => each.id);
  const parts = [
    ...(supports.length > 0 ? [`Supports ${supports.join(', ')}`] : []),
    ...(refutes.length > 0 ? [`Against ${refutes.join(', ')}`] : []),
  ];
  return parts.join(' · ') || unused;
}

export function renderEvidenceTable({ evidence, hypotheses, incident }: IncidentRecord, session: Session): Html {
  const rows = evidence.map((item) => {
    const path = evidencePath(incident.id, item.id);
    const bearing = bearingOf(item, hypotheses);
    return html`<tr role="row" id="${item.id}" data-evidence><td role="cell"><a class="e" href="${path}">${item.id}</a></td><td role="cell" class="src">${sourceName(item.source)}</td><td role="cell" class="say">${item.headline}${suspectNote(item)}</td><td role="cell" class="sup">${bearing === unused ? html`<span class="mute">${bearing}</span>` : bearing}</td><td role="cell" class="re"><form method="post" action="${path}/rerun">${hiddenFields(session)}<button class="btn btn--bare" type="submit" aria-label="Re-run ${item.id}">Re-run</button></form></td></tr>`;
  });
  const systems = new Set(evidence.map(({ source }) => source)).size;
  const table = html`<table class="tbl tbl--stack evt" role="table"><caption>${evidence.length} items from ${systems} ${systems === 1 ? 'system' : 'systems'}.${redactedNote(evidence)}</caption><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Id</th><th role="columnheader" scope="col">Source</th><th role="columnheader" scope="col">What it says</th><th role="columnheader" scope="col">Bearing</th><th role="columnheader" scope="col"><span class="vh">Re-run</span></th></tr></thead><tbody role="rowgroup">${rows}</tbody></table>`;
  return html`<section id="evidence" aria-labelledby="h-evidence"><h2 id="h-evidence">Evidence</h2>${evidence.length === 0 ? html`<p class="mute">Nothing was read yet.</p>` : table}</section>`;
}

/** What was masked before anything of it was stored, over all items. */
function redactedNote(evidence: readonly Evidence[]): string {
  const redactions = evidence.reduce((sum, item) => sum + item.redactions, 0);
  const redacted = addReceipts(evidence.map((item) => item.redacted ?? {}));
  return redactions === 0 ? '' : ` Redacted before it was stored: ${redactionText({ redactions, redacted })}.`;
}

/** Told where it was read; the text itself stays data. */
const suspectNote = ({ suspect = 0 }: Evidence): Piece =>
  suspect === 0
    ? null
    : html` <span class="small mute">${suspect} ${suspect === 1 ? 'text looks' : 'texts look'} like instructions; treated as data</span>`;

/** What could not be seen, what that keeps from being said, and the exact fix. */
export function renderGaps(gaps: readonly Gap[], read: number): Html {
  const items = gaps.map(
    ({ tool, reason, blocks, fix }) =>
      html`<article class="stack stack--2"><div><h3>${word({ says: 'Not read:', icon: 'fail', tone: 'warn' })} ${tool}</h3><p class="small mute">${reason}. Blocks: ${blocks}.</p></div><figure class="code code--wrap"><figcaption><span>Fix</span></figcaption><pre tabindex="0"><code>${fix}</code></pre></figure></article>`,
  );
  const none =
    read === 0
      ? html`<p class="small mute">Nothing was read yet.</p>`
      : html`<p class="small">${icon('ok')} No source that was asked failed to answer.</p>`;
  const list =
    items.length === 0
      ? none
      : html`<p class="lede">What I could not see, and what that keeps me from saying.</p><div class="two">${items}</div>`;
  return html`<section id="gaps" aria-labelledby="h-gaps"><h2 id="h-gaps">Gaps</h2>${list}</section>`;
}
