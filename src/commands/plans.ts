import type { Json } from '../core/json.ts';
import type { Runbook } from '../core/runbook.ts';
import { allowed, parseRunbookArguments } from '../core/runbook-arguments.ts';
import { riskWithAge, runbookAge } from '../core/runbook-history.ts';
import { compileRunbook } from '../core/runbook-plan.ts';
import { dryRun } from '../flow/dry-run.ts';
import type { World } from '../flow/world.ts';
import { printJson, printLine } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

/** Every plan that can ever be reached: the action catalogue times what fills it. There is nothing else. */
export const listPlans = (variables: Variables, json: boolean): Promise<number> =>
  withSystem(variables, async ({ world }) => {
    const repositories = [...new Set(world.catalogue.services.flatMap(({ repository }) => repository ?? []))];
    const plans: readonly ReachablePlan[] = [
      ...repositories.map((repository) => ({
        kind: 'rollback-pull-request',
        target: repository,
        says: `Open a pull request on ${repository} that takes one merged change back, file by file`,
      })),
      ...world.runbooks.map((runbook) => reachedBy(world, runbook)),
    ];
    if (json) printJson(plans);
    else for (const plan of plans) printPlan(plan);
    return 0;
  });

type ReachablePlan = {
  readonly kind: string;
  readonly target: string;
  readonly says: string;
  /** What each input may be, in words. */
  readonly inputs?: { readonly [name: string]: string };
  /** Each call, with `${inputs.NAME}` where an input goes. `on`: its variables are set here. */
  readonly calls?: ReadonlyArray<{
    readonly step: string;
    readonly action: string;
    readonly on: boolean;
    readonly parameters: { readonly [name: string]: Json };
  }>;
};

/** The steps and the ways back: nothing else of the action can be reached through this runbook. */
function reachedBy({ actions }: World, { name, title, inputs, steps }: Runbook): ReachablePlan {
  const call = (step: string, action: string, parameters: { readonly [key: string]: Json }) => {
    const on = actions.some((each) => each.action.name === action);
    return { step, action, on, parameters };
  };
  return {
    kind: 'runbook',
    target: name,
    says: `${title}: ${steps.map(({ action }) => action).join(', ')}`,
    inputs: Object.fromEntries(Object.entries(inputs).map(([input, about]) => [input, allowed(about)])),
    calls: steps.flatMap(({ id, action, parameters, undo }) => [
      call(id, action, parameters),
      ...('impossible' in undo
        ? []
        : [call(`undo-${id}`, undo.action ?? action, { ...parameters, ...undo.parameters })]),
    ]),
  };
}

function printPlan({ kind, target, says, inputs = {}, calls = [] }: ReachablePlan): void {
  printLine(`${kind}  ${target}  ${says}`);
  for (const { step, action, on, parameters } of calls)
    printLine(`    ${step}  ${action}${on ? '' : ' (off)'}  ${JSON.stringify(parameters)}`);
  for (const [name, about] of Object.entries(inputs)) printLine(`    ${name}: ${about}`);
}

export const listRunbooks = (variables: Variables, json: boolean): Promise<number> =>
  withSystem(variables, async ({ world: { runbooks, store, clock } }) => {
    const ends = await store.runbookEnds();
    const rows = runbooks.map((runbook) => ({ runbook, age: runbookAge(runbook, ends, clock.nowMs()) }));
    if (json) printJson(rows.map(({ runbook, age }) => ({ ...runbook, lastRun: age.says, stale: age.stale })));
    else
      for (const { runbook, age } of rows)
        printLine(`${runbook.name}  ${runbook.title}  risk ${riskWithAge(runbook.risk, age)}  ${age.says}`);
    return 0;
  });

/** Says every call a runbook would make. Running one needs an approval in the channel, never this command. */
export const rehearseRunbook = (variables: Variables, name: string, values: readonly string[]): Promise<number> =>
  withSystem(variables, async ({ world }) => {
    const runbook = world.runbooks.find((each) => each.name === name);
    if (!runbook)
      return fail([
        `There is no runbook "${name}". Known: ${world.runbooks.map((each) => each.name).join(', ') || 'none'}.`,
      ]);
    const parsed = parseRunbookArguments(runbook, values.join(' '));
    if (!parsed.ok) return fail(parsed.failure);
    const { steps } = compileRunbook(runbook, parsed.value);
    const rehearsal = await dryRun(world, { id: 'dry-run', steps });
    if (!rehearsal.ok) return fail([rehearsal.failure]);
    for (const line of rehearsal.value) printLine(line);
    return 0;
  });
