import type { Json } from '../core/json.ts';
import { type Ledger, postmortemJson } from '../core/postmortem.ts';
import { postmortemMarkdown } from '../core/postmortem-markdown.ts';
import { redacted } from './redacted.ts';
import { requireIncident } from './require-incident.ts';
import type { World } from './world.ts';

/** Compiles the postmortem of an incident from its ledger. Reads only; the same ledger gives the same text. */
export async function compilePostmortem(world: World, id: string): Promise<{ markdown: string; json: Json }> {
  const ledger = await ledgerOf(world, id);
  const { json: markdown } = await redacted(world.redactor, postmortemMarkdown(ledger));
  const { json } = await redacted(world.redactor, postmortemJson(ledger));
  return { markdown, json };
}

async function ledgerOf(world: World, id: string): Promise<Ledger> {
  const { store, catalogue, settings } = world;
  const incident = await requireIncident(world, id);
  return {
    incident,
    evidence: await store.evidence(incident.id),
    hypotheses: await store.hypotheses(incident.id),
    gaps: await store.gaps(incident.id),
    plans: await store.plansOf(incident.id),
    audit: await store.auditRows({ incident: incident.id }),
    names: Object.fromEntries(catalogue.people.map(({ id: person, name }) => [person, name])),
    webUrl: settings.webUrl,
  };
}
