/** What must be true of every history, said once more and independently of the product. */
import { genesisHash, verifyChain } from '../../src/core/audit-chain.ts';
import type { AuditRow } from '../../src/core/audit-entry.ts';
import type { Plan, SealedPlan } from '../../src/core/plan.ts';
import { mayApproveInTruth, mayBreakGlassInTruth, peopleNeeded, type TrueClick } from './approval-cast.ts';
import type { Scenario } from './approval-scenario.ts';
import type { Rows } from './simulated-database.ts';

/** What was true when a step began for the last time. */
export type Beginning = {
  readonly atMs: number;
  readonly stopped: boolean;
  readonly resumed: number;
  readonly frozen: boolean;
  readonly drifted: boolean;
};

/** A change that reached the target outside. */
export type Landing = { readonly plan: string; readonly step: string; readonly change: string; readonly atMs: number };

export type Scene = {
  readonly scenario: Scenario;
  readonly landings: readonly Landing[];
  readonly delivered: ReadonlySet<string>;
  /** By workflow and step. */
  readonly beginnings: ReadonlyMap<string, Beginning>;
  /** Plans whose call to the target has not been answered yet. */
  readonly inFlight: ReadonlySet<string>;
  /** Whether rows carry the product's hash; it costs a third of the time. */
  readonly sealsChain: boolean;
  rows(): Rows;
  now(): Beginning;
};

/** Clocks of people and machines differ by this much at most. */
const skewMs = 10_000;
const minute = 60_000;

/** Judges one landing at the moment it happens. */
export function judgeLanding(scene: Scene, landing: Landing): readonly string[] {
  const sealed = sealedOf(scene.scenario, landing.change);
  if (sealed === null) return [`${landing.change} is of no plan`];
  const { audit } = scene.rows();
  const earlier = scene.landings.filter((other) => other !== landing);
  const same = earlier.filter(({ plan, step }) => plan === landing.plan && step === landing.step);
  const recent = earlier.filter(({ atMs }) => atMs > landing.atMs - 59 * minute).length + scene.scenario.effectsBefore;
  const broken: readonly (readonly [boolean, string])[] = [
    [same.length > 0, 'a second effect of one step'],
    [!approved(scene, sealed), 'an effect without a quorum for its digest'],
    [!hasIntent(audit, sealed, landing), 'an effect without an audited intent before it'],
    [endOf(audit, sealed) !== null, `an effect after its plan was ${endOf(audit, sealed)}`],
    [[...scene.inFlight].some((plan) => plan !== landing.plan), 'two plans at once on one service'],
    [recent >= 5, 'a sixth effect within an hour'],
    ...judgeMoment(scene, sealed, landing),
  ];
  return broken.flatMap(([is, what]) => (is ? [what] : []));
}

/**
 * Judges a call when it comes back. Only where nothing but crashes goes wrong: a slow database hears late that everything
 * was stopped.
 */
export function judgeAnswer(
  { scenario: { rates }, rows }: Scene,
  { beganAtMs, endedAtMs }: { readonly beganAtMs: number; readonly endedAtMs: number },
): readonly string[] {
  if (rates.slow > 0 || rates.error > 0) return [];
  const { stopped, audit } = rows();
  const pulledAtMs = audit.findLast(({ body }) => body['killSwitch'] !== undefined)?.atMs ?? endedAtMs;
  const lateMs = stopped ? endedAtMs - Math.max(beganAtMs, pulledAtMs) : 0;
  return lateMs > 5_000 + skewMs ? ['a call that went on although everything was stopped'] : [];
}

/** Against what was true when the step began: what changes while a call is on its way cannot be known to it. */
function judgeMoment(
  scene: Scene,
  sealed: SealedPlan,
  { plan, step }: Landing,
): readonly (readonly [boolean, string])[] {
  const began = scene.beginnings.get(`remediation:${plan}/effect-${step}`);
  const started = scene.beginnings.get(`remediation:${plan}/start`);
  if (began === undefined || started === undefined) return [[true, 'an effect outside its workflow']];
  const now = scene.now();
  const stopped = began.stopped && now.stopped && began.resumed === now.resumed;
  const startedLateMs = started.atMs - lastApprovalMs(scene, sealed) - sealed.plan.startWithinMs;
  return [
    [stopped, 'an effect while everything was stopped'],
    [began.frozen && now.frozen && !glassBroken(scene, sealed), 'an effect in a change freeze'],
    [
      byNobody(scene, sealed) && began.atMs > sealed.plan.createdAtMs + 15 * minute + skewMs,
      'alone, and too old for it',
    ],
    [began.atMs > sealed.plan.createdAtMs + 20 * minute + skewMs, 'an effect of a plan older than 20 minutes'],
    [startedLateMs > skewMs, 'an effect of a plan that started too long after its approval'],
    [started.drifted, 'an effect on a world that had changed before the plan started'],
  ];
}

const sealedOf = ({ proposals }: Scenario, change: string): SealedPlan | null =>
  proposals
    .flatMap(({ versions }) => versions)
    .find(({ plan }) => plan.steps.some(({ parameters }) => parameters['change'] === change)) ?? null;

const consents = ({ scenario, delivered }: Scene, { plan, digest }: SealedPlan): readonly TrueClick[] =>
  scenario.deliveries
    .map(({ click }) => click)
    .filter((click) => {
      const real = !click.forged && !click.elsewhere && ['no', 'now'].includes(click.signedIn);
      const meant = real && click.sealed.digest === digest && delivered.has(click.key);
      return meant && maySayYes(click, plan) && click.atMs <= plan.expiresAtMs + skewMs;
    });

function maySayYes({ presses, by, reasoned, signedIn }: TrueClick, plan: Plan): boolean {
  if (plan.risk === 3 && signedIn !== 'now') return false;
  if (presses === 'break-glass') return reasoned && mayBreakGlassInTruth(by, plan);
  return presses === 'approve-plan' && mayApproveInTruth(by, plan);
}

/** Somebody who may broke the glass for this very digest, and said why. */
const glassBroken = (scene: Scene, sealed: SealedPlan): boolean =>
  consents(scene, sealed).some(({ presses }) => presses === 'break-glass');

const approved = (scene: Scene, sealed: SealedPlan): boolean =>
  glassBroken(scene, sealed) ||
  quorum(scene, sealed) >= peopleNeeded(sealed.plan) ||
  aloneSinceMs(scene, sealed) !== null;

/** When this very digest was let run with nobody's approval, as it may be; null when it was not or may not. */
function aloneSinceMs({ scenario: { autonomy }, rows }: Scene, { plan, digest }: SealedPlan): number | null {
  const earned = autonomy?.level === 'auto' && autonomy.confirmed && autonomy.established && autonomy.earned;
  if (!earned || plan.risk !== 1) return null;
  const of = rows().audit.filter(({ body }) => body['digest'] === digest);
  const announced = of.find(
    ({ kind, body }) => kind === 'autonomy' && body['mode'] === 'auto' && body['would'] === true,
  );
  const begun = of.find(({ kind, body }) => kind === 'plan.state' && body['automatic'] !== undefined);
  if (announced === undefined || begun === undefined) return null;
  return begun.atMs - announced.atMs >= 60_000 - skewMs ? begun.atMs : null;
}

/** Distinct people who really approved this very digest, in time, and whose click has arrived. */
const quorum = (scene: Scene, sealed: SealedPlan): number => new Set(consents(scene, sealed).map(({ by }) => by)).size;

const lastApprovalMs = (scene: Scene, sealed: SealedPlan): number =>
  Math.max(aloneSinceMs(scene, sealed) ?? 0, ...consents(scene, sealed).map(({ atMs }) => atMs));

const hasIntent = (audit: readonly AuditRow[], { digest }: SealedPlan, { plan, step }: Landing): boolean =>
  audit.some(({ kind, body }) => {
    return kind === 'effect.intent' && body['plan'] === plan && body['step'] === step && body['digest'] === digest;
  });

/** Not enough people wanted it: it ran, if it did, because its class may run alone. */
const byNobody = (scene: Scene, sealed: SealedPlan): boolean =>
  !glassBroken(scene, sealed) && quorum(scene, sealed) < peopleNeeded(sealed.plan);

const ends = ['rejected', 'expired', 'superseded', 'stale', 'done', 'failed', 'stopped'];

const endOf = (audit: readonly AuditRow[], { digest }: SealedPlan): string | null =>
  statesOf(audit, digest).find((state) => ends.includes(state)) ?? null;

const statesOf = (audit: readonly AuditRow[], digest: string): readonly string[] =>
  audit.flatMap(({ kind, body }) =>
    kind === 'plan.state' && body['digest'] === digest && typeof body['state'] === 'string' ? [body['state']] : [],
  );

/** Judges the whole history once nothing is left to happen. */
export function judgeEnd(scene: Scene): readonly string[] {
  const rows = scene.rows();
  return [
    ...judgeChain(scene),
    ...rows.plans.flatMap((row) => judgePlan(scene, row)),
    ...scene.landings.flatMap((landing) => judgeRecord(rows.audit, landing)),
    ...resultsWithout(scene),
  ];
}

/** Whoever hashes cheaply still has to keep the rows in one unbroken order. */
function judgeChain({ rows, sealsChain }: Scene): readonly string[] {
  const { audit } = rows();
  const chain = sealsChain ? verifyChain(audit) : null;
  const broken = audit.some(
    ({ seq, prev }, index) => seq !== index + 1 || prev !== (audit[index - 1]?.hash ?? genesisHash),
  );
  return broken || chain?.ok === false ? ['the audit log does not verify'] : [];
}

const legal: { readonly [state: string]: readonly string[] } = {
  pending: ['approved', 'rejected', 'expired', 'failed'],
  approved: ['running', 'stale', 'expired', 'stopped', 'failed'],
  running: ['done', 'stale', 'expired', 'stopped', 'failed'],
};

function judgePlan(scene: Scene, row: Rows['plans'][number]): readonly string[] {
  const { audit } = scene.rows();
  const states = statesOf(audit, row.digest);
  const jump = states.find((state, index) => !legal[states[index - 1] ?? 'pending']?.includes(state));
  const clicks = audit.filter(({ kind, body }) => {
    return kind === 'approval.click' && body['digest'] === row.digest && body['result'] === 'counted';
  });
  const people = new Set(clicks.map(({ actor }) => actor)).size;
  // Who approved may still break the glass; that is one approval more strongly said.
  const presses = new Set(clicks.map(({ actor, body }) => JSON.stringify([actor, body['decision']]))).size;
  const replaced = scene.scenario.proposals.some(({ blind, versions }) => blind && versions.length > 1);
  const said = states.at(-1) ?? 'pending';
  const broken: readonly (readonly [boolean, string])[] = [
    [jump !== undefined, `a plan went from ${states[states.indexOf(jump ?? '') - 1] ?? 'pending'} to ${jump}`],
    [
      row.approvals.filter(({ automatic }) => !automatic).length !== people,
      'an approval that was not audited, or the other way round',
    ],
    [presses !== clicks.length, 'one person counted twice'],
    [states.includes('approved') && !approved(scene, row), 'approved without a quorum'],
    [row.state !== 'superseded' && row.state !== said, `a plan is ${row.state} and the log says ${said}`],
    [!replaced && !ends.includes(row.state), `the story ended and left its plan ${row.state}`],
  ];
  return broken.flatMap(([is, what]) => (is ? [what] : []));
}

const resultsOf = (audit: readonly AuditRow[], { plan, step }: Pick<Landing, 'plan' | 'step'>): readonly AuditRow[] =>
  audit.filter(({ kind, body }) => kind === 'effect.result' && body['plan'] === plan && body['step'] === step);

/** What happened is on record as happened, or as something nobody could find out. */
function judgeRecord(audit: readonly AuditRow[], landing: Landing): readonly string[] {
  const told = resultsOf(audit, landing).some(({ body }) => {
    return body['outcome'] !== undefined || body['failure'] === 'unknown';
  });
  return told ? [] : ['an effect that the record does not tell of'];
}

const resultsWithout = ({ rows, landings }: Scene): readonly string[] =>
  rows().audit.flatMap(({ kind, body }) => {
    if (kind !== 'effect.result' || body['outcome'] === undefined) return [];
    const landed = landings.some(({ plan, step }) => plan === body['plan'] && step === body['step']);
    return landed ? [] : ['a result on record of an effect that did not happen'];
  });
