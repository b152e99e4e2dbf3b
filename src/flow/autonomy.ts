/** Acting alone on a known class of failure: what the catalogue allows, what the record has earned, what the policy says. */

import type { AuditRow } from '../core/audit-entry.ts';
import {
  type AutonomyRule,
  classText,
  type FailureClass,
  ruleFor,
  type ShadowCase,
  shadowCases,
  unearned,
} from '../core/autonomy.ts';
import { sealHolds } from '../core/digest.ts';
import type { CauseKind, Hypothesis } from '../core/hypothesis.ts';
import type { PolicyRequest } from '../policy-port.ts';
import type { PlanRow, Store } from '../ports.ts';
import { policyContext, subjectOf } from './policy-facts.ts';
import type { World } from './world.ts';

/** A plan that will run unless somebody stops it. */
export type Alone = { readonly failure: FailureClass; readonly because: string; readonly startsAtMs: number };

/** Every case on record, oldest first. */
export async function readCases(store: Store): Promise<readonly ShadowCase[]> {
  const marked = await store.auditRows({ kind: 'autonomy' });
  const incidents = [...new Set(marked.flatMap(({ incident }) => (incident === null ? [] : [incident])))];
  const rows: AuditRow[] = [];
  for (const incident of incidents) rows.push(...(await store.auditRows({ incident })));
  return shadowCases(rows);
}

/** Rules that say `auto` without having earned it, one sentence each; for the start and for `causeway autonomy`. */
export async function unearnedRules({
  catalogue,
  store,
}: Pick<World, 'catalogue' | 'store'>): Promise<readonly string[]> {
  const rules = (catalogue.autonomy ?? []).filter(({ level }) => level === 'auto');
  if (rules.length === 0) return [];
  const cases = await readCases(store);
  return rules.flatMap((rule) => {
    const why = unearned(rule, cases);
    const fix = 'Set its level back to approve with shadow: true until the score is there; see causeway autonomy.';
    return why === null ? [] : [`causeway.yaml: autonomy: ${ruleText(rule)}: auto is not earned: ${why}. ${fix}`];
  });
}

export const ruleText = ({ cause, runbook }: Pick<AutonomyRule, 'cause' | 'runbook'>): string =>
  `${cause ?? 'any cause'}, ${runbook ?? 'any remedy'}`;

/**
 * Whether this plan may go ahead alone after its delay; null: people are asked. What `auto` would have done is on record
 * either way, once per version, so that it can be scored against what people do.
 */
export async function considerAlone(
  world: World,
  { row, cause, remedy }: { row: PlanRow; cause: Hypothesis | null; remedy: string },
): Promise<Alone | null> {
  if (cause === null) return null;
  const failure = { cause: cause.kind, remedy };
  const rule = ruleFor(world.catalogue.autonomy ?? [], failure);
  if (rule === null || !(rule.level === 'auto' || rule.shadow)) return null;
  const would = await decideOnce(world, row, { failure, mode: rule.shadow ? 'shadow' : 'auto' });
  if (rule.level !== 'auto' || !would) return null;
  return { failure, because: rule.because ?? '', startsAtMs: world.clock.nowMs() + world.settings.aloneAfterMs };
}

type Deciding = { readonly failure: FailureClass; readonly mode: 'shadow' | 'auto' };

/** What stands on record decides: a step that a crash made us repeat must not find another answer than it told. */
async function decideOnce(world: World, row: PlanRow, { failure, mode }: Deciding): Promise<boolean> {
  const known = await markOf(world, row);
  if (known !== null) return known.body['would'] === true && known.body['mode'] === mode;
  const { allow, reasons } = world.policy.decide(await aloneRequest(world, row, { failure, asIf: mode === 'shadow' }));
  const decided = { ...failure, mode, would: allow, why: reasons, policyVersion: world.policy.version };
  await world.store.audit(null, {
    kind: 'autonomy',
    incident: row.plan.incident,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: { plan: row.plan.id, digest: row.digest, ...decided },
  });
  return allow;
}

async function markOf({ store }: World, { plan, digest }: PlanRow): Promise<AuditRow | null> {
  const rows = await store.auditRows({ incident: plan.incident, kind: 'autonomy' });
  return rows.find(({ body }) => body['plan'] === plan.id && body['digest'] === digest) ?? null;
}

/** May this plan run alone, now? `asIf`: as though its class had earned it, for the shadow. */
async function aloneRequest(
  world: World,
  row: PlanRow,
  { failure, asIf }: { failure: FailureClass; asIf: boolean },
): Promise<PolicyRequest> {
  const autonomy = await factsOf(world, row, failure);
  const shown = asIf ? { ...autonomy, level: 'auto' as const, earned: true } : autonomy;
  return {
    action: 'auto-run',
    ...subjectOf(world, row),
    principal: { id: 'causeway', standing: 'member', onCall: false, groups: [] },
    context: { ...(await policyContext(world, row, { digestMatches: sealHolds(row) })), autonomy: shown },
  };
}

/** The question again at the start and before every step, for the class it was announced with. */
export async function runAloneRequest(world: World, row: PlanRow): Promise<PolicyRequest> {
  const { cause, remedy, mode } = (await markOf(world, row))?.body ?? {};
  const known = typeof cause === 'string' && typeof remedy === 'string' && mode === 'auto';
  const failure = known ? { cause: cause as CauseKind, remedy } : { cause: 'unknown' as const, remedy: '' };
  return aloneRequest(world, row, { failure, asIf: false });
}

/** Read now: verdicts, evidence and the score may have changed since it was announced. */
async function factsOf(
  { store, catalogue }: World,
  { plan: { incident } }: PlanRow,
  failure: FailureClass,
): Promise<PolicyRequest['context']['autonomy']> {
  const rule = ruleFor(catalogue.autonomy ?? [], failure);
  const [lead] = await store.hypotheses(incident);
  const evidence = await store.evidence(incident);
  const supports = lead?.supports.map((each) => each.evidence) ?? [];
  return {
    level: rule?.level ?? 'approve',
    confirmed: lead?.word === 'Confirmed' && lead.kind === failure.cause,
    established: evidence.some(({ id, provenance }) => supports.includes(id) && /^[AB]$/u.test(provenance)),
    earned: rule?.level === 'auto' && unearned(rule, await readCases(store)) === null,
  };
}

/** What people read of a class. */
export const failureText = (failure: FailureClass): string => classText(failure);
