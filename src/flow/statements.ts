/** What people say in an incident's channel, as evidence: it can be cited as that, and proves nothing alone. */
import { canonicalJson, sha256Hex } from '../core/digest.ts';
import type { Evidence } from '../core/evidence.ts';
import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { taint } from '../core/tainted.ts';
import { peopleSource } from '../core/verdict.ts';
import { incidentUrl, type World } from './world.ts';

/** Asked again and again: everything said so far, oldest first, each kept in the ledger once. */
export function statementReader(world: World, incident: Incident): () => Promise<readonly Evidence[]> {
  const known = new Map<string, Evidence>();
  return async () => {
    for (const said of await allSaid(world, incident.id)) {
      if (!known.has(said.key)) known.set(said.key, await keep(world, incident, said));
    }
    return [...known.values()];
  };
}

/** Whether the audit log still holds what a statement was kept from. */
export async function isStillSaid(world: World, { incident, sha256 }: Evidence): Promise<boolean> {
  const said = await allSaid(world, incident);
  return said.some((each) => sha256Hex(canonicalJson(resultOf(each))) === sha256);
}

async function allSaid(world: World, incident: string): Promise<readonly Said[]> {
  const rows = await world.store.auditRows({ incident, kind: 'human.statement' });
  return rows.flatMap(({ actor, atMs, body: { text, key } }) =>
    typeof text === 'string' && typeof key === 'string' ? [{ text, actor, atMs, key }] : [],
  );
}

const resultOf = ({ text, actor, atMs }: Said): Json => ({ said: text, by: actor, atMs });

type Said = { readonly text: string; readonly actor: string; readonly atMs: number; readonly key: string };

function keep(world: World, incident: Incident, said: Said): Promise<Evidence> {
  const { text, actor, atMs, key } = said;
  const person = world.catalogue.people.find(({ id }) => id === actor);
  const result = resultOf(said);
  const canonical = canonicalJson(result);
  return world.store.addEvidence(incident.id, `statement:${key}`, {
    tool: 'statement',
    source: peopleSource,
    input: { statement: key },
    query: 'message in the incident channel',
    window: { fromMs: atMs, toMs: atMs + 1 },
    provenance: person ? 'C' : 'D',
    result,
    sha256: sha256Hex(canonical),
    bytes: Buffer.byteLength(canonical),
    redactions: 0,
    link: incidentUrl(world, incident.id),
    headline: [`${person?.name ?? 'Somebody outside the directory'} said: `, taint(text)],
    chart: null,
    truncated: false,
    takenAtMs: atMs,
  });
}
