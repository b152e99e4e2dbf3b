import { type AlertFacts, modalityOf } from '../alerts/alert-facts.ts';
import { type Rarity, startOf } from '../alerts/alert-rarity.ts';
import type { Entity } from '../telemetry.ts';

/** What is known of one candidate, as numbers by name. Names carry kinds of alert and relations, rarely entities. */
export type Features = ReadonlyMap<string, number>;

export type Incident = {
  readonly facts: AlertFacts;
  readonly entities: readonly Entity[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  readonly rarity: ReadonlyMap<string, Rarity>;
};

const fadeMs = 300_000;
const modalities = ['metric', 'log', 'trace'] as const;

/**
 * Features of every candidate, relative to the rest of the incident: which kinds of alert it raised and how early, who
 * else did, whether its siblings did too, what its neighbours raised, how rare its alerts are. The few that name an
 * entity hold what is usual there.
 */
export function describeCandidates(incident: Incident): ReadonlyMap<string, Features> {
  const context = surroundings(incident);
  return new Map(incident.entities.map((entity) => [entity.id, describe(context, entity)]));
}

type Context = Incident & {
  readonly startMs: number;
  /** How many entities raised a kind, and by how many names in all. */
  readonly raised: ReadonlyMap<string, { readonly entities: number; readonly names: number }>;
  readonly alertsIn: ReadonlyMap<string, number>;
  readonly siblings: ReadonlyMap<string, readonly string[]>;
  readonly callees: ReadonlyMap<string, ReadonlySet<string>>;
  readonly highest: number;
};

type Write = (name: string, value: number) => void;
type Describe = (context: Context, entity: Entity, write: Write) => void;

function describe(context: Context, entity: Entity): Features {
  const features = new Map<string, number>();
  const write: Write = (name, value) => void features.set(name, (features.get(name) ?? 0) + value);
  for (const part of [ownAlerts, modalityShares, againstSiblings, ofInstances, ofCallees, standing]) {
    part(context, entity, write);
  }
  return features;
}

const kindsOf = (context: Context, id: string) => context.facts.get(id) ?? new Map<string, never>();

const ownAlerts: Describe = (context, { id, kind: type }, write) => {
  for (const [kind, { firstMs, names }] of kindsOf(context, id)) {
    const raised = context.raised.get(kind) ?? { entities: 1, names };
    write(`own ${kind}`, firstMs === null ? 1 : Math.exp(-(firstMs - context.startMs) / fadeMs));
    write(`share ${type} ${kind}`, 1 / raised.entities);
    if (raised.entities === 1) write(`alone ${kind}`, 1);
    if (names !== raised.names) write(`names ${kind}`, names / raised.names);
    write(`at ${id} ${kind}`, 1);
    if (names > 1) write(`many ${kind}`, Math.log(names));
  }
};

const modalityShares: Describe = (context, { id }, write) => {
  for (const modality of modalities) {
    const all = context.alertsIn.get(modality) ?? 0;
    const own = [...kindsOf(context, id)].filter(([kind]) => modalityOf(kind) === modality);
    const names = own.reduce((sum, [, fact]) => sum + fact.names, 0);
    if (names === 0) write(`silent ${modality}`, 1);
    if (all > 0) write(`part ${modality}`, (names / all) * (context.entities.length / 5));
  }
};

const againstSiblings: Describe = (context, entity, write) => {
  const siblings = (context.siblings.get(entity.partOf ?? '') ?? []).filter((id) => id !== entity.id);
  const own = [...kindsOf(context, entity.id).keys()];
  for (const sibling of siblings) {
    const other = [...kindsOf(context, sibling).keys()];
    for (const kind of without(own, other)) write(`unlike sibling ${kind}`, 1 / siblings.length);
    for (const kind of without(other, own)) write(`sibling only ${kind}`, 1 / siblings.length);
  }
};

function without(kinds: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return kinds.filter((kind) => !known.has(kind));
}

const ofInstances: Describe = (context, { id }, write) => {
  const instances = context.siblings.get(id) ?? [];
  const counts = new Map<string, number>();
  for (const instance of instances) {
    for (const kind of kindsOf(context, instance).keys()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  for (const [kind, count] of counts) {
    write(`instances ${kind}`, count / instances.length);
    if (count === instances.length) write(`every instance ${kind}`, 1);
  }
};

const ofCallees: Describe = (context, { id }, write) => {
  const callees = context.callees.get(id) ?? new Set<string>();
  for (const callee of callees) {
    for (const kind of kindsOf(context, callee).keys()) write(`callee ${kind}`, 1 / callees.size);
  }
};

const standing: Describe = (context, { id, kind }, write) => {
  const score = context.rarity.get(id)?.score ?? 0;
  write('rarity', context.highest > 0 ? (3 * score) / context.highest : 0);
  if (score > 0 && score === context.highest) write('rarest', 1);
  write(`is ${id}`, 1);
  write(`is a ${kind}`, 1);
};

function surroundings(incident: Incident): Context {
  const raised = new Map<string, { entities: number; names: number }>();
  const alertsIn = new Map<string, number>();
  for (const [kind, { names }] of [...incident.facts.values()].flatMap((kinds) => [...kinds])) {
    const sum = raised.get(kind) ?? { entities: 0, names: 0 };
    raised.set(kind, { entities: sum.entities + 1, names: sum.names + names });
    alertsIn.set(modalityOf(kind), (alertsIn.get(modalityOf(kind)) ?? 0) + names);
  }
  const siblings = Map.groupBy(
    incident.entities.filter(({ partOf }) => partOf !== undefined),
    ({ partOf }) => partOf ?? '',
  );
  const calls = Map.groupBy(
    incident.edges.filter(({ from, to }) => from !== to),
    ({ from }) => from,
  );
  return {
    ...incident,
    startMs: startOf(incident.facts),
    raised,
    alertsIn,
    siblings: new Map([...siblings].map(([id, list]) => [id, list.map((one) => one.id)])),
    callees: new Map([...calls].map(([id, list]) => [id, new Set(list.map(({ to }) => to).toSorted())])),
    highest: Math.max(0, ...incident.entities.map(({ id }) => incident.rarity.get(id)?.score ?? 0)),
  };
}
