import type { Json } from '../core/json.ts';
import type { Runbook, RunbookInput, RunbookStep } from '../core/runbook.ts';
import { allowed, checkRunbookValues } from '../core/runbook-arguments.ts';
import { placeholdersIn } from '../core/runbook-plan.ts';

/** A problem and where in the file it is. */
export type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

/** Actions by name, each with the parameters that no input may fill. */
export type FixedParameters = ReadonlyMap<string, readonly string[]>;

/** What the schema cannot see: names that point nowhere, ranges upside down, defaults the input itself refuses. */
export function checkMeaning(runbook: Runbook, actions: FixedParameters): readonly Issue[] {
  const inputs = Object.entries(runbook.inputs).flatMap(([name, input]) => checkInput(runbook, name, input));
  const steps = runbook.steps.flatMap((step, index) => checkStep(runbook, step, { index, actions }));
  return [...inputs, ...steps];
}

function checkInput(runbook: Runbook, name: string, input: RunbookInput): readonly Issue[] {
  const path = ['inputs', name];
  if (input.type === 'number' && input.min > input.max) {
    return [{ path: [...path, 'min'], message: `min ${input.min} is above max ${input.max}; swap them` }];
  }
  if (input.default === undefined) return [];
  const { [name]: only } = runbook.inputs;
  if (!only) return [];
  const checked = checkRunbookValues({ ...runbook, inputs: { [name]: only } }, { [name]: String(input.default) });
  return checked.ok
    ? []
    : [{ path: [...path, 'default'], message: `the default is not allowed; give ${allowed(input)}` }];
}

function checkStep(
  runbook: Runbook,
  step: RunbookStep,
  { index, actions }: { index: number; actions: FixedParameters },
): readonly Issue[] {
  const path = ['steps', index];
  const issues: Issue[] = [];
  if (runbook.steps.findIndex(({ id }) => id === step.id) !== index) {
    issues.push({ path: [...path, 'id'], message: `two steps are called ${step.id}; rename one` });
  }
  issues.push(...checkAction(step.action, [...path, 'action'], actions));
  const undo = 'impossible' in step.undo ? undefined : step.undo.action;
  if (undo !== undefined) issues.push(...checkAction(undo, [...path, 'undo', 'action'], actions));
  issues.push(...checkFixed(step.parameters, [...path, 'parameters'], actions.get(step.action)));
  if (!('impossible' in step.undo)) {
    const undone = actions.get(undo ?? step.action);
    issues.push(...checkFixed(step.undo.parameters, [...path, 'undo', 'parameters'], undone));
  }
  for (const field of ['says', 'parameters', 'undo'] as const) {
    issues.push(...checkPlaceholders(runbook, step[field], [...path, field]));
  }
  return issues;
}

function checkAction(action: string, path: readonly PropertyKey[], actions: FixedParameters): readonly Issue[] {
  if (actions.has(action)) return [];
  return [{ path, message: `there is no action ${action}; use one of ${[...actions.keys()].toSorted().join(', ')}` }];
}

/** Which host, repository or document is written out by people: no value from a chat or an incident may name it. */
function checkFixed(
  parameters: RunbookStep['parameters'],
  path: readonly PropertyKey[],
  fixed: readonly string[] = [],
): readonly Issue[] {
  return fixed.flatMap((name) => {
    const value = parameters[name];
    if (value === undefined || placeholdersIn(value).names.length === 0) return [];
    return [{ path: [...path, name], message: `write ${name} out; no input may fill it` }];
  });
}

function checkPlaceholders(runbook: Runbook, value: Json, path: readonly PropertyKey[]): readonly Issue[] {
  const { names, strange } = placeholdersIn(value);
  const known = Object.keys(runbook.inputs);
  const missing = names
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path,
      message: `\${inputs.${name}} names no input; declare it under inputs or use ${known.join(', ')}`,
    }));
  const odd = strange.map((text) => ({ path, message: `${text} is not substituted; only \${inputs.NAME} is` }));
  return [...missing, ...odd];
}
