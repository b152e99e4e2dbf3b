import type { Card, Task, TaskState } from '../../core/card.ts';
import { type Html, html } from './html.ts';
import { type IconName, icon } from './icons.ts';
import { type EvidenceHref, renderLine } from './render-line.ts';

const looks: {
  readonly [State in TaskState]: { readonly says: string; readonly icon: IconName; readonly css: string };
} = {
  complete: { says: 'Done: ', icon: 'ok', css: 'done' },
  error: { says: 'Failed: ', icon: 'fail', css: 'fail' },
  in_progress: { says: 'Running: ', icon: 'live', css: 'run' },
  pending: { says: 'Waiting: ', icon: 'wait', css: 'wait' },
};

/** The task list of a status or a run. */
export function renderTasks({ title, items }: NonNullable<Card['tasks']>, evidenceHref: EvidenceHref): Html {
  return html`<details class="tasks" open><summary>${title}</summary><ol>${items.map((task) => renderTask(task, evidenceHref))}</ol></details>`;
}

function renderTask({ title, state, output }: Task, evidenceHref: EvidenceHref): Html {
  const look = looks[state];
  return html`<li class="${look.css}">${icon(look.icon)}<span><b class="vh">${look.says}</b>${renderLine(title, evidenceHref)} <span>${renderLine(output, evidenceHref)}</span></span></li>`;
}
