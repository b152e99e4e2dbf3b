/**
 * Carries out an approved plan. For every step: policy asked again, preconditions re-read, intent audited and stored,
 * then the action, then its result. A step whose intent has no outcome is reconciled, never repeated blindly.
 */
import type { Line } from '../core/card.ts';
import type { Place } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import type { PlanStep } from '../core/plan.ts';
import { done, failed, type Result } from '../core/result.ts';
import { taint } from '../core/tainted.ts';
import type { Durable, PlanRow } from '../ports.ts';
import { type CallFailure, checkStep, findEffect, makeEffect } from './call-action.ts';
import { runLogCard } from './cards/receipt.ts';
import { movePlan } from './move-plan.ts';
import { mayExecute } from './permission.ts';
import { post, update } from './show.ts';
import type { World } from './world.ts';

export type Execution =
  | { readonly kind: 'done'; readonly outcomes: readonly Json[]; readonly atMs: number }
  | (NotDone & { readonly steps: readonly StepEnd[] });

/** How far a plan came. `unclear`: its call was made, and whether it took effect could not be found out. */
export type StepEnd = { readonly id: string; readonly says: string; readonly end: 'done' | 'unclear' | 'not-done' };

type NotDone = {
  readonly kind: 'not-done';
  readonly why: string;
  readonly state: 'stale' | 'failed' | 'stopped' | 'expired';
  /** The step it ended at may have happened. */
  readonly unclear?: boolean;
};

type Subject = { readonly plan: string; readonly thread: Place };

export async function execute(world: World, durable: Durable, subject: Subject): Promise<Execution> {
  const start = await durable.step('start', () => startPlan(world, subject.plan));
  if (!start.ok) return { ...start.failure, steps: [] };
  const { steps, digest } = start.value;
  const outcomes: Json[] = [];
  for (const step of steps) {
    await durable.step(`log-${step.id}`, () =>
      showLog(world, subject, { steps, done: outcomes.length, failure: null }),
    );
    const result = await durable.step(`effect-${step.id}`, () => runStep(world, { id: subject.plan, digest }, step));
    if (!result.ok) {
      await durable.step(`log-failed-${step.id}`, () =>
        showLog(world, subject, { steps, done: outcomes.length, failure: result.failure.why }),
      );
      await durable.step('plan-failed', () =>
        movePlan(world, { plan: subject.plan, from: ['running'], to: result.failure.state }),
      );
      return { ...result.failure, steps: stepEnds(steps, outcomes.length, result.failure) };
    }
    outcomes.push(result.value);
  }
  await durable.step('log-end', () => showLog(world, subject, { steps, done: outcomes.length, failure: null }));
  await durable.step('plan-done', () => movePlan(world, { plan: subject.plan, from: ['running'], to: 'done' }));
  const atMs = await durable.step('done-at', async () => world.clock.nowMs());
  return { kind: 'done', outcomes, atMs };
}

const notDone = (state: NotDone['state'], why: string): { ok: false; failure: NotDone } =>
  failed({ kind: 'not-done', why, state });

function stepEnds(steps: readonly PlanStep[], finished: number, { unclear }: NotDone): readonly StepEnd[] {
  return steps.map(({ id, says }, index) => {
    const failedHere = index === finished && unclear === true ? 'unclear' : 'not-done';
    return { id, says, end: index < finished ? 'done' : failedHere };
  });
}

/** What was started: nothing but these steps of this digest may run, whatever version of the plan comes later. */
type Started = { readonly steps: readonly PlanStep[]; readonly digest: string };

/**
 * From approved to running, only in time, only with the policy's consent, only while the world is as planned. A plan
 * that is running already crashed before this was recorded: nothing has happened yet, so everything is asked again.
 */
async function startPlan(world: World, id: string): Promise<Result<Started, NotDone>> {
  const row = await world.store.plan(id);
  if (!row) throw new Error(`plan ${id} is not in the store`);
  const started: Started = { steps: row.plan.steps, digest: row.digest };
  if (world.clock.nowMs() > lastApprovalMs(row) + row.plan.startWithinMs)
    return refuse(world, id, notDone('expired', 'it could not start in time after approval'));
  const permission = await mayExecute(world, row);
  if (!permission.ok) return refuse(world, id, notDone('stopped', permission.failure));
  const fresh = await stillAsPlanned(world, row);
  if (!fresh.ok) return refuse(world, id, notDone(stateAfter(fresh.failure), fresh.failure.reason));
  const moved = row.state === 'running' || (await movePlan(world, { plan: id, from: ['approved'], to: 'running' }));
  return moved ? done(started) : notDone('failed', `the plan is ${row.state}, not approved`);
}

const lastApprovalMs = ({ plan, approvals }: PlanRow): number =>
  Math.max(plan.createdAtMs, ...approvals.map(({ atMs }) => atMs));

async function refuse(
  world: World,
  id: string,
  answer: { ok: false; failure: NotDone },
): Promise<{ ok: false; failure: NotDone }> {
  await movePlan(world, { plan: id, from: ['approved', 'running'], to: answer.failure.state });
  return answer;
}

async function stillAsPlanned(world: World, row: PlanRow): Promise<Result<null, CallFailure>> {
  for (const step of row.plan.steps) {
    const checked = await checkStep({ world, row, step });
    if (!checked.ok) return checked;
  }
  return done(null);
}

function stateAfter({ kind, stopped }: CallFailure): NotDone['state'] {
  if (stopped) return 'stopped';
  return kind === 'stale' ? 'stale' : 'failed';
}

/**
 * At most one effect per plan and step: the intent row is the claim. An earlier attempt is looked into first, whatever
 * the policy says by now: what has happened must not be told as not done.
 */
async function runStep(
  world: World,
  { id, digest }: { id: string; digest: string },
  step: PlanStep,
): Promise<Result<Json, NotDone>> {
  const newest = await world.store.plan(id);
  if (!newest) throw new Error(`plan ${id} is not in the store`);
  const replaced = newest.digest !== digest;
  const row = replaced ? { ...newest, digest, approvals: [] } : newest;
  const earlier = await lookBack(world, row, step);
  if (!earlier.ok || earlier.value !== null) return earlier;
  const permission = replaced ? failed('the plan was replaced while it ran') : await mayExecute(world, row);
  if (!permission.ok) return notDone('stopped', permission.failure);
  await audit(world, row, { step, kind: 'effect.intent', body: { parameters: step.parameters } });
  const isNew = await world.store.intend(id, step.id, step.parameters);
  const claimed = isNew ? done(null) : await findEarlier(world, row, step);
  if (!claimed.ok) return settleFailure(world, row, { step, failure: claimed.failure });
  const result = claimed.value === null ? await makeEffect({ world, row, step }) : done(claimed.value);
  if (!result.ok) return settleFailure(world, row, { step, failure: result.failure });
  return settle(world, row, { step, outcome: result.value, reconciled: claimed.value !== null });
}

/** The outcome of an earlier attempt at this step, on record now; null when there was none or it did nothing. */
async function lookBack(world: World, row: PlanRow, step: PlanStep): Promise<Result<Json, NotDone>> {
  const earlier = await world.store.effect(row.plan.id, step.id);
  if (earlier === null) return done(null);
  if (earlier.outcome !== null) return tellOnce(world, row, { step, outcome: earlier.outcome });
  const found = await findEarlier(world, row, step);
  if (!found.ok) return settleFailure(world, row, { step, failure: found.failure });
  return found.value === null ? done(null) : settle(world, row, { step, outcome: found.value, reconciled: true });
}

async function settle(
  world: World,
  row: PlanRow,
  { step, outcome, reconciled }: { step: PlanStep; outcome: Json; reconciled: boolean },
): Promise<Result<Json, NotDone>> {
  await world.store.settleEffect(row.plan.id, step.id, outcome);
  await audit(world, row, { step, kind: 'effect.result', body: { outcome, reconciled } });
  return done(outcome);
}

/** Only a refusal says what became of an earlier attempt; after any other failure to look it may have happened. */
async function findEarlier(world: World, row: PlanRow, step: PlanStep): Promise<Result<Json | null, CallFailure>> {
  const found = await findEffect({ world, row, step });
  return found.ok || found.failure.kind === 'refused' ? found : failed({ ...found.failure, kind: 'unknown' });
}

/** A crash between the stored outcome and its audit row must not lose the row, nor write it twice. */
async function tellOnce(
  world: World,
  row: PlanRow,
  { step, outcome }: { step: PlanStep; outcome: Json },
): Promise<Result<Json, NotDone>> {
  const rows = await world.store.auditRows({ incident: row.plan.incident });
  const told = rows.some(
    ({ kind, body }) =>
      kind === 'effect.result' &&
      body['plan'] === row.plan.id &&
      body['step'] === step.id &&
      // An earlier attempt that failed is on record too.
      body['outcome'] !== undefined,
  );
  if (!told) await audit(world, row, { step, kind: 'effect.result', body: { outcome, reconciled: true } });
  return done(outcome);
}

async function settleFailure(
  world: World,
  row: PlanRow,
  { step, failure }: { step: PlanStep; failure: CallFailure },
): Promise<Result<never, NotDone>> {
  await audit(world, row, { step, kind: 'effect.result', body: { failure: failure.kind, reason: failure.reason } });
  const ended = notDone(stateAfter(failure), failure.reason);
  return failure.kind === 'unknown' ? failed({ ...ended.failure, unclear: true }) : ended;
}

function audit(
  world: World,
  row: PlanRow,
  {
    step,
    kind,
    body,
  }: { step: PlanStep; kind: 'effect.intent' | 'effect.result'; body: { readonly [key: string]: Json } },
): Promise<number> {
  return world.store.audit(null, {
    kind,
    incident: row.plan.incident,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: {
      plan: row.plan.id,
      step: step.id,
      action: step.action,
      digest: row.digest,
      approvedBy: row.approvals.map(({ by }) => by),
      policyVersion: row.plan.policyVersion,
      ...body,
    },
  });
}

type Progress = { readonly steps: readonly PlanStep[]; readonly done: number; readonly failure: string | null };

/** One run log per plan, edited as it goes. */
async function showLog(
  world: World,
  { plan, thread }: Subject,
  { steps, done: finished, failure }: Progress,
): Promise<void> {
  const row = await world.store.plan(plan);
  const states = steps.map((step, index) => ({ id: step.id, says: step.says, ...progress(index, finished, failure) }));
  const card = runLogCard({ title: row?.plan.title ?? plan, steps: states });
  const ref = await post(world, { place: thread, card, key: `run-log:${plan}`, incident: row?.plan.incident ?? null });
  await update(world, ref, card);
}

function progress(
  index: number,
  finished: number,
  failure: string | null,
): { state: 'pending' | 'in_progress' | 'complete' | 'error'; output: Line } {
  if (index < finished) return { state: 'complete', output: ['done'] };
  if (index > finished) return { state: 'pending', output: [] };
  return failure === null
    ? { state: 'in_progress', output: ['running'] }
    : { state: 'error', output: [taint(failure)] };
}
