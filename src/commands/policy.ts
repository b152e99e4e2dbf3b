import { explainPlan, type PersonExplanation, type PlanExplanation } from '../flow/explain-plan.ts';
import type { World } from '../flow/world.ts';
import { type DecisionTable, decisionTable } from '../policy/decision-table.ts';
import type { PolicyRule } from '../policy-port.ts';
import { printJson, printLine } from './say.ts';
import { fail, type Variables, withSystem } from './with-system.ts';

export type ExplainOptions = { readonly as?: string; readonly json?: boolean };

/** What the policy says of a stored plan, for everybody or one person; without a plan, its whole decision table. */
export const explainPolicy = (variables: Variables, id: string | undefined, options: ExplainOptions): Promise<number> =>
  withSystem(variables, async ({ world }) => explainTo(world, id, options));

/** Exit code 2 and what is known when the plan or the person is not. */
export function explainTo(world: World, id: string | undefined, options: ExplainOptions): Promise<number> | number {
  if (id !== undefined) return explainStored(world, id, options);
  if (options.as !== undefined) return fail(['--as needs a plan: causeway policy explain PLAN_ID --as PERSON.']);
  const table = decisionTable(world.policy);
  return print(options, table, tableLines(table));
}

async function explainStored(world: World, id: string, options: ExplainOptions): Promise<number> {
  const { as } = options;
  const row = await world.store.plan(id);
  if (!row) return fail([`There is no plan ${id}. Known: ${(await knownPlans(world)).join(', ') || 'none yet'}.`]);
  const everybody = world.catalogue.people.map((person) => person.id);
  if (as !== undefined && !everybody.includes(as))
    return fail([`--as ${as}: not in the directory of causeway.yaml. Known: ${everybody.join(', ') || 'nobody'}.`]);
  const explanation = await explainPlan(world, row, as === undefined ? everybody : [as]);
  return print(options, explanation, planLines(explanation));
}

function print({ json }: ExplainOptions, document: unknown, lines: readonly string[]): number {
  if (json) printJson(document);
  else for (const line of lines) printLine(line);
  return 0;
}

async function knownPlans({ store }: World): Promise<readonly string[]> {
  const plans: string[] = [];
  for (const incident of await store.incidents(20)) {
    plans.push(...(await store.plansOf(incident.id)).map(({ plan }) => plan.id));
  }
  return [...new Set(plans)];
}

const ruleLine = ({ effect, id, says }: PolicyRule): string => `    ${effect} ${id}: ${says}`;

function planLines({ plan, title, state, digest, policyVersion, people, execute }: PlanExplanation): readonly string[] {
  return [
    `${plan} (${state}) ${title}`,
    `plan ${digest.slice(-8)}, policy ${policyVersion.slice(0, 12)}`,
    '',
    people.length === 0 ? 'Nobody is in the directory: nobody may approve.' : 'Who may approve:',
    ...people.flatMap(personLines),
    '',
    execute.may ? 'It could start now; its preconditions are read again when it does.' : 'It could not start now:',
    ...execute.missing.filter((line) => !execute.rules.some(({ says }) => says === line)).map((line) => `  ${line}`),
    ...execute.rules.map(ruleLine),
  ];
}

const verbs = { approve: 'approve', 'break-glass': 'break the glass' } as const;

const personLines = ({ person, name, action, may, why, rules }: PersonExplanation): readonly string[] => [
  `  ${name} (${person}) ${may ? 'may' : 'may not'} ${verbs[action]}`,
  ...why.filter((line) => !rules.some(({ says }) => says === line)).map((line) => `    ${line}`),
  ...rules.map(ruleLine),
];

const tableLines = ({ policyVersion, approversNeeded, rows }: DecisionTable): readonly string[] => [
  `policy ${policyVersion.slice(0, 12)}: distinct approvers needed at risk 1, 2, 3: ${Object.values(approversNeeded).join(', ')}`,
  ...rows.flatMap(({ risk, who, may, rules }) => [
    `risk ${risk}  ${may ? 'may    ' : 'may not'}  ${who}  ${rules.map(({ id }) => id).join(', ')}`,
  ]),
];
