import type { EvidenceId } from '../../core/evidence.ts';
import { softmax } from '../memory/fit-choice.ts';
import { describeCandidates, type Features } from '../memory/incident-features.ts';
import { clampUnit } from '../metrics/robust.ts';
import { compareText } from '../order.ts';
import type { Reason } from '../ranking.ts';
import type { Entity, FiredAlert, Memory, Telemetry } from '../telemetry.ts';
import { type AlertFacts, gatherFacts } from './alert-facts.ts';
import { pastOf, type Rarity, scoreRarity } from './alert-rarity.ts';

/** An entity that its alerts point to. */
export type AlertCandidate = {
  readonly entity: string;
  readonly isHost: boolean;
  /** 0 to 1. */
  readonly score: number;
  readonly reasons: readonly Reason[];
};

/**
 * Entities by what their alerts say, best first: by rarity and onset order, and where past incidents have known causes
 * by what set causes apart in them.
 */
export function rankAlerts(telemetry: Telemetry): readonly AlertCandidate[] {
  const facts = gatherFacts(telemetry);
  if (facts.size === 0) return [];
  const entities = entitiesOf(telemetry, facts);
  const memory = telemetry.memory ?? null;
  const rarity = scoreRarity(facts, entities, memory === null ? null : pastOf(memory));
  const scene: Scene = { facts, entities, rarity, telemetry, evidence: citeEvidence(telemetry.alerts ?? []) };
  const scored = memory === null || isEmpty(memory.weights) ? byRarity(scene) : byMemory(scene, memory);
  return scored.toSorted((a, b) => b.score - a.score);
}

type Scene = {
  readonly facts: AlertFacts;
  readonly entities: readonly Entity[];
  readonly rarity: ReadonlyMap<string, Rarity>;
  readonly telemetry: Telemetry;
  readonly evidence: ReadonlyMap<string, readonly EvidenceId[]>;
};

const isEmpty = (record: object): boolean => Object.keys(record).length === 0;

/** Those listed; when none is, whatever raised an alert. Always in the same order. */
function entitiesOf({ entities = [] }: Telemetry, facts: AlertFacts): readonly Entity[] {
  const listed = entities.length > 0 ? entities : [...facts.keys()].map((id): Entity => ({ id, kind: 'service' }));
  return listed.toSorted((a, b) => compareText(a.id, b.id));
}

function byRarity(scene: Scene): readonly AlertCandidate[] {
  const highest = Math.max(0, ...scene.entities.map(({ id }) => scene.rarity.get(id)?.score ?? 0));
  if (highest === 0) return [];
  /** Without a past, what is usual is unknown. */
  const trust = scene.telemetry.memory === undefined ? 0.5 : 0.75;
  return scene.entities.map(({ id, kind }) => {
    const own = scene.rarity.get(id) ?? { score: 0, rarest: [] };
    const score = clampUnit((trust * own.score) / highest);
    return { entity: id, isHost: kind === 'host', score, reasons: [rarityReason(scene, id, score)] };
  });
}

function byMemory(scene: Scene, memory: Memory): readonly AlertCandidate[] {
  const { facts, entities, rarity } = scene;
  const described = describeCandidates({ facts, entities, edges: scene.telemetry.edges, rarity });
  const features = entities.map(({ id }): Features => described.get(id) ?? new Map());
  const shares = softmax(features.map((one) => weighAll(one, memory).reduce((sum, { worth }) => sum + worth, 0)));
  return entities.map(({ id, kind }, at) => {
    const share = shares[at] ?? 0;
    const reasons = [memoryReason(scene, features[at] ?? new Map(), { id, share }), rarityReason(scene, id, share)];
    return { entity: id, isHost: kind === 'host', score: Math.cbrt(share), reasons };
  });
}

const weighAll = (features: Features, { weights }: Memory) =>
  [...features].map(([name, value]) => ({ name, worth: value * (weights[name] ?? 0) }));

function memoryReason(
  { telemetry, evidence }: Scene,
  features: Features,
  { id, share }: { id: string; share: number },
): Reason {
  const { memory } = telemetry;
  const worths = memory === undefined ? [] : weighAll(features, memory);
  const best = worths.toSorted((a, b) => b.worth - a.worth).filter(({ worth }) => worth > 0.05);
  const named = best.slice(0, 3).map(({ name, worth }) => `${name} (+${worth.toFixed(2)})`);
  const because = named.length === 0 ? 'nothing about it stands out' : named.join(', ');
  const percent = Math.round(100 * share);
  return {
    channel: 'memory',
    score: clampUnit(share),
    says: `By ${memory?.incidents ?? 0} past incidents ${id} is the cause with ${percent} %: ${because}.`,
    evidence: evidence.get(id) ?? [],
  };
}

function rarityReason({ rarity, telemetry, facts, evidence }: Scene, id: string, score: number): Reason {
  const own = rarity.get(id) ?? { score: 0, rarest: [] };
  const kinds = own.rarest.map(({ kind, weight }) => `${kind.trim()} (${weight.toFixed(1)})`).join(', ');
  const past = telemetry.memory === undefined ? 'in this incident' : `in ${telemetry.memory.incidents} past incidents`;
  const count = facts.get(id)?.size ?? 0;
  return {
    channel: 'alerts',
    score: clampUnit(score),
    says:
      own.rarest.length === 0
        ? `${id} raised no alert.`
        : `${id} raised ${count} kinds of alert; early and rarest ${past}: ${kinds}.`,
    evidence: evidence.get(id) ?? [],
  };
}

/** The first three ids for each entity that raised or took part in an alert. */
function citeEvidence(alerts: readonly FiredAlert[]): ReadonlyMap<string, readonly EvidenceId[]> {
  const cited = new Map<string, Set<EvidenceId>>();
  for (const { entity, peer = entity, evidence } of alerts) {
    if (evidence === undefined) continue;
    for (const id of [entity, peer]) cited.set(id, (cited.get(id) ?? new Set()).add(evidence));
  }
  return new Map([...cited].map(([id, ids]) => [id, [...ids].toSorted(compareText).slice(0, 3)]));
}
