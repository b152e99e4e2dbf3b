import type { PlanRow } from '../../../ports.ts';
import { type Html, html, type Piece } from '../html.ts';
import { icon } from '../icons.ts';
import { approvePath } from '../links.ts';
import { timeTag } from '../say-time.ts';
import { planLooks, tag, word } from '../words.ts';

export type PlansView = {
  readonly record: { readonly plans: readonly PlanRow[] };
  readonly nameOf: (id: string) => string;
  readonly approversNeeded: (risk: 1 | 2 | 3) => number;
};

export function renderPlans(view: PlansView): Html {
  const { plans } = view.record;
  const shown =
    plans.length === 0 ? html`<p class="mute">No action is proposed.</p>` : plans.map((row) => renderPlan(row, view));
  return html`<section id="plan" aria-labelledby="h-plan"><h2 id="h-plan">Plan and approvals</h2><div class="stack">${shown}</div></section>`;
}

function renderPlan(row: PlanRow, view: PlansView): Html {
  const { plan, digest, state, approvals } = row;
  const needed = view.approversNeeded(plan.risk);
  const steps = plan.steps.map(
    ({ says }) =>
      html`<li class="${state === 'done' ? 'done' : 'wait'}">${icon(state === 'done' ? 'ok' : 'wait')}<span>${says}</span></li>`,
  );
  return html`<div class="panel two"><div class="stack"><div><h3>${plan.title} ${tag(planLooks[state])}</h3><p class="small mute"><a href="${approvePath(plan.id)}">Plan ${digest.slice(-8)}</a>, version ${plan.version}, risk ${plan.risk} of 3</p></div><ol class="steps" aria-label="Steps">${steps}</ol></div>${approvalTable({ row, needed, nameOf: view.nameOf, approvals })}</div>`;
}

type Approvals = {
  readonly row: PlanRow;
  readonly needed: number;
  readonly nameOf: (id: string) => string;
  readonly approvals: PlanRow['approvals'];
};

function approvalTable({ row, needed, nameOf, approvals }: Approvals): Piece {
  const lines = approvals.map(
    ({ by, atMs }) =>
      html`<tr><th scope="row">${nameOf(by)}</th><td>${word({ says: 'Approved', icon: 'ok', tone: 'good' })}</td><td class="n">${timeTag(atMs, '')}</td></tr>`,
  );
  return html`<table class="tbl"><caption>${approvals.length} of ${needed} approvals, requester excluded</caption><thead><tr><th scope="col">Person</th><th scope="col">Decision</th><th scope="col" class="n">Time, UTC</th></tr></thead><tbody>${lines}<tr class="out"><td>${nameOf(row.plan.requester)}</td><td>Requester, may not approve</td><td class="n">–</td></tr></tbody></table>`;
}
