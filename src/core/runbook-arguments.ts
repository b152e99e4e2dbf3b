import { RE2JS } from 're2js';
import { done, failed, type Result } from './result.ts';
import type { Runbook, RunbookInput, RunbookValues } from './runbook.ts';

type Value = string | number | boolean;

/**
 * `flag=new-checkout percent=25 note="two words"` as typed values. Every problem at once, each naming the key and what
 * is allowed. Defaults fill what is not said.
 */
export function parseRunbookArguments(runbook: Runbook, text: string): Result<RunbookValues, readonly string[]> {
  const { pairs, problems } = readPairs(text);
  const said = new Map<string, string>();
  for (const [key, value] of pairs) {
    if (said.has(key)) problems.push(`${key}: given twice; give it once`);
    said.set(key, value);
  }
  return collect(runbook, { said, problems });
}

/** The same checks for values that are already apart: suggestions, forms. */
export function checkRunbookValues(
  runbook: Runbook,
  said: { readonly [input: string]: string },
): Result<RunbookValues, readonly string[]> {
  return collect(runbook, { said: new Map(Object.entries(said)), problems: [] });
}

function collect(
  runbook: Runbook,
  { said, problems }: { said: ReadonlyMap<string, string>; problems: string[] },
): Result<RunbookValues, readonly string[]> {
  const values = new Map<string, Value>();
  for (const key of said.keys()) {
    if (!Object.hasOwn(runbook.inputs, key)) problems.push(unknownKey(runbook, key));
  }
  for (const [key, input] of Object.entries(runbook.inputs)) {
    const result = readValue(key, input, said.get(key));
    if (result.ok) values.set(key, result.value);
    else problems.push(result.failure);
  }
  return problems.length > 0 ? failed(problems) : done(Object.fromEntries(values));
}

function readPairs(text: string): { pairs: (readonly [string, string])[]; problems: string[] } {
  // Chat clients turn straight quotes into curly ones.
  const straight = text.replace(/[\u201C\u201D\u201E]/gu, '"').trim();
  const pairs: (readonly [string, string])[] = [];
  const problems: string[] = [];
  for (const match of straight.matchAll(
    /(?<key>[\w-]+)=(?:"(?<quoted>[^"]*)"|(?<bare>[^\s"]*))(?=\s|$)|(?<stray>\S+)/gu,
  )) {
    const { key, quoted, bare, stray } = match.groups ?? {};
    if (key !== undefined) pairs.push([key, quoted ?? bare ?? '']);
    else problems.push(`${stray}: write it as key=value, with quotes around a value that has spaces`);
  }
  return { pairs, problems };
}

function unknownKey(runbook: Runbook, key: string): string {
  const known = Object.keys(runbook.inputs);
  const takes = known.length > 0 ? `it takes ${known.join(', ')}` : 'it takes none';
  return `${key}: ${runbook.name} has no such input; ${takes}`;
}

function readValue(key: string, input: RunbookInput, said: string | undefined): Result<Value, string> {
  if (said === undefined) {
    if (input.default !== undefined) return done(input.default);
    return failed(`${key}: missing; give ${key}=${allowed(input)} (${input.description})`);
  }
  const value = convert(input, said);
  return value === null ? failed(`${key}: "${said.slice(0, 80)}" is not allowed; give ${allowed(input)}`) : done(value);
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
