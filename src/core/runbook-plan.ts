import type { CauseKind } from './hypothesis.ts';
import type { Json } from './json.ts';
import type { Plan, PlanStep, Precondition } from './plan.ts';
import type { Runbook, RunbookValues } from './runbook.ts';
import { checkRunbookValues } from './runbook-arguments.ts';
import type { RunbookFacts } from './runbook-facts.ts';

/** The parts of a plan that come from a runbook and validated values. */
export type CompiledRunbook = {
  readonly title: string;
  readonly steps: readonly PlanStep[];
  readonly preconditions: readonly Precondition[];
  readonly inverse: Plan['inverse'];
  readonly expectedEffect: string;
};

const placeholder = /\$\{inputs\.([\w-]+)\}/gu;

/** Steps with every `${inputs.NAME}` replaced. Values must come from `parseRunbookArguments` of the same runbook. */
export function compileRunbook(runbook: Runbook, values: RunbookValues): CompiledRunbook {
  const fill = (text: string): string => fillText(text, values);
  return {
    title: titleWith(runbook, values),
    steps: runbook.steps.map((step) => ({
      id: step.id,
      action: step.action,
      parameters: fillRecord({ ...step.parameters, timeoutSeconds: step.timeoutSeconds }, values),
      says: fill(step.says),
    })),
    preconditions: runbook.preconditions.map(({ name, expected }) => ({
      name,
      expected: substituteAll(expected, values),
    })),
    inverse: compileInverse(runbook, values),
    expectedEffect: fill(runbook.expectedEffect),
  };
}

const titleWith = ({ title }: Runbook, values: RunbookValues): string => {
  const said = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return said.length > 0 ? `${title} (${said.join(', ')})` : title;
};

/** Last step first, each with its undo parameters laid over its own. Steps that cannot be undone are named. */
function compileInverse(runbook: Runbook, values: RunbookValues): Plan['inverse'] {
  const steps: PlanStep[] = [];
  const says: string[] = [];
  for (const step of runbook.steps.toReversed()) {
    const { undo } = step;
    if ('impossible' in undo) {
      says.push(`Step ${step.id} cannot be undone: ${undo.impossible}`);
      continue;
    }
    const parameters = fillRecord(
      { ...step.parameters, ...undo.parameters, timeoutSeconds: step.timeoutSeconds },
      values,
    );
    const sentence = fillText(undo.says, values);
    steps.push({ id: `undo-${step.id}`, action: undo.action ?? step.action, parameters, says: sentence });
    says.push(sentence);
  }
  return { says: says.join('. '), steps };
}

/** Names used as `${inputs.NAME}` anywhere in a value, and anything else that looks like a substitution. */
export function placeholdersIn(value: Json): {
  names: readonly string[];
  strange: readonly string[];
} {
  const text = JSON.stringify(value);
  const names = [...text.matchAll(placeholder)].map(([, name = '']) => name);
  const strange = [...text.replaceAll(placeholder, '').matchAll(/\$\{[^}"]{0,60}\}?/gu)].map(([found]) => found);
  return { names, strange };
}

function fillRecord(
  record: { readonly [name: string]: Json },
  values: RunbookValues,
): { readonly [name: string]: Json } {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, substituteAll(value, values)]));
}

function substituteAll(value: Json, values: RunbookValues): Json {
  if (typeof value === 'string') return substitute(value, values);
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map((item) => substituteAll(item, values));
  return fillRecord(value, values);
}

const isList = (value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] =>
  Array.isArray(value);

/** A text that is one placeholder keeps the value's type; inside other text the value becomes text. */
function substitute(text: string, values: RunbookValues): Json {
  const [, whole] = /^\$\{inputs\.([\w-]+)\}$/u.exec(text) ?? [];
  return (whole === undefined ? undefined : given(whole, values)) ?? fillText(text, values);
}

/** One pass only: a value that looks like a placeholder stays as it is. */
const fillText = (text: string, values: RunbookValues): string =>
  text.replaceAll(placeholder, (match, name: string) => String(given(name, values) ?? match));

const given = (name: string, values: RunbookValues): string | number | boolean | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;

export type RunbookSuggestion = { readonly runbook: Runbook; readonly values: RunbookValues };

/**
 * Runbooks that say they help against this kind of cause and whose inputs the facts fill completely. An input that asks
 * for a fact needs it, default or not; a fact that an input refuses makes no suggestion.
 */
export function suggestRunbooks(
  runbooks: readonly Runbook[],
  cause: { readonly kind: CauseKind; readonly facts: RunbookFacts },
): readonly RunbookSuggestion[] {
  return runbooks
    .filter((runbook) => runbook.suggestsFor.includes(cause.kind))
    .flatMap((runbook) => {
      const asked = Object.entries(runbook.inputs).flatMap(([name, { suggest }]) =>
        suggest ? [{ name, suggest }] : [],
      );
      const said = asked.flatMap(({ name, suggest }) => {
        const fact = cause.facts[suggest];
        return fact === undefined ? [] : [[name, fact] as const];
      });
      if (said.length < asked.length) return [];
      const checked = checkRunbookValues(runbook, Object.fromEntries(said));
      return checked.ok ? [{ runbook, values: checked.value }] : [];
    });
}
