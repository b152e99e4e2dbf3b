/** The incident, top to bottom in the order people ask: what, when, why, how sure, what now. */
import { sayCached } from '../../../core/model-cost.ts';
import type { Bounds, SharedBounds, SharedSpending } from '../../../core/spending.ts';
import { type Html, html, type Piece } from '../html.ts';
import { costOf, type IncidentRecord, milestonesOf, recoveryOf } from '../incident-record.ts';
import { approvePath, channelPath, evidencePath, incidentPath } from '../links.ts';
import { evidenceChip } from '../render-line.ts';
import { duration, timeTag } from '../say-time.ts';
import type { Session } from '../session.ts';
import { timelineOf } from '../timeline.ts';
import { causeWords, phaseLooks, tag, verdictLooks, word } from '../words.ts';
import { renderPage } from './frame.ts';
import { renderAuditProof } from './incident-audit.ts';
import { renderCauses } from './incident-causes.ts';
import { renderEvidenceTable, renderGaps } from './incident-evidence.ts';
import { renderPlans } from './incident-plans.ts';
import { renderSignal } from './incident-signal.ts';

export type IncidentView = {
  readonly record: IncidentRecord;
  readonly session: Session;
  readonly cost: { readonly spent: SharedSpending; readonly bounds: SharedBounds };
  readonly nowMs: number;
  readonly nameOf: (id: string) => string;
  readonly approversNeeded: (risk: 1 | 2 | 3) => number;
};

export function renderIncident(view: IncidentView): Html {
  const { record } = view;
  const { incident, evidence, gaps, hypotheses } = record;
  const content = html`<div class="page">
<nav class="toc" aria-label="On this page"><a href="#signal">Signal</a><a href="#causes">Causes <span>${hypotheses.length}</span></a><a href="#evidence">Evidence <span>${evidence.length}</span></a><a href="#gaps">Gaps <span>${gaps.length}</span></a><a href="#plan">Plan</a><a href="#timeline">Timeline</a><a href="#cost">Cost</a><a href="#audit">Audit proof</a>
<p><span><kbd>j</kbd> <kbd>k</kbd> evidence</span><span><kbd>a</kbd> approval view</span></p></nav>
<main class="main" id="main">
${top(view)}
${strip(record)}
${renderSignal(record)}
${renderCauses(record)}
${renderEvidenceTable(record, view.session)}
${renderGaps(gaps, evidence.length)}
${renderPlans(view)}
${timeline(view)}
${cost(view)}
${renderAuditProof(record)}
</main></div>`;
  return renderPage({ title: html`${incident.id} ${incident.symptom?.title}`, current: 'incidents', content });
}

function top({ record, nowMs }: IncidentView): Html {
  const { incident, hypotheses, plans, rows } = record;
  const recovered = recoveryOf(rows);
  const pending = plans.find(({ state }) => state === 'pending') ?? plans[0];
  const clock = incident.onsetMs !== null && sinceOnset(incident.onsetMs, recovered?.atMs ?? null, nowMs);
  const approval =
    pending &&
    html`<a href="${approvePath(pending.plan.id)}" data-approve>${pending.state === 'pending' ? 'Open approval' : 'Plan'}</a>`;
  return html`<header class="top">
<p class="top__meta"><span class="id">${incident.id}</span>${recovered ? tag({ says: 'Recovered', icon: 'ok', tone: 'good' }) : tag(phaseLooks[incident.phase])}${clock && html`<span>${clock}</span>`}<span>As of ${timeTag(nowMs)}</span></p>
<h1>${incident.symptom?.title ?? incident.question ?? `${incident.id}: no symptom named`}</h1>
${verdictSentence(record)}
<p class="top__meta">${incident.symptom && html`<span>${incident.symptom.service}, alert when ${incident.symptom.metric} ${incident.symptom.comparator} ${incident.symptom.threshold}</span>`}${incident.place.platform === 'web' && html`<a href="${channelPath(incident.place.channel)}">Open channel</a>`}<a href="${incidentPath(incident.id)}/postmortem">Postmortem draft</a>${approval}</p>
${hypotheses.length === 0 && html`<p class="mute">No cause is ranked yet.</p>`}
</header>`;
}

function sinceOnset(onsetMs: number, recoveredAtMs: number | null, nowMs: number): string {
  if (recoveredAtMs !== null) return `${duration(recoveredAtMs - onsetMs)} from onset to recovery`;
  return `${duration(nowMs - onsetMs)} since onset`;
}

function verdictSentence({ hypotheses, incident }: IncidentRecord): Piece {
  const lead = hypotheses[0];
  if (!lead) return null;
  const chips = lead.supports
    .slice(0, 5)
    .map(({ evidence }) => html` ${evidenceChip(evidence, (id) => evidencePath(incident.id, id))}`);
  const { icon, tone, says } = verdictLooks[lead.word];
  return html`<p class="top__say">${word({ says: `${says}:`, icon, tone })} ${causeWords(lead)}. ${lead.mechanism}${chips}</p>`;
}

function strip(record: IncidentRecord): Html {
  const milestones = milestonesOf(record);
  const onsetMs = record.incident.onsetMs;
  const items = milestones.map(({ label, atMs }, index) => {
    if (atMs === null) return html`<li class="mute"><span class="lab">${label}</span><b>–</b><span>not yet</span></li>`;
    const before = milestones.slice(0, index).findLast((each) => each.atMs !== null)?.atMs ?? null;
    const step = before === null || index === 0 ? null : html` · +${duration(atMs - before)}`;
    const large = index === 0 || onsetMs === null ? timeTag(atMs, '') : duration(atMs - onsetMs);
    const small = index === 0 ? 'start of the symptom' : html`${timeTag(atMs, '')}${step}`;
    return html`<li><span class="lab">${label}</span><b>${large}</b><span>${small}</span></li>`;
  });
  return html`<ol class="strip" aria-label="Milestones">${items}</ol><p class="xs mute">Large: since onset. Small: clock time (UTC) and time since the step before.</p>`;
}

function timeline({ record, nameOf }: IncidentView): Html {
  const lines = timelineOf(record.rows, nameOf).map(
    ({ atMs, says, who, look }) =>
      html`<li class="${look}">${timeTag(atMs, '')}<span>${says}</span><span class="who">${who}</span></li>`,
  );
  const shown =
    lines.length === 0 ? html`<p class="mute">Nothing recorded yet.</p>` : html`<ol class="tl panel">${lines}</ol>`;
  return html`<section id="timeline" aria-labelledby="h-timeline"><h2 id="h-timeline">Timeline</h2>${shown}</section>`;
}

function cost({ record: { rows, evidence }, cost: { spent, bounds } }: IncidentView): Html {
  const { dollars, model, toolCalls, failedCalls, reading, posts, threadPosts, label, dropped } = costOf(rows);
  const cached = sayCached(model);
  const bytes = evidence.reduce((sum, item) => sum + item.bytes, 0);
  return html`<section id="cost" aria-labelledby="h-cost"><h2 id="h-cost">Cost</h2><div class="panel"><dl class="facts facts--3">
<div><dt>Model</dt><dd><b>$${dollars.toFixed(2)}</b>${ofDollars(bounds.incident)} · ${model.turns} turns${model.digests > 0 ? ` · ${model.digests} digests` : ''}</dd></div>
<div><dt>Model tokens</dt><dd>${spent.incident.inputTokens} read${cached === null ? '' : `, ${cached}`} · ${spent.incident.outputTokens} written</dd></div>
<div><dt>Tool calls</dt><dd>${toolCalls} · ${failedCalls} failed · ${reading.requests} requests</dd></div>
<div><dt>Read from vendors</dt><dd>${Math.round(reading.charactersRead / 1024)} KB${reading.bytesScanned > 0 ? `, ${Math.round(reading.bytesScanned / 1_048_576)} MB scanned` : ''}</dd></div>
<div><dt>Evidence kept</dt><dd>${evidence.length} items, ${Math.round(bytes / 1024)} KB</dd></div>
<div><dt>Channel posts</dt><dd>${posts} · ${threadPosts} in the thread</dd></div>
<div><dt>Statements dropped</dt><dd>${dropped}, no stored result proves them</dd></div>
<div><dt>Today, all incidents</dt><dd><b>$${spent.day.dollars.toFixed(2)}</b>${ofDollars(bounds.day)} · ${spent.day.vendorCalls}${bounds.day.vendorCalls === null ? '' : ` of ${bounds.day.vendorCalls}`} requests</dd></div>
<div><dt>Reasoning</dt><dd>${label ?? 'not finished'}</dd></div>
</dl></div></section>`;
}

const ofDollars = ({ dollars }: Bounds): string => (dollars === null ? '' : ` of $${dollars}`);
