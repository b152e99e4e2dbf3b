import { gatherFacts } from '../alerts/alert-facts.ts';
import { keyOf, type Past, scoreRarity } from '../alerts/alert-rarity.ts';
import type { Memory, Telemetry } from '../telemetry.ts';
import { fitChoice } from './fit-choice.ts';
import { describeCandidates } from './incident-features.ts';

/** One past incident: what was seen, and the entity people found to be its cause; null when nobody found it. */
export type PastIncident = {
  readonly telemetry: Pick<Telemetry, 'entities' | 'alerts' | 'edges'>;
  readonly cause: string | null;
};

/**
 * Remembers past incidents: how often each entity raised each kind of alert, and from those with a known cause, which
 * features tell a cause from a bystander (`describeCandidates`, `fitChoice`). A linear model on alerts comes close to
 * supervised graph networks (Xie et al. 2024). Deterministic; the order of `past` matters only to rounding.
 */
export function learn(past: readonly PastIncident[]): Memory {
  const facts = past.map(({ telemetry }) => gatherFacts(telemetry));
  const seen = new Map<string, number>();
  for (const [entity, kinds] of facts.flatMap((one) => [...one])) {
    for (const kind of kinds.keys()) seen.set(keyOf(entity, kind), (seen.get(keyOf(entity, kind)) ?? 0) + 1);
  }
  /** An incident must not make its own alerts look known. */
  const others: Past = {
    incidents: past.length - 1,
    seen: (entity, kind) => (seen.get(keyOf(entity, kind)) ?? 1) - 1,
  };
  const choices = past.flatMap(({ telemetry, cause }, at) => {
    const entities = telemetry.entities ?? [];
    const own = facts[at] ?? new Map();
    const rarity = scoreRarity(own, entities, others);
    const described = describeCandidates({ facts: own, entities, edges: telemetry.edges, rarity });
    const chosen = entities.findIndex(({ id }) => id === cause);
    return chosen === -1 ? [] : [{ candidates: entities.flatMap(({ id }) => described.get(id) ?? []), chosen }];
  });
  const weights = choices.length === 0 ? [] : [...fitChoice(choices)].filter(([, weight]) => Math.abs(weight) > 1e-6);
  return { version: 1, incidents: past.length, seen: Object.fromEntries(seen), weights: Object.fromEntries(weights) };
}
