import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import type { Plan, PlanStep, Risk } from '../core/plan.ts';
import type { Runbook, RunbookValues } from '../core/runbook.ts';
import { runbookFactsOf } from '../core/runbook-facts.ts';
import { type RunbookAge, riskWithAge, runbookAge } from '../core/runbook-history.ts';
import { compileRunbook, suggestRunbooks } from '../core/runbook-plan.ts';
import { runbookReach } from '../core/runbook-reach.ts';
import type { Telemetry } from '../rootcause/telemetry.ts';
import { rehearsalFailure, rehearse } from './dry-run.ts';
import type { Compiled } from './propose.ts';
import type { World } from './world.ts';

type Request = {
  /** Absent: a new one. */
  readonly id?: string;
  readonly incident: Incident;
  readonly service: string;
  readonly requester: string;
  readonly runbook: Runbook;
  readonly values: RunbookValues;
  /** The cause it is suggested for; absent when a person named the runbook. */
  readonly lead?: Hypothesis;
};

/**
 * A runbook that says it helps against this kind of cause and whose inputs the evidence fills, as a plan. Null when no
 * runbook does: what was not proven for a cause is not suggested.
 */
export async function compileSuggestedRunbook(
  world: World,
  { incident, lead, telemetry }: { incident: Incident; lead: Hypothesis; telemetry: Telemetry },
): Promise<Compiled | null> {
  const { catalogue } = world;
  const facts = runbookFactsOf({ lead, catalogue, telemetry });
  const runnable = world.runbooks.filter((each) => isOn(world, each));
  const suggestion = suggestRunbooks(runnable, { kind: lead.kind, facts })[0];
  if (!suggestion) return null;
  const request = { incident, service: lead.entity, requester: incident.openedBy, lead, ...suggestion };
  const rehearsed = await rehearse(world, await runbookPlan(world, request));
  const runbook = suggestion.runbook.name;
  return rehearsed.ok ? { kind: 'plan', sealed: rehearsed.value, runbook } : rehearsalFailure(rehearsed.failure);
}

/** A runbook run as a plan, not rehearsed yet. Values were validated by the runbook's own inputs. */
export async function runbookPlan(world: World, request: Request): Promise<Plan> {
  const { incident, service, requester, runbook, values } = request;
  const age = await ageOf(world, runbook);
  const { risk, reasons } = riskOf(world, request, age);
  const compiled = compileRunbook(runbook, values);
  const nowMs = world.clock.nowMs();
  return {
    format: 1,
    id: request.id ?? world.newId('plan'),
    version: 1,
    incident: incident.id,
    kind: 'runbook',
    runbook: { name: runbook.name, lastRun: age.says },
    service,
    ...compiled,
    preview: null,
    rehearsal: [],
    risk,
    riskReasons: reasons,
    blastRadius: blastOf(world, request, compiled.steps.length),
    runsAs: runsAs(compiled.steps),
    requester,
    policyVersion: world.policy.version,
    catalogueVersion: world.catalogue.version,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + world.settings.approveWithinMs,
    startWithinMs: world.settings.startWithinMs,
  };
}

/** What earlier runs here say about it. */
export const ageOf = async ({ store, clock }: World, runbook: Runbook): Promise<RunbookAge> =>
  runbookAge(runbook, await store.runbookEnds(), clock.nowMs());

/** An action without its variables is off: what needs it is not suggested, another runbook may do the same. */
const isOn = ({ actions }: World, { steps }: Runbook): boolean =>
  steps.every((step) => actions.some(({ action }) => action.name === step.action));

const credentials: ReadonlyArray<readonly [actions: string, says: string]> = [
  ['github-', 'the GitHub write token, allow-listed workflows only'],
  ['kubernetes-', 'the Kubernetes write token, named Deployments only'],
  ['aws-', 'the AWS actor role, cut down to this plan for 15 minutes'],
  ['http-', 'the token of the allow-listed host'],
];

const runsAs = (steps: readonly PlanStep[]): string =>
  credentials
    .filter(([prefix]) => steps.some(({ action }) => action.startsWith(prefix)))
    .map(([, says]) => says)
    .join('; ');

/**
 * As the runbook says, at least 2 on a tier 1 service, in a cloud account or for a cause that is only Possible, and one
 * more when stale.
 */
function riskOf(
  { catalogue }: World,
  { service, runbook, lead }: Request,
  age: RunbookAge,
): { risk: Risk; reasons: readonly string[] } {
  const reasons = [
    ...(runbook.steps.some(({ action }) => action.startsWith('aws-')) ? ['it changes a cloud account'] : []),
    ...(lead?.word === 'Possible' ? ['the cause is only Possible'] : []),
    ...(catalogue.services.find(({ id }) => id === service)?.tier === 1 ? ['tier 1 service'] : []),
  ];
  const risk = reasons.length > 0 && runbook.risk === 1 ? 2 : runbook.risk;
  return {
    risk: riskWithAge(risk, age),
    reasons: [...reasons, ...(age.stale ? [`the runbook is stale: ${age.says}`] : [])],
  };
}

function blastOf({ catalogue }: World, { service, runbook }: Request, steps: number): Plan['blastRadius'] {
  const reached = runbookReach(catalogue, runbook, service);
  const named = reached.length > 1 ? ` (${reached.join(', ')})` : '';
  const services = `${reached.length} ${reached.length === 1 ? 'service' : 'services'}${named}`;
  return { services: reached.length, files: 0, says: `${services}, ${steps} ${steps === 1 ? 'step' : 'steps'}` };
}
