import type { Entity, Memory } from '../telemetry.ts';
import { type AlertFacts, isOfOneOperation } from './alert-facts.ts';

/** Alerts long after the first one are more often its consequences. */
const fadeMs = 180_000;
/** What one instance weighs for the service it is one of: two alike weigh about as much as one of them alone. */
const shareOfInstance = 0.4;
/** Rarer than proportional: one alert that never fires outweighs several that often do. */
const sharpness = 1.5;

export type Rarity = {
  readonly score: number;
  /** Kinds by weight, heaviest first, at most three. */
  readonly rarest: readonly { readonly kind: string; readonly weight: number }[];
};

export type Past = {
  readonly incidents: number;
  readonly seen: (entity: string, kind: string) => number;
};

export const keyOf = (entity: string, kind: string): string => `${entity}\t${kind}`;

export const pastOf = (memory: Memory): Past => ({
  incidents: memory.incidents,
  seen: (entity, kind) => memory.seen[keyOf(entity, kind)] ?? 0,
});

/**
 * Rarity times onset order: every kind of alert weighs by how seldom that entity raised it in past incidents (inverse
 * document frequency), fading with the time since the first alert of the incident. Single operations are left out: there
 * are so many that each is rare. Without a past: how few entities of its sort raise that kind now. A service gains a
 * share of its instances' weights.
 */
export function scoreRarity(
  facts: AlertFacts,
  entities: readonly Entity[],
  past: Past | null,
): ReadonlyMap<string, Rarity> {
  const weigh = past === null ? withinIncident(facts, entities) : overPast(past);
  const startMs = startOf(facts);
  const own = new Map<string, Rarity>();
  for (const [entity, kinds] of facts) {
    const weights = [...kinds].map(([kind, { firstMs }]) => {
      const fade = firstMs === null ? 1 : Math.exp(-(firstMs - startMs) / fadeMs);
      const weight = isOfOneOperation(kind) ? 0 : weigh(entity, kind);
      return { kind, weight: weight ** sharpness * fade };
    });
    own.set(entity, rarityOf(weights));
  }
  return withInstances(own, entities);
}

const rarityOf = (weights: Rarity['rarest']): Rarity => ({
  score: weights.reduce((sum, { weight }) => sum + weight, 0),
  rarest: heaviest(weights),
});

const heaviest = (weights: Rarity['rarest']): Rarity['rarest'] =>
  weights
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, 3);

/** When the first alert with a known time fired; 0 when none has one. */
export function startOf(facts: AlertFacts): number {
  const times = [...facts.values()].flatMap((kinds) => [...kinds.values()].flatMap(({ firstMs }) => firstMs ?? []));
  return times.length === 0 ? 0 : times.reduce((least, time) => Math.min(least, time));
}

type Weigh = (entity: string, kind: string) => number;

const overPast =
  ({ incidents, seen }: Past): Weigh =>
  (entity, kind) =>
    Math.max(0, Math.log((incidents + 1) / (seen(entity, kind) + 0.5)));

/** Among entities of its own sort: a host is compared with hosts. */
function withinIncident(facts: AlertFacts, entities: readonly Entity[]): Weigh {
  const sorts = new Map(entities.map(({ id, kind }) => [id, kind]));
  const sizes = new Map<string, number>();
  const raisedBy = new Map<string, number>();
  const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { kind } of entities) count(sizes, kind);
  for (const [entity, kinds] of facts) for (const kind of kinds.keys()) count(raisedBy, `${sorts.get(entity)} ${kind}`);
  return (entity, kind) => {
    const peers = sizes.get(sorts.get(entity) ?? '') ?? 1;
    return Math.max(0, Math.log((peers + 1) / (raisedBy.get(`${sorts.get(entity)} ${kind}`) ?? 1)));
  };
}

function withInstances(own: Map<string, Rarity>, entities: readonly Entity[]): ReadonlyMap<string, Rarity> {
  const total = new Map(own);
  for (const { id, partOf } of entities) {
    const rarity = own.get(id);
    if (partOf === undefined || rarity === undefined) continue;
    const sum = total.get(partOf) ?? { score: 0, rarest: [] };
    const shared = rarity.rarest.map(({ kind, weight }) => ({ kind, weight: shareOfInstance * weight }));
    const rarest = heaviest([...sum.rarest, ...shared]);
    total.set(partOf, { score: sum.score + shareOfInstance * rarity.score, rarest });
  }
  return total;
}
