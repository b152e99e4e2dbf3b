import { parseRunbookArguments } from '../core/runbook-arguments.ts';
import { compileRunbook } from '../core/runbook-plan.ts';
import { dryRun } from '../flow/dry-run.ts';
import { printJson, printLine } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

/** Every plan that can ever be reached: the action catalogue times what fills it. There is nothing else. */
export const listPlans = (variables: Variables, json: boolean): Promise<number> =>
  withSystem(variables, async ({ world }) => {
    const repositories = [...new Set(world.catalogue.services.flatMap(({ repository }) => repository ?? []))];
    const plans = [
      ...repositories.map((repository) => ({
        kind: 'rollback-pull-request',
        target: repository,
        says: `Open a pull request on ${repository} that takes one merged change back, file by file`,
      })),
      ...world.runbooks.map(({ name, title, steps }) => ({
        kind: 'runbook',
        target: name,
        says: `${title}: ${steps.map(({ action }) => action).join(', ')}`,
      })),
    ];
    if (json) printJson(plans);
    else for (const { kind, target, says } of plans) printLine(`${kind}  ${target}  ${says}`);
    return 0;
  });

export const listRunbooks = (variables: Variables, json: boolean): Promise<number> =>
  withSystem(variables, async ({ world }) => {
    if (json) printJson(world.runbooks);
    else for (const { name, title, risk } of world.runbooks) printLine(`${name}  ${title}  risk ${risk}`);
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
