/** A runbook's inputs as a form, and a form's answers as its values. Only what the runbook's file says is in it. */
import type { Form, FormAnswers, FormControl, FormField } from './form.ts';
import { plainText } from './plain-text.ts';
import { failed, type Result } from './result.ts';
import type { Runbook, RunbookInput, RunbookValues } from './runbook.ts';
import { allowed, checkRunbookValues, type InputProblem, readRunbookValues } from './runbook-arguments.ts';
import type { RunbookFacts } from './runbook-facts.ts';
import { type Tainted, taint } from './tainted.ts';

/** More would not fit a dialog in Teams; such a runbook is filled in by text. */
export const formInputsMax = 20;
/** Options longer than this are typed: Slack shows no more of one. */
const optionMax = 75;

export type FormGiven = {
  readonly seal: string;
  /** What was typed before. It stands in place of defaults and suggestions. */
  readonly said?: FormAnswers;
  readonly facts?: RunbookFacts;
  readonly problems?: readonly FieldProblem[];
};

/** What is wrong with one field, in a sentence for the person who typed it. */
export type FieldProblem = { readonly field: string; readonly says: string };

export function runbookForm(runbook: Runbook, given: FormGiven): Form {
  const fields = Object.entries(runbook.inputs).map(([name, input]) => fieldOf(runbook, { name, input, given }));
  return {
    title: `Runbook ${runbook.name}`,
    lead: `${runbook.title}. Nothing runs from this form: a dry run comes first, then people approve it.`,
    fields,
    submit: 'Request Run',
    seal: given.seal,
  };
}

type Asked = { readonly name: string; readonly input: RunbookInput; readonly given: FormGiven };

function fieldOf(runbook: Runbook, { name, input, given }: Asked): FormField {
  const control = controlOf(input);
  const filled = filledIn(runbook, { name, input, given });
  const error = given.problems?.find(({ field }) => field === name)?.says ?? null;
  return {
    name,
    label: filled.suggested ? `${labelOf(name)} (suggested by this incident)` : labelOf(name),
    hint: `${sentenceOf(input.description)}. ${sentenceOf(takes(input))}.`,
    required: control.kind !== 'text' || !emptyIsAllowed(runbook, name),
    control,
    value: filled.value,
    error,
  };
}

/** What was typed, else what the incident suggests, else the default. A fact that the input refuses is no suggestion. */
function filledIn(
  runbook: Runbook,
  { name, input, given: { said, facts = {} } }: Asked,
): { readonly value: Tainted | null; readonly suggested: boolean } {
  if (said && Object.hasOwn(said, name)) return { value: said[name] ?? null, suggested: false };
  const fact = input.suggest === undefined ? undefined : facts[input.suggest];
  if (fact !== undefined && checkRunbookValues(only(runbook, name), { [name]: fact }).ok)
    return { value: taint(fact), suggested: true };
  return { value: input.default === undefined ? null : taint(String(input.default)), suggested: false };
}

function controlOf(input: RunbookInput): FormControl {
  switch (input.type) {
    case 'string':
      return { kind: 'text', maxLength: input.maxLength, pattern: input.pattern };
    case 'number':
      return { kind: 'number', min: input.min, max: input.max, integer: input.integer };
    case 'boolean':
      return { kind: 'yes-no' };
    case 'enum':
      return input.values.every((value) => value.length <= optionMax)
        ? { kind: 'choice', options: input.values }
        : { kind: 'text', maxLength: 1_000, pattern: '.*' };
  }
}

/** Answers as typed values, by the same checks as `key=value` in a line. Every problem at once, each at its field. */
export function readRunbookForm(
  runbook: Runbook,
  answers: FormAnswers,
): Result<RunbookValues, readonly FieldProblem[]> {
  const names = [...Object.keys(runbook.inputs), ...Object.keys(answers).filter((name) => !(name in runbook.inputs))];
  const said = names.map((name) => [name, plainText(answers[name] ?? taint(''), answerMax).trim()] as const);
  const blank = new Set(said.flatMap(([name, text]) => (text === '' && !emptyIsAllowed(runbook, name) ? [name] : [])));
  const read = readRunbookValues(runbook, Object.fromEntries(said));
  return read.ok ? read : failed(read.failure.map((problem) => fieldProblem(runbook, problem, blank)));
}

const answerMax = 4_000;

function fieldProblem(runbook: Runbook, { input, says }: InputProblem, blank: ReadonlySet<string>): FieldProblem {
  const about = runbook.inputs[input];
  if (!about) return { field: input, says };
  return { field: input, says: `${blank.has(input) ? 'Fill this in: give' : 'Not allowed: give'} ${takes(about)}` };
}

/** An empty text is a value only where the runbook's own pattern takes one. */
const emptyIsAllowed = (runbook: Runbook, name: string): boolean =>
  Object.hasOwn(runbook.inputs, name) && checkRunbookValues(only(runbook, name), { [name]: '' }).ok;

/** The runbook with this input alone. */
const only = (runbook: Runbook, name: string): Runbook => {
  const input = runbook.inputs[name];
  return { ...runbook, inputs: input ? { [name]: input } : {} };
};

/** As people read it beside a field. */
function takes(input: RunbookInput): string {
  if (input.type === 'boolean') return 'yes or no';
  return input.type === 'string' && input.pattern === '.*'
    ? `text, at most ${input.maxLength} characters`
    : allowed(input);
}

/** `replicas_now` -> "Replicas now". */
const labelOf = (name: string): string => sentenceOf(name.replaceAll(/[_-]+/gu, ' '));

const sentenceOf = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** The pattern for a client's own check, where its engine reads it as ours does; null where it might not. */
export function clientPattern(pattern: string): string | null {
  const atom = String.raw`\[(?:[a-zA-Z0-9]-[a-zA-Z0-9]|[\w. /:]|\\[wd])+-?\]|[\w /:-]|\\[wd.]`;
  const simple = new RegExp(String.raw`^(?:(?:${atom})(?:\{\d+(?:,\d*)?\}|[*+?])?)+$`, 'u');
  return simple.test(pattern) ? `^${pattern}$` : null;
}
