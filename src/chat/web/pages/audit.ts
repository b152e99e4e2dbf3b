import { type Html, html, type Piece } from '../html.ts';
import type { AuditCheck, AuditHead } from '../options.ts';
import { hiddenFields } from '../render-action.ts';
import { timeTag } from '../say-time.ts';
import type { Session } from '../session.ts';
import { word } from '../words.ts';
import { renderColumn, renderPage } from './frame.ts';

export type AuditView = {
  readonly head: AuditHead | null;
  readonly check: AuditCheck | null;
  readonly nowMs: number;
  readonly session: Session;
};

export function renderAudit({ head, check, nowMs, session }: AuditView): Html {
  const newest =
    head &&
    html`<dl class="kv"><dt>Entries</dt><dd>${head.seq}</dd><dt>Newest</dt><dd>${timeTag(head.atMs)}</dd><dt>Head</dt><dd class="hash">${head.hash}</dd></dl>`;
  const content = html`<header class="top"><h1>Audit log</h1><p class="top__say">Every step is one row; each row's hash covers the row before it. A changed, removed or inserted row breaks the chain from there on.</p></header>
<section aria-labelledby="h-head"><h2 id="h-head">Head</h2><div class="panel stack">${newest ?? html`<p class="mute">Verify to see the head.</p>`}
<form method="post" action="/audit/verify" class="acts">${hiddenFields(session)}<button class="btn btn--main" type="submit">Verify Now</button></form>
${check && result(check, nowMs)}</div></section>
<section aria-labelledby="h-self"><h2 id="h-self">Check it yourself, offline</h2><figure class="code"><figcaption><span>Export, then verify the export without this process</span></figcaption><pre tabindex="0"><code>npm run -s causeway -- audit export --format jsonl > audit.jsonl
npm run -s causeway -- audit verify --export audit.jsonl</code></pre></figure></section>`;
  return renderPage({ title: 'Audit', current: 'audit', content: renderColumn(content) });
}

function result(check: AuditCheck, nowMs: number): Piece {
  if (check.ok) {
    return html`<p role="status">${word({ says: 'Chain intact,', icon: 'seal', tone: 'good' })} ${check.rows} entries read at ${timeTag(nowMs)}. Head <span class="hash">${check.head}</span></p>`;
  }
  return html`<p role="alert">${word({ says: 'Chain broken', icon: 'fail', tone: 'bad' })} at entry ${check.firstBadSeq}: ${check.why}. Stop approving, keep a copy of the store, compare with an earlier export.</p>`;
}
