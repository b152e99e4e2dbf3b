/** The form of a runbook, as a page: sent, checked and shown again without script. */
import { type Form, type FormField, formField } from '../../../core/form.ts';
import { plainText } from '../../../core/plain-text.ts';
import { type Html, html, type Piece } from '../html.ts';
import { icon } from '../icons.ts';
import { channelPath, incidentPath, runbookFormPath } from '../links.ts';
import { hiddenFields } from '../render-action.ts';
import type { Session } from '../session.ts';
import { renderColumn, renderPage } from './frame.ts';

export type RunbookFormView = {
  readonly form: Form;
  readonly session: Session;
  readonly incident: string;
  readonly runbook: string;
  readonly channel: string;
};

export function renderRunbookForm(view: RunbookFormView): Html {
  const { form, incident, runbook, channel, session } = view;
  const wrong = form.fields.filter(({ error }) => error !== null);
  const content = html`<header class="top">
<p class="top__meta"><a href="${incidentPath(incident)}">${incident}</a><span>You are ${session.person.name}</span></p>
<h1>${form.title}</h1>
<p class="top__say">${form.lead}</p>
</header>
${summary(wrong)}
<form class="panel stack fill" method="post" action="${runbookFormPath(incident, runbook)}">${hiddenFields(session)}<input type="hidden" name="seal" value="${form.seal}">
${form.fields.map(renderField)}
<div class="acts"><button class="btn btn--main" type="submit">${form.submit}</button><a class="btn" href="${channelPath(channel)}">Go Back</a></div>
</form>`;
  const title = wrong.length === 0 ? form.title : `Not sent: ${form.title}`;
  return renderPage({ title, current: 'chat', content: renderColumn(content) });
}

/** Named first, so that nobody has to look for what is wrong; each leads to its field. */
function summary(wrong: readonly FormField[]): Piece {
  if (wrong.length === 0) return null;
  const what = wrong.length === 1 ? 'One field needs another value' : `${wrong.length} fields need another value`;
  return html`<div class="note note--warn fill" role="alert">${icon('wait')}<div><b>${what}. Nothing was requested.</b><ul class="lines">${wrong.map(({ name, label }) => html`<li><a href="#${formField(name)}">${label}</a></li>`)}</ul></div></div>`;
}

function renderField(field: FormField): Html {
  const { name, label, control } = field;
  const id = formField(name);
  const notes = html`<span class="field__hint" id="${id}-hint">${field.hint}</span>${field.error !== null && html`<span class="field__error" id="${id}-error">${icon('fail')}${field.error}</span>`}`;
  if (control.kind === 'yes-no')
    return html`<fieldset class="field" id="${id}" tabindex="-1" aria-describedby="${describedBy(field)}"><legend>${label}</legend>${yesNo(field)}${notes}</fieldset>`;
  return html`<div class="field"><label for="${id}">${label}</label>${input(field)}${notes}</div>`;
}

const describedBy = ({ name, error }: FormField): string =>
  `${formField(name)}-hint${error === null ? '' : ` ${formField(name)}-error`}`;

function input(field: FormField): Html {
  const { name, control, required } = field;
  const about = html`id="${formField(name)}" name="${formField(name)}" aria-describedby="${describedBy(field)}"${field.error !== null && html` aria-invalid="true"`}${required && html` required`}`;
  const filled = filledIn(field);
  switch (control.kind) {
    case 'choice':
      return html`<select ${about}><option value="">Choose one</option>${control.options.map((each) => option(each, filled))}</select>`;
    case 'number':
      return html`<input type="number" ${about} min="${control.min}" max="${control.max}" step="${control.integer ? '1' : 'any'}" value="${filled}">`;
    default:
      return html`<input type="text" ${about} maxlength="${control.kind === 'text' ? control.maxLength : 5}" value="${filled}" autocomplete="off" spellcheck="false">`;
  }
}

const filledIn = ({ value }: FormField): string => (value === null ? '' : plainText(value, 4_000));

const option = (value: string, filled: string): Html =>
  html`<option value="${value}"${value === filled && html` selected`}>${value}</option>`;

function yesNo(field: FormField): Html {
  const radio = (value: string, says: string): Html =>
    html`<label class="check"><input type="radio" name="${formField(field.name)}" value="${value}" required${filledIn(field) === value && html` checked`}><span>${says}</span></label>`;
  return html`${radio('true', 'Yes')}${radio('false', 'No')}`;
}
