import { type Html, html } from '../html.ts';
import type { IncidentRecord } from '../incident-record.ts';

export function renderAuditProof({ incident, rows, plans }: IncidentRecord): Html {
  const [first, last] = [rows[0], rows.at(-1)];
  const range =
    first && last
      ? `${rows.length} entries for ${incident.id}, ${first.seq} to ${last.seq}.`
      : `No entry for ${incident.id} yet.`;
  const digests = plans.map(({ plan, digest }) => html`<dt>Plan ${plan.id}</dt><dd class="hash">${digest}</dd>`);
  const entries =
    last &&
    html`<dt>Last entry</dt><dd>${last.seq}, ${last.kind}</dd><dt>Entry hash</dt><dd class="hash">${last.hash}</dd>`;
  return html`<section id="audit" aria-labelledby="h-audit"><h2 id="h-audit">Audit proof</h2><div class="panel stack"><p class="small">${range} <a href="/audit">Check the whole chain</a></p><dl class="kv">${entries}${digests}</dl><figure class="code"><figcaption><span>Check it yourself, offline</span></figcaption><pre tabindex="0"><code>npm run -s causeway -- audit verify</code></pre></figure></div></section>`;
}
