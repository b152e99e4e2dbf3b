/** Which of the variables a tool or an integration needs are there. */
import { z } from 'zod';

type Variables = { readonly [name: string]: string };
type Needing = { readonly name: string; readonly environment: z.ZodType };
type Chosen =
  | { readonly kind: 'complete'; readonly environment: unknown }
  /** None of the variables of any way to sign in; each way in words. */
  | { readonly kind: 'absent'; readonly ways: readonly string[] }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

/** Empty variables count as absent. */
export function presentVariables(environment: { readonly [name: string]: string | undefined }): Variables {
  const entries = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || value.trim() === '' ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

/** The first way to sign in whose required variables are all there. Variables with a default never count. */
export function chooseEnvironment({ name, environment }: Needing, present: Variables): Chosen {
  const ways = waysOf(environment).map((schema) => {
    const required = requiredVariables(schema);
    return { schema, required, missing: required.filter((variable) => !(variable in present)) };
  });
  const complete = ways.find(({ missing }) => missing.length === 0);
  if (complete !== undefined) {
    const parsed = complete.schema.safeParse(present);
    if (parsed.success) return { kind: 'complete', environment: parsed.data };
    return { kind: 'wrong', problems: parsed.error.issues.map((issue) => `${name}: ${describeIssue(issue)}`) };
  }
  const begun = ways.find(({ missing, required }) => missing.length < required.length);
  if (begun === undefined) return { kind: 'absent', ways: ways.map(({ missing }) => missing.join(' and ')) };
  return { kind: 'wrong', problems: [`${name}: set ${begun.missing.join(', ')} too, or unset the others`] };
}

const waysOf = (environment: z.ZodType): readonly z.ZodObject[] =>
  environment instanceof z.ZodUnion
    ? environment.options.filter((option) => option instanceof z.ZodObject)
    : [environment].filter((option) => option instanceof z.ZodObject);

const requiredVariables = (schema: z.ZodObject): readonly string[] =>
  Object.entries(schema.shape)
    .filter(([, variable]) => !z.safeParse(variable, undefined).success)
    .map(([variable]) => variable);

export const describeIssue = (issue: z.core.$ZodIssue): string =>
  `${issue.path.length > 0 ? issue.path.join('.') : 'input'}: ${issue.message}`;
