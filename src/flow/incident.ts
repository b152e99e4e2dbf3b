/**
 * The story of one incident, top to bottom: greet, find the symptom, look first, reason, settle, propose. Approval and
 * everything after it is `remediate.ts`, in a workflow of its own per plan.
 */
import { compileHypotheses } from '../core/compile-hypotheses.ts';
import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident, IncidentId, Phase } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { missedBar } from '../core/verdict.ts';
import type { Durable, MessageRef } from '../ports.ts';
import { evidenceCard } from './cards/evidence.ts';
import { greetingCard } from './cards/greeting.ts';
import { hypothesesCard } from './cards/hypotheses.ts';
import { resolutionCard } from './cards/receipt.ts';
import { statusCard } from './cards/status.ts';
import { caseOf } from './case-of.ts';
import { type FirstLook, findSymptom, lookFirst } from './first-look.ts';
import { type Settled, settle } from './investigate.ts';
import { propose } from './propose.ts';
import { requireIncident } from './require-incident.ts';
import { post, threadOf, update } from './show.ts';
import { type StatusState, statusView } from './status-state.ts';
import { incidentUrl, type World } from './world.ts';

export type IncidentInput = { readonly incident: IncidentId };

export const incidentWorkflow =
  (world: World) =>
  async (durable: Durable, input: Json): Promise<void> => {
    const { incident: id } = input as IncidentInput;
    const opened = await durable.step('load', () => requireIncident(world, id));
    await durable.step('greet', () => greet(world, opened));
    await enter(world, durable, { id, phase: 'looking' });

    const { symptom, gathered } = await findSymptom(world, durable, opened);
    const incident = { ...opened, symptom };
    const status = await durable.step('post-status', () => postStatus(world, { incident, look: null, hypotheses: [] }));

    const look = await lookFirst(world, durable, { incident, symptom, earlier: gathered });
    const seen: Incident = { ...incident, onsetMs: look.ranking.onsetMs };
    const first = await durable.step('first-card', () => showFirstCard(world, { incident: seen, look, status }));

    await enter(world, durable, { id, phase: 'reasoning' });
    const settled = await settle(world, durable, { incident: seen, look, hypotheses: first });
    await durable.step('settle', () => showSettled(world, { incident: seen, look, settled, status }));

    if (look.ranking.outcome === 'nothing-wrong') return closeQuiet(world, durable, { incident: seen, look });
    await propose(world, durable, { incident: seen, look, settled, status });
  };

async function greet(world: World, incident: Incident): Promise<void> {
  await post(world, {
    place: incident.place,
    card: greetingCard(incident),
    key: `greeting:${incident.id}`,
    incident: incident.id,
  });
}

/** Moves the incident to a phase, audited, once. */
export function enter(world: World, durable: Durable, { id, phase }: { id: IncidentId; phase: Phase }): Promise<void> {
  return durable.step(`phase-${phase}`, () => recordPhase(world, id, phase));
}

export async function recordPhase(world: World, id: IncidentId, phase: Phase): Promise<void> {
  await world.store.transact(async (transaction) => {
    await world.store.setPhase(transaction, id, phase);
    await world.store.audit(transaction, {
      kind: 'incident.phase',
      incident: id,
      actor: 'causeway',
      atMs: world.clock.nowMs(),
      body: { phase },
    });
  });
}

function postStatus(world: World, state: StatusState): Promise<MessageRef> {
  const { incident } = state;
  const card = statusCard(statusView(world, state));
  return post(world, { place: incident.place, card, key: `status:${incident.id}`, incident: incident.id });
}

async function showFirstCard(
  world: World,
  { incident, look, status }: { incident: Incident; look: FirstLook; status: MessageRef },
): Promise<readonly Hypothesis[]> {
  const { store, clock } = world;
  const evidence = await store.evidence(incident.id);
  const hypotheses = compileHypotheses(look.ranking, { evidence, changes: look.telemetry.changes });
  await store.transact(async (transaction) => {
    await store.setSymptom(transaction, incident.id, incident.symptom, incident.onsetMs);
    await store.saveHypotheses(transaction, incident.id, hypotheses);
    const { outcome, because, onsetMs, before, after, causes, unusable } = look.ranking;
    await store.audit(transaction, {
      kind: 'engine.ranking',
      incident: incident.id,
      actor: 'causeway',
      atMs: clock.nowMs(),
      body: {
        outcome,
        because,
        onsetMs,
        before,
        after,
        unusable: [...unusable],
        causes: causes.slice(0, 5).map(({ entity, kind, change, score }) => ({ entity, kind, change, score })),
      },
    });
  });
  await store.saveGaps(incident.id, look.gaps);
  await update(world, status, statusCard(statusView(world, { incident, look, hypotheses })));
  await store.audit(null, {
    kind: 'message.posted',
    incident: incident.id,
    actor: 'causeway',
    atMs: clock.nowMs(),
    body: { key: `first-card:${incident.id}`, card: 'status', message: status.id },
  });
  return hypotheses;
}

async function showSettled(
  world: World,
  { incident, look, settled, status }: { incident: Incident; look: FirstLook; settled: Settled; status: MessageRef },
): Promise<void> {
  const { hypotheses } = settled;
  await recordVerdict(world, incident, settled);
  const thread = threadOf(status);
  const ledger = await world.store.evidence(incident.id);
  for (const id of cited(hypotheses)) {
    const evidence = ledger.find((item) => item.id === id);
    if (!evidence) continue;
    const card = evidenceCard(evidence, hypotheses, incidentUrl(world, incident.id));
    await post(world, { place: thread, card, key: `evidence:${incident.id}:${id}`, incident: incident.id });
  }
  if (hypotheses.length > 0) {
    const missed =
      hypotheses[0]?.word === 'Confirmed' ? null : missedBar(caseOf(hypotheses, ledger, settled.challenge));
    const card = hypothesesCard(hypotheses, missed, settled.dropped);
    await post(world, { place: thread, card, key: `hypotheses:${incident.id}`, incident: incident.id });
  }
  await update(world, status, statusCard(statusView(world, { incident, look, hypotheses, label: settled.label })));
}

/** Evidence worth a reply: what the first two hypotheses cite, eight items at most. */
const cited = (hypotheses: readonly Hypothesis[]) =>
  [
    ...new Set(
      hypotheses
        .slice(0, 2)
        .flatMap(({ supports, refutes }) => [...supports.slice(0, 4), ...refutes.slice(0, 2)])
        .map(({ evidence }) => evidence),
    ),
  ].slice(0, 8);

async function recordVerdict(world: World, incident: Incident, settled: Settled): Promise<void> {
  await world.store.transact(async (transaction) => {
    await world.store.saveHypotheses(transaction, incident.id, settled.hypotheses);
    await world.store.audit(transaction, {
      kind: 'verdict',
      incident: incident.id,
      actor: 'causeway',
      atMs: world.clock.nowMs(),
      body: {
        label: settled.label,
        dropped: settled.dropped,
        hypotheses: settled.hypotheses.map(({ id, kind, entity, word, score, supports }) => ({
          id,
          kind,
          entity,
          word,
          score,
          evidence: supports.map(({ evidence }) => evidence),
        })),
      },
    });
  });
  await recordPhase(world, incident.id, 'settled');
}

/** "Nothing is wrong" is an answer: say it once at top level and close. */
async function closeQuiet(
  world: World,
  durable: Durable,
  { incident, look }: { incident: Incident; look: FirstLook },
): Promise<void> {
  await durable.step('resolution', async () => {
    const card = resolutionCard({
      incident,
      verdict: 'nothing-wrong',
      before: look.ranking.before,
      after: look.ranking.after,
      cause: look.ranking.because,
      mitigatedAtMs: null,
      url: incidentUrl(world, incident.id),
    });
    await post(world, { place: incident.place, card, key: `resolution:${incident.id}`, incident: incident.id });
  });
  await enter(world, durable, { id: incident.id, phase: 'closed' });
}
