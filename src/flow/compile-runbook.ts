import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import type { Plan } from '../core/plan.ts';
import type { Runbook, RunbookValues } from '../core/runbook.ts';
import { compileRunbook, suggestRunbooks } from '../core/runbook-plan.ts';
import type { ChangeEvent } from '../rootcause/telemetry.ts';
import { rehearsalFailure, rehearse } from './dry-run.ts';
import type { Compiled } from './propose.ts';
import type { World } from './world.ts';

type Request = {
  readonly incident: Incident;
  readonly service: string;
  readonly requester: string;
  readonly runbook: Runbook;
  readonly values: RunbookValues;
};

/** A runbook that says it helps against this kind of cause and whose inputs the evidence fills, as a plan. */
export async function compileSuggestedRunbook(
  world: World,
  { incident, lead, changes }: { incident: Incident; lead: Hypothesis; changes: readonly ChangeEvent[] },
): Promise<Compiled> {
  const facts = { service: lead.entity, ...flagFact(lead, changes) };
  const suggestion = suggestRunbooks(world.runbooks, { kind: lead.kind, facts })[0];
  if (!suggestion) {
    return {
      kind: 'none',
      why: 'No runbook fits this cause with what is known',
      fix: 'Run one by hand: /sre runbook list shows them.',
    };
  }
  const request = { incident, service: lead.entity, requester: incident.openedBy, ...suggestion };
  const rehearsed = await rehearse(world, runbookPlan(world, request));
  return rehearsed.ok ? { kind: 'plan', sealed: rehearsed.value } : rehearsalFailure(rehearsed.failure);
}

/** The newest flag change on the suspect service, by the name its platform gives it. */
function flagFact(lead: Hypothesis, changes: readonly ChangeEvent[]): { flag?: string } {
  const cited = new Set(lead.supports.map(({ evidence }) => evidence));
  const flags = changes.filter(
    ({ kind, service, evidence }) => kind === 'flag' && service === lead.entity && evidence && cited.has(evidence),
  );
  const newest = flags.toSorted((a, b) => b.atMs - a.atMs)[0];
  const name = newest?.paths.find((path) => path.startsWith('flag:'))?.slice('flag:'.length);
  return name === undefined ? {} : { flag: name };
}

/** A runbook run as a plan, not rehearsed yet. Values were validated by the runbook's own inputs. */
export function runbookPlan(world: World, request: Request): Plan {
  const { incident, service, requester, runbook, values } = request;
  const compiled = compileRunbook(runbook, values);
  const nowMs = world.clock.nowMs();
  const tierOne = world.catalogue.services.find(({ id }) => id === service)?.tier === 1;
  const risk: Plan['risk'] = tierOne && runbook.risk === 1 ? 2 : runbook.risk;
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
    riskReasons: tierOne ? ['tier 1 service'] : [],
    blastRadius: {
      services: 1,
      files: 0,
      says: `1 service, ${compiled.steps.length} ${compiled.steps.length === 1 ? 'step' : 'steps'}`,
    },
    runsAs: 'the GitHub write token, allow-listed workflows only',
    requester,
    policyVersion: world.policy.version,
    catalogueVersion: world.catalogue.version,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + world.settings.approveWithinMs,
    startWithinMs: world.settings.startWithinMs,
  };
}
