/** What the policy says of one stored plan, person by person and for its start; asks and writes nothing. */

import type { PlanState } from '../core/approval.ts';
import { decideApproval } from '../core/decide-approval.ts';
import { breakGlassGroups } from '../core/directory.ts';
import type { PolicyDecision, PolicyRule } from '../policy-port.ts';
import type { PlanRow } from '../ports.ts';
import { duration } from './cards/words.ts';
import { approvalRequest, executeRequest } from './permission.ts';
import type { World } from './world.ts';

export type PersonExplanation = {
  readonly person: string;
  readonly name: string;
  readonly action: 'approve' | 'break-glass';
  readonly may: boolean;
  readonly why: readonly string[];
  readonly rules: readonly PolicyRule[];
};

export type PlanExplanation = {
  readonly plan: string;
  readonly title: string;
  readonly state: PlanState;
  readonly digest: string;
  readonly policyVersion: string;
  readonly people: readonly PersonExplanation[];
  readonly execute: {
    readonly may: boolean;
    readonly missing: readonly string[];
    readonly rules: readonly PolicyRule[];
  };
};

/**
 * For these people of the directory (ids), taken as members in good standing, signed in where that is set up: the
 * platform says at the click who is a guest. A break-glass line is there only where the catalogue names a group.
 */
export async function explainPlan(world: World, row: PlanRow, people: readonly string[]): Promise<PlanExplanation> {
  const actions =
    breakGlassGroups(world.catalogue).length > 0 ? (['approve', 'break-glass'] as const) : (['approve'] as const);
  const asked = people.flatMap((person) => actions.map((action) => ({ person, action })));
  return {
    plan: row.plan.id,
    title: row.plan.title,
    state: row.state,
    digest: row.digest,
    policyVersion: world.policy.version,
    people: await Promise.all(asked.map((question) => explainPerson(world, row, question))),
    execute: await explainStart(world, row),
  };
}

async function explainPerson(
  world: World,
  row: PlanRow,
  { person, action }: Pick<PersonExplanation, 'person' | 'action'>,
): Promise<PersonExplanation> {
  const digestTail = row.digest.slice(-8);
  const strength = world.settings.signIn === 'none' ? 'chat' : 'strong';
  const policy = world.policy.decide(
    await approvalRequest(world, row, { action, person, standing: 'member', digestTail, strength }),
  );
  const { id: plan, version, risk } = row.plan;
  const signedIn = strength === 'strong' ? ({ strength } as const) : {};
  const click = { by: person, plan, version, digestTail, atMs: world.clock.nowMs(), ...signedIn };
  const decision = decideApproval({
    click: action === 'approve' ? click : { ...click, breakGlass: { reasonGiven: true } },
    row,
    standing: 'member',
    allowed: policy.allow,
    approversNeeded: world.policy.approversNeeded(risk),
    signInNeeded: world.policy.needsSignIn(risk),
  });
  const settled = row.state === 'pending' ? [] : [`The plan is ${row.state}, nothing is left to approve`];
  const twice = !decision.ok && decision.failure === 'already-approved' ? ['Has approved it already'] : [];
  const name = world.catalogue.people.find(({ id }) => id === person)?.name ?? person;
  return {
    person,
    name,
    action,
    may: decision.ok,
    why: [...settled, ...twice, ...policy.reasons],
    rules: rulesOf(policy),
  };
}

const rulesOf = ({ rules = [], unmet = [] }: PolicyDecision): readonly PolicyRule[] =>
  rules.length > 0 ? rules : unmet;

async function explainStart(world: World, row: PlanRow): Promise<PlanExplanation['execute']> {
  const request = await executeRequest(world, row);
  const policy = world.policy.decide(request);
  const forbids = (policy.rules ?? []).filter(({ effect }) => effect === 'forbid').map(({ says }) => says);
  const errors =
    policy.allow || (policy.rules ?? []).length > 0 || (policy.unmet ?? []).length > 0 ? [] : policy.reasons;
  const missing = [
    ...stateMissing(row),
    ...quorumMissing(world, request),
    ...forbids,
    ...errors,
    ...lateStart(world, row),
  ];
  return { may: policy.allow && missing.length === 0, missing, rules: rulesOf(policy) };
}

function stateMissing({ state }: PlanRow): readonly string[] {
  if (state === 'approved') return [];
  return [state === 'pending' ? 'It is not approved yet' : `It is ${state}: only an approved plan starts`];
}

function quorumMissing(world: World, { sealed: { plan }, context }: Awaited<ReturnType<typeof executeRequest>>) {
  const needed = context.brokenGlass ? 1 : world.policy.approversNeeded(plan.risk);
  const lacking = needed - context.distinctApprovers;
  if (lacking <= 0) return [];
  return [
    `Quorum: ${context.distinctApprovers} of ${needed} distinct approvers at risk ${plan.risk}, ${lacking} more needed`,
  ];
}

function lateStart({ clock }: World, { state, plan, approvals }: PlanRow): readonly string[] {
  const last = Math.max(plan.createdAtMs, ...approvals.map(({ atMs }) => atMs));
  const late = clock.nowMs() - last - plan.startWithinMs;
  return state === 'approved' && late > 0
    ? [`It had to start within ${duration(plan.startWithinMs)} of the last approval, ${duration(late)} ago`]
    : [];
}
