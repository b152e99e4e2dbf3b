import { RE2JS } from 're2js';
import { done, failed, type Result } from './result.ts';
import type { Runbook, RunbookInput, RunbookValues } from './runbook.ts';

type Value = string | number | boolean;

/** What is wrong with one input; `says` does not repeat its name. */
export type InputProblem = {
  readonly input: string;
  /** `missing`: nothing was said and there is no default. `wrong`: its value is not allowed. `other`: the line itself. */
  readonly kind: 'missing' | 'wrong' | 'other';
  readonly says: string;
};

/** "flag: missing; give flag=text matching [a-z]+". */
export const problemWords = ({ input, says }: InputProblem): string => `${input}: ${says}`;

/**
 * `flag=new-checkout percent=25 note="two words"` as typed values. Every problem at once, each naming the key and what
 * is allowed. Defaults fill what is not said.
 */
export function parseRunbookArguments(runbook: Runbook, text: string): Result<RunbookValues, readonly string[]> {
  const read = readRunbookArguments(runbook, text);
  return read.ok ? read : failed(read.failure.map(problemWords));
}

/** The same, with each problem apart. */
export function readRunbookArguments(runbook: Runbook, text: string): Result<RunbookValues, readonly InputProblem[]> {
  const { pairs, problems } = readPairs(text);
  const said = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (said.has(key)) problems.push({ input: key, kind: 'other', says: 'given twice; give it once' });
    said.set(key, value);
  }
  return collect(runbook, { said, problems });
}

/** What a line gives for each input, allowed or not. The first of a key that is given twice. */
export const saidInArguments = (text: string): { readonly [input: string]: string } =>
  Object.fromEntries(readPairs(text).pairs.toReversed());

/** The same checks for values that are already apart: suggestions. */
export function checkRunbookValues(
  runbook: Runbook,
  said: { readonly [input: string]: string },
): Result<RunbookValues, readonly string[]> {
  const read = readRunbookValues(runbook, said);
  return read.ok ? read : failed(read.failure.map(problemWords));
}

/** The same for forms, with each problem apart: every value stays one value, whatever stands in it. */
export const readRunbookValues = (
  runbook: Runbook,
  said: { readonly [input: string]: string },
): Result<RunbookValues, readonly InputProblem[]> =>
  collect(runbook, { said: new Map(Object.entries(said)), problems: [] });

function collect(
  runbook: Runbook,
  { said, problems }: { said: ReadonlyMap<string, string>; problems: InputProblem[] },
): Result<RunbookValues, readonly InputProblem[]> {
  const values = new Map<string, Value>();
  for (const key of said.keys()) {
    if (!Object.hasOwn(runbook.inputs, key)) problems.push(unknownKey(runbook, key));
  }
  for (const [key, input] of Object.entries(runbook.inputs)) {
    const result = readValue(key, input, said.get(key));
    if (result.ok) values.set(key, result.value);
    else problems.push({ input: key, ...result.failure });
  }
  return problems.length > 0 ? failed(problems) : done(Object.fromEntries(values));
}

function readPairs(text: string): { pairs: (readonly [string, string])[]; problems: InputProblem[] } {
  // Chat clients turn straight quotes into curly ones.
  const straight = text.replace(/[\u201C\u201D\u201E]/gu, '"').trim();
  const pairs: (readonly [string, string])[] = [];
  const problems: InputProblem[] = [];
  for (const match of straight.matchAll(
    /(?<key>[\w-]+)=(?:"(?<quoted>[^"]*)"|(?<bare>[^\s"]*))(?=\s|$)|(?<stray>\S+)/gu,
  )) {
    const { key, quoted, bare, stray } = match.groups ?? {};
    if (key !== undefined) pairs.push([key, quoted ?? bare ?? '']);
    else problems.push({ input: stray ?? '', kind: 'other', says: howToWrite });
  }
  return { pairs, problems };
}

const howToWrite = 'write it as key=value, with quotes around a value that has spaces';

function unknownKey(runbook: Runbook, key: string): InputProblem {
  const known = Object.keys(runbook.inputs);
  const takes = known.length > 0 ? `it takes ${known.join(', ')}` : 'it takes none';
  return { input: key, kind: 'other', says: `${runbook.name} has no such input; ${takes}` };
}

type Refusal = Omit<InputProblem, 'input'>;

function readValue(key: string, input: RunbookInput, said: string | undefined): Result<Value, Refusal> {
  if (said === undefined) {
    if (input.default !== undefined) return done(input.default);
    return failed({ kind: 'missing', says: `missing; give ${key}=${allowed(input)} (${input.description})` });
  }
  const value = convert(input, said);
  if (value !== null) return done(value);
  return failed({ kind: 'wrong', says: `"${said.slice(0, 80)}" is not allowed; give ${allowed(input)}` });
}

/** What a value may be, for an error message or a help text. */
export function allowed(input: RunbookInput): string {
  switch (input.type) {
    case 'string':
      return `text matching ${input.pattern}, at most ${input.maxLength} characters`;
    case 'enum':
      return `one of ${input.values.join(', ')}`;
    case 'number':
      return `a ${input.integer ? 'whole ' : ''}number from ${input.min} to ${input.max}`;
    case 'boolean':
      return 'true or false';
  }
}

function convert(input: RunbookInput, said: string): Value | null {
  switch (input.type) {
    case 'string':
      return said.length <= input.maxLength && RE2JS.compile(input.pattern).matches(said) ? said : null;
    case 'enum':
      return input.values.includes(said) ? said : null;
    case 'number':
      return convertNumber(input, said);
    case 'boolean':
      return said === 'true' || said === 'false' ? said === 'true' : null;
  }
}

function convertNumber(input: RunbookInput & { type: 'number' }, said: string): number | null {
  if (!/^-?\d{1,15}(?:\.\d{1,9})?$/u.test(said)) return null;
  const value = Number(said);
  const fits = value >= input.min && value <= input.max && (!input.integer || Number.isInteger(value));
  return fits ? value : null;
}
