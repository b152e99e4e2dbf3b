/** The form of a runbook: opened for one person and one incident, read back with what is wrong at its fields. */
import type { FormAnswers, FormAsking, FormOpening, FormReading, FormRefusal, FormSent } from '../core/form.ts';
import { plainText } from '../core/plain-text.ts';
import { readRunbookArguments } from '../core/runbook-arguments.ts';
import { type FieldProblem, formInputsMax, readRunbookForm, runbookForm } from '../core/runbook-form.ts';
import { formSeal } from '../core/runbook-form-seal.ts';
import { type Tainted, taint } from '../core/tainted.ts';
import type { Actor, FormDesk, Inbound } from '../ports.ts';
import { redacted } from './redacted.ts';
import { lineOf, openedFor, subjectOf } from './runbook-form-subject.ts';
import { mayAsk, type Refusal } from './runbook-standing.ts';
import { suggestedFacts } from './runbook-suggestions.ts';
import type { World } from './world.ts';

export const createFormDesk = (world: World): FormDesk => ({
  wanted: (line) => wanted(world, line),
  open: (asking) => open(world, asking),
  read: (sent) => read(world, sent),
});

/** A known runbook without the values it needs; wrong ones are answered by text. */
function wanted({ runbooks }: World, line: Tainted): boolean {
  const command = lineOf(line);
  const runbook = runbooks.find(({ name }) => command.verb === 'runbook' && name === command.name);
  if (command.verb !== 'runbook' || !runbook) return false;
  const values = readRunbookArguments(runbook, command.arguments);
  return !values.ok && values.failure.every(({ kind }) => kind === 'missing');
}

async function open(world: World, asking: FormAsking<Actor>): Promise<FormOpening> {
  const subject = await subjectOf(world, asking);
  if (!subject.ok) return refused(subject.failure);
  const { incident, name, said } = subject.value;
  const asker = await mayAsk(world, { actor: asking.actor, incident, name });
  if (!asker.ok) return refused(asker.failure);
  const { runbook, person } = asker.value;
  if (Object.keys(runbook.inputs).length > formInputsMax)
    return refused({ what: `Runbook ${name} has too many inputs for a form`, fix: 'Give them as key=value.' });
  const use = { incident: asker.value.incident.id, runbook: name, nonce: world.newId('form') };
  const seal = formSeal(world.buttonKey, use, { place: asker.value.incident.place, person: person.id });
  const facts = await suggestedFacts(world, asker.value);
  return { kind: 'form', form: runbookForm(runbook, { seal, said, facts }) };
}

const refused = ({ what, fix }: Refusal): FormRefusal => ({ kind: 'refused', what, fix });

async function read(world: World, { actor, seal, answers, atMs }: FormSent<Actor>): Promise<FormReading<Inbound>> {
  const opened = await openedFor(world, actor, seal);
  if (!opened.ok) return refused(opened.failure);
  const { runbook, incident } = opened.value;
  const clean = await cleanAnswers(world, answers);
  const values = readRunbookForm(runbook, clean.answers);
  const problems = [...clean.problems, ...(values.ok ? [] : values.failure)];
  const atFields = problems.some(({ field }) => Object.hasOwn(runbook.inputs, field));
  if (problems.length > 0 && !atFields) return refused(changed);
  if (problems.length > 0)
    return { kind: 'wrong', form: runbookForm(runbook, { seal, said: clean.answers, problems }) };
  const { place } = incident;
  const key = `runbook-form:${incident.id}:${opened.value.nonce}`;
  return { kind: 'accepted', inbound: { type: 'form', key, place, actor, seal, answers: clean.answers, atMs } };
}

const changed: Refusal = {
  what: 'The runbook changed since this form was opened',
  fix: 'Ask for it again: runbook NAME.',
};

/** What is masked is not taken: the plan would carry the mask. Nor is it shown again. */
async function cleanAnswers(
  world: World,
  answers: FormAnswers,
): Promise<{ readonly answers: FormAnswers; readonly problems: readonly FieldProblem[] }> {
  const typed = Object.fromEntries(Object.entries(answers).map(([name, text]) => [name, plainText(text, 4_000)]));
  const { json } = await redacted(world.redactor, typed);
  const problems = Object.keys(typed)
    .filter((field) => json[field] !== typed[field])
    .map((field) => ({ field, says: 'This looks like a secret or personal data, so I did not take it' }));
  const hidden = new Set(problems.map(({ field }) => field));
  const kept = Object.entries(typed).map(([name, text]) => [name, taint(hidden.has(name) ? '' : text)]);
  return { answers: Object.fromEntries(kept), problems };
}
