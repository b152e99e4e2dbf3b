import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import type { Plan, Risk } from '../core/plan.ts';
import type { Runbook, RunbookValues } from '../core/runbook.ts';
import { runbookFactsOf } from '../core/runbook-facts.ts';
import { compileRunbook, suggestRunbooks } from '../core/runbook-plan.ts';
import { runbookReach } from '../core/runbook-reach.ts';
import type { Telemetry } from '../rootcause/telemetry.ts';
import { rehearsalFailure, rehearse } from './dry-run.ts';
import type { Compiled } from './propose.ts';
import type { World } from './world.ts';

type Request = {
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
  const suggestion = suggestRunbooks(world.runbooks, { kind: lead.kind, facts })[0];
  if (!suggestion) return null;
  const request = { incident, service: lead.entity, requester: incident.openedBy, lead, ...suggestion };
  const rehearsed = await rehearse(world, runbookPlan(world, request));
  return rehearsed.ok ? { kind: 'plan', sealed: rehearsed.value } : rehearsalFailure(rehearsed.failure);
}

/** A runbook run as a plan, not rehearsed yet. Values were validated by the runbook's own inputs. */
export function runbookPlan(world: World, request: Request): Plan {
  const { incident, service, requester, runbook, values } = request;
  const { risk, reasons } = riskOf(world, request);
  const compiled = compileRunbook(runbook, values);
  const nowMs = world.clock.nowMs();
  return {
    format: 1,
    id: world.newId('plan'),
    version: 1,
    incident: incident.id,
    kind: 'runbook',
    service,
    ...compiled,
    preview: null,
    rehearsal: [],
    risk,
    riskReasons: reasons,
    blastRadius: blastOf(world, request, compiled.steps.length),
    runsAs: 'the GitHub write token, allow-listed workflows only',
    requester,
    policyVersion: world.policy.version,
    catalogueVersion: world.catalogue.version,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + world.settings.approveWithinMs,
    startWithinMs: world.settings.startWithinMs,
  };
}

/** As the runbook says, and at least 2 on a tier 1 service or for a cause that is only Possible. */
function riskOf({ catalogue }: World, { service, runbook, lead }: Request): { risk: Risk; reasons: readonly string[] } {
  const reasons = [
    ...(lead?.word === 'Possible' ? ['the cause is only Possible'] : []),
    ...(catalogue.services.find(({ id }) => id === service)?.tier === 1 ? ['tier 1 service'] : []),
  ];
  return { risk: reasons.length > 0 && runbook.risk === 1 ? 2 : runbook.risk, reasons };
}

function blastOf({ catalogue }: World, { service, runbook }: Request, steps: number): Plan['blastRadius'] {
  const reached = runbookReach(catalogue, runbook, service);
  const named = reached.length > 1 ? ` (${reached.join(', ')})` : '';
  const services = `${reached.length} ${reached.length === 1 ? 'service' : 'services'}${named}`;
  return { services: reached.length, files: 0, says: `${services}, ${steps} ${steps === 1 ? 'step' : 'steps'}` };
}
