/** What one look shows: the living status message, the evidence thread, the ranked causes. */
import { compileHypotheses } from '../core/compile-hypotheses.ts';
import { contradictionWords, findContradictions } from '../core/contradiction.ts';
import type { Evidence } from '../core/evidence.ts';
import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident, Place } from '../core/incident.ts';
import { type Lowering, lowerByRecord } from '../core/track-record.ts';
import { missedBar } from '../core/verdict.ts';
import type { MessageRef } from '../ports.ts';
import { quarantineCard, withDisputes, withRecord } from './cards/disputes.ts';
import { evidenceCard } from './cards/evidence.ts';
import { hypothesesCard } from './cards/hypotheses.ts';
import { statusCard } from './cards/status.ts';
import { caseOf } from './case-of.ts';
import { recordPhase } from './enter-phase.ts';
import type { FirstLook } from './first-look.ts';
import type { Settled } from './investigate.ts';
import { keyOf, type Round } from './round.ts';
import { post, threadOf, update } from './show.ts';
import { type StatusState, statusView } from './status-state.ts';
import { incidentUrl, type World } from './world.ts';

type Shown = {
  readonly incident: Incident;
  readonly round: Round;
  readonly look: FirstLook;
  readonly status: MessageRef;
};

/** The living status message of a round. */
export function postStatus(world: World, state: StatusState & { readonly round: Round }): Promise<MessageRef> {
  const { incident, round } = state;
  const card = statusCard(statusView(world, state));
  return post(world, {
    place: incident.place,
    card,
    key: keyOf(round, `status:${incident.id}`),
    incident: incident.id,
  });
}

/**
 * What the engine made of the first look: stored, audited, and shown as far as its record allows. `name` is `first-card`,
 * or `full-card` after it. Returns the words as the engine has them.
 */
export async function showCauses(
  world: World,
  {
    incident,
    round,
    look,
    status,
    name,
    record,
  }: Shown & {
    readonly name: 'first-card' | 'full-card';
    readonly record: readonly Lowering[];
  },
): Promise<readonly Hypothesis[]> {
  const { store, clock } = world;
  const evidence = await store.evidence(incident.id);
  const hypotheses = compileHypotheses(look.ranking, { evidence, changes: look.telemetry.changes });
  const told = lowerByRecord(hypotheses, record).hypotheses;
  await store.transact(async (transaction) => {
    await store.setSymptom(transaction, incident.id, incident.symptom, incident.onsetMs);
    await store.saveHypotheses(transaction, incident.id, told);
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
  await update(world, status, statusCard(statusView(world, { incident, look, hypotheses: told })));
  // The full card is an edit; the moment of the first is one of the incident's clocks.
  if (name === 'first-card') {
    await store.audit(null, {
      kind: 'message.posted',
      incident: incident.id,
      actor: 'causeway',
      atMs: clock.nowMs(),
      body: { key: keyOf(round, `${name}:${incident.id}`), card: 'status', message: status.id },
    });
  }
  return hypotheses;
}

/** The evidence thread and the verdict. */
export async function showSettled(
  world: World,
  { incident, round, look, settled, status }: Shown & { readonly settled: Settled },
): Promise<void> {
  const { hypotheses } = settled;
  await recordVerdict(world, incident, settled);
  const thread = threadOf(status);
  const ledger = await world.store.evidence(incident.id);
  for (const id of cited(hypotheses)) {
    const evidence = ledger.find((item) => item.id === id);
    if (!evidence) continue;
    const card = evidenceCard(evidence, hypotheses, incidentUrl(world, incident.id));
    await post(world, {
      place: thread,
      card,
      key: keyOf(round, `evidence:${incident.id}:${id}`),
      incident: incident.id,
    });
  }
  await showQuarantine(world, { incident, round, thread, ledger });
  if (hypotheses.length > 0) {
    const missed =
      hypotheses[0]?.word === 'Confirmed' ? null : missedBar(caseOf(hypotheses, ledger, settled.challenge));
    const causes = hypothesesCard(hypotheses, missed, settled.dropped);
    const card = withRecord(withDisputes(causes, findContradictions(ledger)), settled.lowered);
    await post(world, { place: thread, card, key: keyOf(round, `hypotheses:${incident.id}`), incident: incident.id });
  }
  await update(
    world,
    status,
    statusCard(statusView(world, { incident, look, hypotheses, label: settled.label, footer: settled.footer })),
  );
}

type Quarantine = Pick<Shown, 'incident' | 'round'> & { readonly thread: Place; readonly ledger: readonly Evidence[] };

/** Once per look, about what this look read. */
async function showQuarantine(world: World, { incident, round, thread, ledger }: Quarantine): Promise<void> {
  const card = quarantineCard(ledger.filter(({ takenAtMs }) => takenAtMs >= round.atMs));
  if (!card) return;
  await post(world, { place: thread, card, key: keyOf(round, `quarantine:${incident.id}`), incident: incident.id });
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
  const disputes = findContradictions(await world.store.evidence(incident.id)).map(contradictionWords);
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
        disputes,
        lowered: [...settled.lowered],
        ...(settled.nothingWrong === undefined ? {} : { outcome: 'nothing-wrong' }),
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
