/** The step-up view: exactly what would run, bound to its digest, and the decision. */
import type { AuditRow } from '../../../core/audit-entry.ts';
import type { Evidence } from '../../../core/evidence.ts';
import type { Hypothesis } from '../../../core/hypothesis.ts';
import { keptText } from '../../../core/kept-text.ts';
import { plainText } from '../../../core/plain-text.ts';
import type { Plan, PlanStep } from '../../../core/plan.ts';
import { type Tainted, taint } from '../../../core/tainted.ts';
import type { PlanRow } from '../../../ports.ts';
import { type Html, html, type Piece } from '../html.ts';
import { icon } from '../icons.ts';
import { approvePath, channelPath, evidencePath, incidentPath } from '../links.ts';
import { hiddenFields } from '../render-action.ts';
import { renderCode } from '../render-code.ts';
import { evidenceChip } from '../render-line.ts';
import { duration, timeTag } from '../say-time.ts';
import type { Session } from '../session.ts';
import { causeWords, planLooks, tag, verdictLooks, word } from '../words.ts';
import { renderPage } from './frame.ts';

export type ApproveView = {
  readonly row: PlanRow;
  readonly session: Session;
  readonly nowMs: number;
  readonly needed: number;
  readonly diff: Tainted | string | null;
  readonly leading: Hypothesis | undefined;
  readonly evidence: readonly Evidence[];
  readonly people: readonly { readonly id: string; readonly name: string; readonly may: boolean }[];
  /** Whether the person who looks may break the glass for this plan. */
  readonly mayBreakGlass: boolean;
  readonly nameOf: (id: string) => string;
  /** Clicks on this plan that were recorded, oldest first. */
  readonly clicks: readonly AuditRow[];
  /** True right after a decision was sent: the page reads itself again. */
  readonly sent: boolean;
  /** When the person signed in, and whether that is too long ago for this plan; null where nobody signs in. */
  readonly signIn: { readonly atMs: number; readonly again: boolean } | null;
};

export function renderApprove(view: ApproveView): Html {
  const { row, nameOf, sent, nowMs } = view;
  const { plan, state } = row;
  const content = html`<div class="page page--plan">
<main class="main" id="main">
<header class="top">
<p class="top__meta"><a href="${incidentPath(plan.incident)}">${plan.incident}</a>${tag(planLooks[state])}<span>${row.approvals.length} of ${view.needed} approved</span><span>Proposed ${timeTag(plan.createdAtMs)}</span><span>Requested by ${nameOf(plan.requester)}</span><span>${nowMs > plan.expiresAtMs ? 'Expired' : 'Expires'} ${timeTag(plan.expiresAtMs)}</span></p>
<h1>${plan.title}</h1>
${cause(view)}
</header>
${effects(plan, row)}
${change(view)}
${steps(plan)}
${preconditions(plan)}
${binding(row)}
</main>
<aside class="decide" aria-label="Decision">${decision(view)}${approvers(view)}${clicks(view)}</aside></div>`;
  return renderPage({
    title: `Approve: ${plan.title}`,
    current: 'incidents',
    content,
    ...(sent && state === 'pending' ? { refreshSeconds: 2 } : {}),
  });
}

function cause({ leading, row }: ApproveView): Piece {
  if (!leading) return null;
  const { icon: shape, tone, says } = verdictLooks[leading.word];
  const chips = leading.supports.map(
    ({ evidence }) => html` ${evidenceChip(evidence, (id) => evidencePath(row.plan.incident, id))}`,
  );
  return html`<p class="small">${word({ says: `${says}:`, icon: shape, tone })} ${causeWords(leading)} (${leading.supports.length} for, ${leading.refutes.length} against).${chips}</p>`;
}

const riskWords = { 1: 'low', 2: 'medium', 3: 'high' } as const;

function effects(plan: Plan, { state }: PlanRow): Html {
  const bars = [0, 1, 2].map(
    (index) =>
      html`<rect class="${index < plan.risk ? 'on' : 'off'}" x="${index * 9 + 0.5}" y="1.5" width="7" height="7"/>`,
  );
  return html`<section aria-labelledby="a-risk"><h2 id="a-risk" class="vh">Risk and effect</h2><div class="panel"><dl class="facts facts--3">
<div><dt>Risk</dt><dd><span class="risk"><b>${plan.risk} of 3, ${riskWords[plan.risk]}</b><svg viewBox="0 0 34 10" aria-hidden="true">${bars}</svg></span><br><span class="small mute">${plan.riskReasons.join('; ') || 'nothing raises it'}</span></dd></div>
<div><dt>Blast radius</dt><dd><b>${plan.blastRadius.says}</b></dd></div>
<div><dt>Expected effect</dt><dd><b>${plan.expectedEffect}</b></dd></div>
<div><dt>Undo</dt><dd><b>${plan.inverse.says}</b></dd></div>
<div><dt>Runs as</dt><dd><b>${plan.runsAs}</b></dd></div>
<div><dt>State</dt><dd>${word(planLooks[state])}</dd></div>
</dl></div></section>`;
}

function change({ diff }: ApproveView): Html {
  const shown =
    diff === null
      ? html`<p class="mute">This plan changes no file, or its diff is not kept. The steps below are exact.</p>`
      : renderCode({ label: 'What the plan changes', language: 'diff', text: diff });
  return html`<section aria-labelledby="a-change"><h2 id="a-change">Exact change</h2><p class="lede">Worked out by code from stored objects, not written by a model.</p>${shown}</section>`;
}

function steps(plan: Plan): Html {
  const undo =
    plan.inverse.steps.length > 0 &&
    html`<p class="lede">To take it back</p><ol class="steps steps--num panel">${plan.inverse.steps.map(step)}</ol>`;
  return html`<section aria-labelledby="a-steps"><h2 id="a-steps">Steps</h2><ol class="steps steps--num panel">${plan.steps.map(step)}</ol>${undo}</section>`;
}

const step = ({ says, action, parameters }: PlanStep): Html =>
  html`<li><span>${says}<details class="how"><summary>${action}, exact parameters</summary>${renderCode({ label: 'parameters', language: 'json', text: taint(JSON.stringify(parameters, null, 2)) })}</details></span></li>`;

function preconditions(plan: Plan): Html {
  const items = plan.preconditions.map(
    ({ name, expected }) =>
      html`<li class="wait">${icon('wait')}<span>${name}</span><span class="n hash">${taint(JSON.stringify(expected))}</span></li>`,
  );
  return html`<section aria-labelledby="a-pre"><h2 id="a-pre">Preconditions</h2><p class="lede">Read again right before the run. Any change stops it.</p><ol class="steps panel">${items.length === 0 ? html`<li><span></span><span>None</span></li>` : items}</ol></section>`;
}

function binding({ plan, digest }: PlanRow): Html {
  return html`<section aria-labelledby="a-dig"><h2 id="a-dig">What your approval is bound to</h2><div class="panel"><dl class="kv"><dt>Plan digest</dt><dd class="hash">sha256 ${digest}</dd><dt>Version</dt><dd>${plan.version}</dd><dt>Policy</dt><dd class="hash">${plan.policyVersion}</dd><dt>Catalogue</dt><dd class="hash">${plan.catalogueVersion}</dd></dl></div></section>`;
}

function decision(view: ApproveView): Html {
  const { row, session, nowMs, sent } = view;
  const { plan, state } = row;
  if (state !== 'pending')
    return html`<div class="panel stack"><h2>Decided</h2><p>${word(planLooks[state])}</p><p class="small mute">Nothing is left to decide here.</p></div>`;
  const left = plan.expiresAtMs - nowMs;
  const note = html`<div class="note note--warn">${icon('wait')}<span><b>Expires ${timeTag(plan.expiresAtMs)}.</b> ${duration(left)} left, then nothing runs.</span></div>`;
  const reason =
    plan.risk === 3
      ? html`<input type="text" name="reason" required maxlength="500">`
      : html`<input type="text" name="reason" maxlength="500">`;
  return html`<form class="panel stack" method="post" action="${approvePath(plan.id)}">${hiddenFields(session)}<input type="hidden" name="digest" value="${row.digest}">
<div><h2>Your decision</h2>${who(view)}</div>
${sent && html`<p class="note" role="status">Your decision was received. This page shows it as soon as it is recorded.</p>`}
${note}
<label class="check"><input type="checkbox" name="read" required><span>I have read the exact change and the steps</span></label>
<label class="field"><span>Reason, kept in the audit log</span>${reason}</label>
<div class="acts"><button class="btn btn--main" type="submit" name="decision" value="approve">Approve Plan</button><button class="btn" type="submit" name="decision" value="reject" formnovalidate>Reject Plan</button></div>
${breakGlass(view)}
<p class="xs mute">Starts within ${duration(plan.startWithinMs)} of the last approval. Stop it at any time from the channel.</p>
</form>`;
}

function who({ session, signIn, row }: ApproveView): Html {
  const { name } = session.person;
  if (!signIn)
    return html`<p class="small mute">You are ${name}. <a href="${channelPath(row.place.channel)}">Change on the chat page</a></p>`;
  const link = html`<a href="/sign-in?back=${encodeURIComponent(approvePath(row.plan.id))}">Sign In Again</a>`;
  if (!signIn.again) return html`<p class="small mute">You are ${name}, signed in ${timeTag(signIn.atMs)}. ${link}</p>`;
  return html`<p class="note note--warn">${icon('wait')}<span>You are ${name}, signed in ${timeTag(signIn.atMs)}: too long ago to approve a high-risk plan. ${link}</span></p>`;
}

/** Only members of the break-glass group see it. */
function breakGlass({ mayBreakGlass }: ApproveView): Piece {
  if (!mayBreakGlass) return null;
  return html`<div class="acts"><button class="btn btn--danger" type="submit" name="decision" value="break-glass">Break Glass</button></div>
<p class="xs mute">Your approval alone starts it, whatever the quorum and a change freeze say. It needs a reason, is posted in the channel with your name, and is reviewed afterwards.</p>`;
}

function approvers({ row, people, session, needed }: ApproveView): Html {
  const lines = people.map(({ id, name, may }) => {
    const you = id === session.person.id ? ', you' : '';
    const approval = row.approvals.find(({ by }) => by === id);
    if (approval)
      return html`<tr><th scope="row">${name}${you}</th><td>${word({ says: 'Approved', icon: 'ok', tone: 'good' })} ${timeTag(approval.atMs, '')}</td></tr>`;
    if (id === row.plan.requester)
      return html`<tr class="out"><td>${name}${you}</td><td>${word({ says: 'Requester', icon: 'out', tone: 'mute' })}</td></tr>`;
    if (!may)
      return html`<tr class="out"><td>${name}${you}</td><td>${word({ says: 'Not an owner', icon: 'out', tone: 'mute' })}</td></tr>`;
    return html`<tr><th scope="row">${name}${you}</th><td>${word({ says: 'Can approve', icon: 'wait', tone: you === '' ? 'mute' : 'warn' })}</td></tr>`;
  });
  return html`<div class="panel"><table class="tbl"><caption><b>Who may approve.</b> ${needed} of the owners and who is on call, never the requester. The policy has the last word.</caption><thead><tr><th scope="col">Person</th><th scope="col">State</th></tr></thead><tbody>${lines}</tbody></table></div>`;
}

function clicks({ clicks: rows, nameOf }: ApproveView): Piece {
  if (rows.length === 0) return null;
  const lines = rows.map(
    ({ atMs, actor, body }) => html`<li>${timeTag(atMs, '')} ${nameOf(actor)}: ${taint(outcomeIn(body))}</li>`,
  );
  return html`<div class="panel stack stack--2 small"><h3>Clicks on record</h3><ul class="lines">${lines}</ul></div>`;
}

function outcomeIn(body: AuditRow['body']): string {
  const what = typeof body['result'] === 'string' ? body['result'] : 'recorded';
  const said = keptText(body['reason']);
  return `${what}${body['decision'] === 'break-glass' ? ', breaking the glass' : ''}${said === null ? '' : `: ${plainText(said, 500)}`}`;
}
