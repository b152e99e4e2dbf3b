import { type DetailedError, policySetTextToParts, policyToJson, validate } from '@cedar-policy/cedar-wasm/nodejs';
import { done, failed, type Result } from '../core/result.ts';
import { policySchema } from './schema.ts';

export type PolicyFile = { readonly file: string; readonly text: string };

/** One rule of the policy: its id, its sentence for people, and where it stands. */
export type Rule = {
  readonly id: string;
  readonly says: string;
  readonly effect: 'permit' | 'forbid';
  readonly text: string;
  readonly file: string;
  readonly line: number;
};

type Rules = Result<readonly Rule[], readonly string[]>;

/** Every rule of the files, checked strictly against the schema, or every problem with file and line. */
export function readRules(files: readonly PolicyFile[]): Rules {
  const rules: Rule[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const read = splitFile(file);
    if (read.ok) rules.push(...read.value);
    else problems.push(...read.failure);
  }
  if (problems.length === 0) problems.push(...findDuplicates(rules), ...findInvalid(rules));
  if (rules.length === 0 && problems.length === 0)
    problems.push('there is no policy at all: nothing could be approved');
  return problems.length > 0 ? failed(problems) : done(rules);
}

function splitFile({ file, text }: PolicyFile): Rules {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure')
    return failed(parts.errors.map((error) => `${file}:${lineOfError(text, error)}: ${error.message}`));
  if (parts.policy_templates.length > 0)
    return failed([`${file}: policy templates are not supported; write plain rules`]);
  const rules = parts.policies.map((part) =>
    readRule(part, { file, line: lineAt(text, Math.max(0, text.indexOf(part))) }),
  );
  const problems = rules.flatMap((rule) => (typeof rule === 'string' ? [rule] : []));
  if (problems.length > 0) return failed(problems);
  const inOrder = rules.flatMap((rule) => (typeof rule === 'string' ? [] : [rule]));
  return done(inOrder.toSorted((a, b) => a.line - b.line));
}

function readRule(text: string, { file, line }: { file: string; line: number }): Rule | string {
  const parsed = policyToJson(text);
  if (parsed.type === 'failure') return `${file}:${line}: ${parsed.errors.map(({ message }) => message).join('; ')}`;
  const { effect, annotations = {} } = parsed.json;
  const { id, says } = annotations;
  if (!id) return `${file}:${line}: a rule needs an id; write @id("short-name") above it`;
  if (!says) return `${file}:${line}: the rule ${id} needs a sentence for people; write @says("...") above it`;
  return { id, says, effect, text, file, line };
}

function findDuplicates(rules: readonly Rule[]): readonly string[] {
  return rules
    .filter(({ id }, index) => rules.findIndex((other) => other.id === id) !== index)
    .map(({ id, file, line }) => `${file}:${line}: the id ${id} is used twice; rename one`);
}

function findInvalid(rules: readonly Rule[]): readonly string[] {
  const policies = { staticPolicies: staticPolicies(rules) };
  const answer = validate({ schema: policySchema, policies, validationSettings: { mode: 'strict' } });
  if (answer.type === 'failure') return answer.errors.map(({ message }) => message);
  // A rule that can never apply protects nothing: its warning counts as an error.
  const found = [...answer.validationErrors, ...answer.validationWarnings];
  return found.map(({ policyId, error }) => {
    const rule = rules.find(({ id }) => id === policyId);
    if (!rule) return error.message;
    const line = rule.line + lineOfError(rule.text, error) - 1;
    return `${rule.file}:${line}: ${error.message}${error.help === null ? '' : `; ${error.help}`}`;
  });
}

/** Ids come back with every decision only when the rules are handed over under their ids. */
export const staticPolicies = (rules: readonly Rule[]): { [id: string]: string } =>
  Object.fromEntries(rules.map(({ id, text }) => [id, text]));

/** Cedar counts bytes of UTF-8. */
function lineOfError(text: string, { sourceLocations = [] }: DetailedError): number {
  const start = sourceLocations[0]?.start ?? 0;
  const before = Buffer.from(text, 'utf8').subarray(0, start).toString('utf8');
  return lineAt(before, before.length);
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
