/** What the incident established for runbook inputs: kept when a remedy is looked for, filled into forms later. */
import { z } from 'zod';
import type { Hypothesis } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import { restrictedToPerson } from '../core/readers.ts';
import { type RunbookFacts, runbookFacts, runbookFactsOf } from '../core/runbook-facts.ts';
import type { Telemetry } from '../rootcause/telemetry.ts';
import type { Round } from './round.ts';
import type { Asker } from './runbook-standing.ts';
import { tapeKey, tapeRound } from './tape.ts';
import type { World } from './world.ts';

const tapeName = 'runbook-facts';
const keptFacts = z.object({ facts: z.partialRecord(z.enum(runbookFacts), z.string()), cites: z.array(z.string()) });

type Found = {
  readonly incident: Incident;
  readonly round: Round;
  readonly lead: Hypothesis;
  readonly telemetry: Telemetry;
};

/** With the evidence the cause rests on: who may not read that is not told what follows from it. */
export async function keepFacts(world: World, { incident, round, lead, telemetry }: Found): Promise<void> {
  const facts = runbookFactsOf({ lead, catalogue: world.catalogue, telemetry });
  await world.store.keepOnTape(incident.id, tapeKey(tapeRound(round), tapeName), { facts, cites: citedBy(lead) });
}

const citedBy = ({ supports }: Hypothesis): string[] => supports.map(({ evidence }) => evidence);

/** Of the newest look, as far as this person may read what it rests on. */
export async function suggestedFacts(world: World, { incident, person }: Asker): Promise<RunbookFacts> {
  const { facts, cites } = await factsOf(world, incident);
  const restricted = restrictedToPerson(await world.store.evidence(incident.id), world.catalogue, person.id);
  return [...restricted.keys()].some((id) => cites.includes(id)) ? {} : facts;
}

type Kept = { readonly facts: RunbookFacts; readonly cites: readonly string[] };

/** Before a remedy was looked for, and after the tape was destroyed: what the leading cause alone says. */
async function factsOf({ store, catalogue }: World, { id }: Incident): Promise<Kept> {
  const entries = await store.tape(id);
  const kept = keptFacts.safeParse(entries.findLast(({ key }) => key.endsWith(`/${tapeName}`))?.document);
  if (kept.success) return { facts: definedOf(kept.data.facts), cites: kept.data.cites };
  const [lead] = await store.hypotheses(id);
  if (!lead) return { facts: {}, cites: [] };
  const telemetry = { changes: [], series: [], logs: [] };
  return { facts: runbookFactsOf({ lead, catalogue, telemetry }), cites: citedBy(lead) };
}

const definedOf = (facts: { readonly [name: string]: string | undefined }): RunbookFacts =>
  Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
