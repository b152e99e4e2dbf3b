import { compareText } from '../order.ts';
import type { FiredAlert, Telemetry } from '../telemetry.ts';

/** One kind of alert on one entity: when it first fired, and by how many distinct names. */
export type AlertFact = { readonly firstMs: number | null; readonly names: number };

/** Entity to kind to fact. */
export type AlertFacts = ReadonlyMap<string, ReadonlyMap<string, AlertFact>>;

/**
 * The kinds of alert each entity raised. A kind names no entity: an alert about calls becomes one kind at the caller
 * and another at the called side, each with its operation and without, so that what is learned on one service holds
 * for the next.
 */
export function gatherFacts(telemetry: Pick<Telemetry, 'alerts'>): AlertFacts {
  const drafts = new Map<string, Map<string, { firstMs: number | null; names: Set<string> }>>();
  for (const alert of telemetry.alerts ?? []) {
    for (const { entity, kind } of placesOf(alert)) {
      const kinds = drafts.get(entity) ?? new Map();
      drafts.set(entity, kinds);
      const fact = kinds.get(kind) ?? { firstMs: null, names: new Set<string>() };
      fact.firstMs = earlier(fact.firstMs, alert.atMs);
      kinds.set(kind, { ...fact, names: fact.names.add(alert.name) });
    }
  }
  return new Map(inOrder(drafts).map(([entity, kinds]) => [entity, countNames(kinds)]));
}

type Drafts = ReadonlyMap<string, { readonly firstMs: number | null; readonly names: ReadonlySet<string> }>;

const countNames = (kinds: Drafts): ReadonlyMap<string, AlertFact> =>
  new Map(inOrder(kinds).map(([kind, { firstMs, names }]) => [kind, { firstMs, names: names.size }]));

/** By key, so that sums do not depend on the order of the document. */
const inOrder = <Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] =>
  [...map].toSorted(([a], [b]) => compareText(a, b));

const earlier = (a: number | null, b: number | null): number | null => {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
};

type Place = { readonly entity: string; readonly kind: string };

function placesOf(alert: FiredAlert): readonly Place[] {
  const { entity, peer, modality, direction } = alert;
  const name = familyOf(alert.name);
  if (modality !== 'trace') return [{ entity, kind: `${modality} ${name} ${direction}` }];
  const at = (place: string, role: string): readonly Place[] => [
    { entity: place, kind: `trace ${role} ${name} ${direction}` },
    { entity: place, kind: `trace ${role} * ${direction}` },
  ];
  if (peer === undefined || peer === entity) return at(entity, 'inside');
  return [...at(entity, 'calling'), ...at(peer, 'called')];
}

/** Numbered siblings, such as processor cores, are one family; addresses say where, not what. A bare number is a name. */
function familyOf(name: string): string {
  const path = name.replace(/^https?:\/\/[^/]*/u, '');
  return /[a-z]/iu.test(path) ? path.replace(/\d+/gu, '#') : path;
}

/** The part of a kind before its name: metric, log or trace. */
export const modalityOf = (kind: string): string => kind.slice(0, kind.indexOf(' '));

/** Whether a kind is about calls of one operation, rather than about calls at all. */
export const isOfOneOperation = (kind: string): boolean => /^trace \S+ (?!\* )/u.test(kind);
