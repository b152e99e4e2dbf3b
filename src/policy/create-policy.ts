import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { sha256Hex } from '../core/digest.ts';
import { done, failed, type Result } from '../core/result.ts';
import type { Policy, PolicyDecision, PolicyRequest, PolicyRule } from '../policy-port.ts';
import { asksSignIn } from './asks-sign-in.ts';
import { cedarRequest } from './cedar-request.ts';
import { countApprovers } from './count-approvers.ts';
import { type PolicyFile, type Rule, readRules, staticPolicies } from './read-rules.ts';
import { policySchema } from './schema.ts';

export type ExplainedPolicy = Policy & {
  readonly rules: readonly Rule[];
  /** The decision in words, with every rule that made it and where that rule stands. */
  explain(request: PolicyRequest): string;
};

type Verdict = { readonly allow: boolean; readonly rules: readonly Rule[]; readonly errors: readonly string[] };

/**
 * The policy made of these files, or every problem with file and line. Deny by default; any forbid wins; an evaluation
 * error of any rule is a deny, because Cedar skips a rule that errors and a skipped forbid would not forbid.
 */
export function createPolicy(files: readonly PolicyFile[]): Result<ExplainedPolicy, readonly string[]> {
  const read = readRules(files);
  if (!read.ok) return read;
  const rules = read.value;
  const version = versionOf(files);
  const problems = prepare(rules, version);
  if (problems.length > 0) return failed(problems);
  const judge = (request: PolicyRequest): Verdict => evaluate(rules, version, request);
  const decide = (request: PolicyRequest): PolicyDecision => {
    const verdict = judge(request);
    const unmet = isSilent(verdict) ? permitsOf(rules, request).map(ruleOf) : [];
    return {
      allow: verdict.allow,
      reasons: reasonsOf(verdict, request),
      version,
      rules: verdict.rules.map(ruleOf),
      unmet,
    };
  };
  const needed = countApprovers((request) => judge(request).allow);
  const signIn = asksSignIn((request) => judge(request).allow);
  return done({
    version,
    rules,
    decide,
    approversNeeded: (risk) => needed[risk],
    needsSignIn: (risk) => signIn[risk],
    explain: (request) => explain(judge(request), { request, rules, version }),
  });
}

const ruleOf = ({ id, effect, says }: Rule): PolicyRule => ({ id, effect, says });

const isSilent = ({ rules, errors }: Verdict): boolean => rules.length === 0 && errors.length === 0;

const permitsOf = (rules: readonly Rule[], { action }: PolicyRequest): readonly Rule[] =>
  rules.filter(({ effect, text }) => effect === 'permit' && text.includes(`"${action}"`));

/** sha256 over all policy text, whatever order the files are given in, and the schema it was checked against. */
function versionOf(files: readonly PolicyFile[]): string {
  const sorted = files.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  return sha256Hex(JSON.stringify([policySchema, ...sorted.map(({ file, text }) => [file, text])]));
}

/** Parses once, under names made of the content, so that several policies can live in one process. */
function prepare(rules: readonly Rule[], version: string): readonly string[] {
  const answers = [
    preparseSchema(schemaName(version), policySchema),
    preparsePolicySet(version, { staticPolicies: staticPolicies(rules) }),
  ];
  return answers.flatMap((answer) => (answer.type === 'failure' ? answer.errors.map(({ message }) => message) : []));
}

const schemaName = (version: string): string => `schema-${version}`;

function evaluate(rules: readonly Rule[], version: string, request: PolicyRequest): Verdict {
  const call = { ...cedarRequest(request), preparsedPolicySetId: version, preparsedSchemaName: schemaName(version) };
  try {
    const answer = statefulIsAuthorized({ ...call, validateRequest: true });
    if (answer.type === 'failure') return denyFor(answer.errors.map(({ message }) => message));
    const { decision, diagnostics } = answer.response;
    if (diagnostics.errors.length > 0) {
      return denyFor(diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`));
    }
    const deciding = rules.filter(({ id }) => diagnostics.reason.includes(id));
    return { allow: decision === 'allow' && deciding.length > 0, rules: deciding, errors: [] };
  } catch (error) {
    // The engine itself failed: closed, like every other doubt.
    return denyFor([error instanceof Error ? error.message : 'the policy engine failed']);
  }
}

const denyFor = (errors: readonly string[]): Verdict => ({ allow: false, rules: [], errors });

const asked = {
  approve: 'approval',
  'break-glass': 'person to break the glass',
  execute: 'plan to start',
  'auto-run': 'plan to run alone',
} as const;

function reasonsOf({ rules, errors }: Verdict, { action }: PolicyRequest): readonly string[] {
  if (errors.length > 0)
    return errors.map((error) => `The policy could not be evaluated, so the answer is no (${error})`);
  if (rules.length === 0) return [`No rule allows this ${asked[action]}`];
  return rules.map(({ says }) => says);
}

function explain(
  verdict: Verdict,
  { request, rules, version }: { request: PolicyRequest; rules: readonly Rule[]; version: string },
): string {
  const { action, principal, sealed } = request;
  const { id: planId, risk } = sealed.plan;
  const head = `${verdict.allow ? 'ALLOW' : 'DENY'} ${action} of ${planId} by ${principal.id} (risk ${risk})`;
  const line = ({ effect, id, says, file, line: at }: Rule): string => `  ${effect} ${id}: ${says} (${file}:${at})`;
  const errors = verdict.errors.map((error) => `  error: ${error}`);
  const hint = isSilent(verdict) ? ['  no rule permits it; these could:', ...permitsOf(rules, request).map(line)] : [];
  return [head, ...verdict.rules.map(line), ...errors, ...hint, `  policy ${version.slice(0, 12)}`].join('\n');
}
