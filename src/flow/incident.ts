/**
 * The story of one look at an incident, top to bottom: greet, find the symptom, look first, reason, settle, propose.
 * Approval and everything after it is `remediate.ts`, in a workflow of its own per plan.
 */

import { budgetFor, type Depth } from '../core/depth.ts';
import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident, IncidentId } from '../core/incident.ts';
import type { Durable, MessageRef } from '../ports.ts';
import { greetingCard } from './cards/greeting.ts';
import { resolutionCard } from './cards/receipt.ts';
import { enter } from './enter-phase.ts';
import { type FirstLook, findSymptom, startLook } from './first-look.ts';
import { loweringsNow, type Settled, settle } from './investigate.ts';
import { propose } from './propose.ts';
import type { Reading } from './reads.ts';
import { requireIncident } from './require-incident.ts';
import { type Again, keyOf, type Round, roundOf } from './round.ts';
import { post } from './show.ts';
import { postStatus, showCauses, showSettled } from './show-look.ts';
import { factsOf, tapeRound, tapeSteps } from './tape.ts';
import { tell } from './tell.ts';
import { tellFailure } from './tell-failure.ts';
import { incidentUrl, type World } from './world.ts';

/** `again` is absent for the first look; `depth` where it is the standard one. */
export type IncidentInput = { readonly incident: IncidentId; readonly again?: Again; readonly depth?: Depth };

export const incidentWorkflow =
  (world: World) =>
  async (durable: Durable, input: IncidentInput): Promise<void> => {
    try {
      await investigate(bounded(world, input.depth ?? 'standard'), durable, input);
    } catch (error) {
      const key = `failed:${input.incident}:${input.again?.key ?? ''}`;
      await durable.step('tell-failure', () => tellFailure(world, { incident: input.incident, key }));
      throw error;
    }
  };

/** A replay takes the bounds of the recording as they are. */
const bounded = (world: World, depth: Depth): World => ({
  ...world,
  settings: { ...world.settings, budget: budgetFor(depth, world.settings.budget) },
});

/** Everything between the mention and the proposal; `causeway replay` goes through it again. */
export async function investigate(world: World, steps: Durable, { incident: id, again }: IncidentInput): Promise<void> {
  const durable = tapeSteps(world, steps, { incident: id, round: tapeRound(again) });
  await durable.step('facts', async () => factsOf(world, again));
  const opened = await durable.step('load', () => requireIncident(world, id));
  const round = roundOf(opened, again);
  if (!again) await tell(world, { durable, name: 'greet' }, (still) => greet(still, opened));
  await enter(world, durable, { id, phase: 'looking' });

  const { symptom, reading: monitors } = await findSymptom(world, durable, { incident: opened, round });
  const incident = { ...opened, symptom };
  const status = await tell(world, { durable, name: 'post-status' }, (still) =>
    postStatus(still, { incident, round, look: null, hypotheses: [] }),
  );

  const { look, hypotheses } = await lookAndShow(world, durable, { incident, round, monitors, status });
  const seen: Incident = { ...incident, onsetMs: look.ranking.onsetMs };

  await enter(world, durable, { id, phase: 'reasoning' });
  const settled = await settle(world, durable, { incident: seen, round, look, hypotheses, status });
  const told = withVerdict(look, settled);
  await tell(world, { durable, name: 'settle' }, (still) =>
    showSettled(still, { incident: seen, round, look: told, settled, status }),
  );

  if (told.ranking.outcome === 'nothing-wrong')
    return closeQuiet(world, durable, { incident: seen, round, look: told });
  await propose(world, durable, { incident: seen, round, look, settled, status });
}

/** Nothing is wrong when the engine says so, or when the model showed it and code reads the signal so too. */
function withVerdict(look: FirstLook, { nothingWrong }: Settled): FirstLook {
  if (nothingWrong === undefined) return look;
  return { ...look, ranking: { ...look.ranking, outcome: 'nothing-wrong', because: nothingWrong } };
}

type Looked = { readonly look: FirstLook; readonly hypotheses: readonly Hypothesis[] };

/** The first card waits for no source that hangs; what such a source brings after all is shown and counts from then on. */
async function lookAndShow(
  world: World,
  durable: Durable,
  { incident, round, monitors, status }: { incident: Incident; round: Round; monitors: Reading; status: MessageRef },
): Promise<Looked> {
  const record = durable.step('look-record', () => loweringsNow(world));
  // Awaited below; a step that throws ends the workflow then.
  record.catch(() => undefined);
  const looking = await startLook(world, durable, { incident, round, monitors });
  const show = async (name: 'first-card' | 'full-card', look: FirstLook): Promise<Looked> => {
    const seen = { ...incident, onsetMs: look.ranking.onsetMs };
    const shown = { incident: seen, round, look, status, name, record: await record };
    return { look, hypotheses: await tell(world, { durable, name }, (still) => showCauses(still, shown)) };
  };
  const first = await show('first-card', await looking.most());
  const full = await looking.all();
  return full === first.look ? first : show('full-card', full);
}

async function greet(world: World, incident: Incident): Promise<void> {
  await post(world, {
    place: incident.place,
    card: greetingCard(incident),
    key: `greeting:${incident.id}`,
    incident: incident.id,
  });
}

/** "Nothing is wrong" is an answer: say it once at top level and close. */
async function closeQuiet(
  world: World,
  durable: Durable,
  { incident, round, look }: { incident: Incident; round: Round; look: FirstLook },
): Promise<void> {
  await tell(world, { durable, name: 'resolution' }, async (still) => {
    const card = resolutionCard({
      incident,
      verdict: 'nothing-wrong',
      before: look.ranking.before,
      after: look.ranking.after,
      cause: look.ranking.because,
      mitigatedAtMs: null,
      url: incidentUrl(world, incident.id),
    });
    await post(still, {
      place: incident.place,
      card,
      key: keyOf(round, `resolution:${incident.id}`),
      incident: incident.id,
    });
  });
  await enter(world, durable, { id: incident.id, phase: 'closed' });
}
