/** After an action: wait for the merge and the deploy, then measure the alerting signal until it is calm or patience ends. */

import type { Line } from '../core/card.ts';
import type { Incident, Place } from '../core/incident.ts';
import type { Plan } from '../core/plan.ts';
import { judgeRecovery, type RecoveryVerdict } from '../core/recovery.ts';
import { undoOf } from '../core/undo.ts';
import type { Durable } from '../ports.ts';
import { resolutionCard } from './cards/receipt.ts';
import { noticeCard } from './cards/reply.ts';
import { statusCard } from './cards/status.ts';
import { undoCard } from './cards/undo.ts';
import { causeWords } from './cards/words.ts';
import { recordPhase } from './enter-phase.ts';
import type { Execution } from './execute.ts';
import { pullOf } from './receipt.ts';
import { requireIncident } from './require-incident.ts';
import type { PullState } from './rollback-port.ts';
import { post, update } from './show.ts';
import { readSignal } from './signal.ts';
import type { RemediationInput } from './submit-plan.ts';
import { incidentUrl, type World } from './world.ts';

type Subject = {
  readonly input: RemediationInput;
  readonly plan: Plan;
  readonly execution: Execution;
  readonly thread: Place;
};

type Measured = {
  readonly verdict: RecoveryVerdict;
  readonly after: number | null;
  readonly atMs: number;
  /** False when there is no signal to look at again. */
  readonly measurable: boolean;
};

export async function watchRecovery(world: World, durable: Durable, subject: Subject): Promise<void> {
  const landed = await waitForLanding(world, durable, subject);
  if (landed === null) return giveUpWaiting(world, durable, subject);
  const measured = await measure(world, durable, { subject, actedAtMs: landed });
  await durable.step('recovery', () => conclude(world, subject, measured));
}

/** When the change took effect, or null when nobody merged it in time. */
async function waitForLanding(world: World, durable: Durable, { execution, plan }: Subject): Promise<number | null> {
  const pull = pullOf(execution);
  const repository = pull?.repository ?? repositoryOf(plan);
  const { watchPull } = world;
  if (!pull || !repository || !watchPull) return execution.kind === 'done' ? execution.atMs : null;
  const untilMs = await durable.step('merge-deadline', async () => world.clock.nowMs() + world.settings.mergeWithinMs);
  for (let poll = 1; ; poll += 1) {
    const seen = await durable.step(`pull-${poll}`, async () => {
      const state = await watchPull(repository, pull.number, AbortSignal.timeout(world.settings.probeTimeoutMs)).catch(
        () => null,
      );
      return { state, atMs: world.clock.nowMs() };
    });
    const liveAtMs = landedAt(seen.state, seen.atMs);
    if (liveAtMs !== null) return liveAtMs;
    if (seen.state?.state === 'closed' || seen.atMs > untilMs) return null;
    await durable.pauseUntil(seen.atMs + world.settings.watchEveryMs);
  }
}

function landedAt(pull: PullState | null, nowMs: number): number | null {
  if (pull?.state !== 'merged') return null;
  if (pull.deployment) return pull.deployment.liveAtMs;
  return pull.mergedAtMs !== null && nowMs - pull.mergedAtMs > 120_000 ? pull.mergedAtMs : null;
}

function repositoryOf(plan: Plan): string | null {
  const { owner, repo } = plan.steps[0]?.parameters ?? {};
  return typeof owner === 'string' && typeof repo === 'string' ? `${owner}/${repo}` : null;
}

async function measure(
  world: World,
  durable: Durable,
  { subject, actedAtMs }: { subject: Subject; actedAtMs: number },
): Promise<Measured> {
  const { recoverWithinMs, watchEveryMs } = world.settings;
  for (let poll = 1; ; poll += 1) {
    const reading = await durable.step(`signal-${poll}`, () => readMeasure(world, subject, actedAtMs));
    const patient = reading.atMs < actedAtMs + recoverWithinMs + 120_000;
    if (reading.verdict !== 'unclear' || !reading.measurable || !patient) return reading;
    await durable.pauseUntil(reading.atMs + watchEveryMs);
  }
}

async function readMeasure(world: World, { input, plan }: Subject, actedAtMs: number): Promise<Measured> {
  const incident = await requireIncident(world, plan.incident);
  const nowMs = world.clock.nowMs();
  const { symptom } = incident;
  const points = symptom ? await readSignal(world, incident, input.signal) : [];
  const measurable = symptom !== null && input.signal !== null;
  if (!symptom || points.length === 0) return { verdict: 'unclear', after: null, atMs: nowMs, measurable };
  const { comparator, threshold } = symptom;
  const patienceMs = world.settings.recoverWithinMs;
  const verdict = judgeRecovery({ points, comparator, threshold, actedAtMs, nowMs, calmMs: 120_000, patienceMs });
  return { verdict, after: points.at(-1)?.[1] ?? null, atMs: nowMs, measurable };
}

async function conclude(world: World, { input, plan, thread }: Subject, measured: Measured): Promise<void> {
  const incident = await requireIncident(world, plan.incident);
  const { verdict, after, atMs } = measured;
  const rows = await world.store.auditRows({ incident: incident.id });
  if (!rows.some(({ kind, body }) => kind === 'recovery' && body['plan'] === plan.id))
    await world.store.audit(null, {
      kind: 'recovery',
      incident: incident.id,
      actor: 'causeway',
      atMs,
      body: { plan: plan.id, verdict, before: input.before, after, threshold: incident.symptom?.threshold ?? null },
    });
  await updateStatus(world, input, [verdict === 'worked' ? 'Recovered since ' : 'Not recovered at ', { atMs }]);
  if (verdict !== 'worked') await offerUndo(world, { plan, thread, incident });
  const card = resolutionCard({
    incident,
    verdict,
    before: input.before,
    after,
    cause: input.cause ? `${input.cause.word}: ${causeWords(input.cause)}` : null,
    mitigatedAtMs: verdict === 'worked' ? atMs : null,
    url: incidentUrl(world, incident.id),
  });
  await post(world, { place: incident.place, card, key: `resolution:${plan.id}`, incident: incident.id });
  await recordPhase(world, incident.id, verdict === 'worked' ? 'closed' : 'settled');
}

async function updateStatus(world: World, { status }: RemediationInput, trend: Line): Promise<void> {
  if (!status) return;
  const next: Line = ['Postmortem draft is on the incident page'];
  await update(world, status.ref, statusCard({ ...status.view, trend, next, nowMs: world.clock.nowMs() }));
}

async function offerUndo(
  world: World,
  { plan, thread, incident }: { plan: Plan; thread: Place; incident: Incident },
): Promise<void> {
  const undo = undoOf(
    plan,
    plan.steps.map(({ id }) => id),
  );
  const card = undoCard(plan, { what: 'The signal did not recover after this action', undo });
  await post(world, { place: thread, card, key: `undo-offer:${plan.id}`, incident: incident.id });
}

async function giveUpWaiting(world: World, durable: Durable, { plan, thread }: Subject): Promise<void> {
  await durable.step('not-merged', async () => {
    const card = noticeCard(
      'The pull request was not merged',
      'Nothing changed in production. Mention me to look again.',
    );
    await post(world, { place: thread, card, key: `not-merged:${plan.id}`, incident: plan.incident });
    await recordPhase(world, plan.incident, 'settled');
  });
}
