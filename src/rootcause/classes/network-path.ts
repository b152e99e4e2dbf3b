import { clampUnit } from '../metrics/robust.ts';
import { type EdgeView, type Picture, type ServiceView, worstOfRole } from '../picture.ts';
import type { Reason } from '../ranking.ts';
import { edgeReason, logReason } from '../sentences.ts';
import { type ClassCandidate, type Detector, nearness, strengthOf } from './failure-class.ts';

/**
 * Calls are lost or slow under way: the caller sees it and the called side, which reports its own latency and errors,
 * does not. Where every call of one service suffers alike, it is that service's way out; where every caller of one
 * service suffers, its way in. A service that lacks processor time looks the same from outside and is left out.
 */
export const detectNetworkPath: Detector = (picture, suspicions) =>
  [...picture.services.values()].flatMap((view) => {
    const found = [wayOut(picture, view), wayIn(picture, view)].filter((one) => one !== null);
    return found.map((one) => ({ ...one, score: one.score * nearness(suspicions, one.entity) }));
  });

/** What is lost on the way out is no failure of the provider it was meant for, unless others miss it too. */
export function withoutLostCalls(
  { services }: Picture,
  candidates: readonly ClassCandidate[],
): readonly ClassCandidate[] {
  const lost = new Map(candidates.flatMap((one) => (isPath(one) ? [[one.entity, one.score] as const] : [])));
  return candidates.map((candidate) => {
    if (candidate.kind !== 'dependency-failure' || candidate.topic !== null) return candidate;
    const ill = (services.get(candidate.entity)?.inbound ?? []).filter(({ severity }) => severity > calmUpTo);
    const excuse = Math.min(...ill.map(({ from }) => lost.get(from) ?? 0));
    return ill.length === 0 ? candidate : { ...candidate, score: candidate.score * (1 - 0.8 * excuse) };
  });
}

/** Told by calls alone; name resolution, told by its words, is the other kind of network trouble. */
export const isPath = ({ kind, topic }: ClassCandidate): boolean => kind === 'network' && topic === null;

const illFrom = 0.3;
const calmUpTo = 0.15;

/** It reports latency or errors, and they are as usual. */
function isCalm(picture: Picture, id: string): boolean {
  const view = picture.services.get(id);
  if (view === undefined) return false;
  const felt = [worstOfRole(view, 'latency'), worstOfRole(view, 'errors')].filter((one) => one !== null);
  return felt.length > 0 && felt.every(({ severity }) => severity < calmUpTo);
}

/** Others reach it as before. */
const isWellFor = (picture: Picture, id: string, caller: string): boolean => {
  const others = (picture.services.get(id)?.inbound ?? []).filter(({ from }) => from !== caller);
  return others.length > 0 && others.every(({ severity }) => severity < calmUpTo);
};

const starved = (view: ServiceView): boolean =>
  view.deviations.some(({ meaning, severity }) => meaning.role === 'resource' && severity > 0.4) ||
  (worstOfRole(view, 'restarts')?.severity ?? 0) > 0.3;

const least = (edges: readonly EdgeView[]): number => Math.min(...edges.map(({ severity }) => severity));

function wayOut(picture: Picture, view: ServiceView): ClassCandidate | null {
  const { outbound } = view;
  if (outbound.length < 2 || least(outbound) < illFrom || starved(view)) return null;
  const innocent = outbound.filter(({ to }) => isCalm(picture, to) || isWellFor(picture, to, view.id));
  if (innocent.length === 0) return null;
  return lostOn(view, outbound, {
    share: innocent.length / outbound.length,
    mechanism: `Calls out of ${view.id} suffer whatever they call, and what is called does not show it: its way out loses them.`,
  });
}

function wayIn(picture: Picture, view: ServiceView): ClassCandidate | null {
  const { inbound } = view;
  if (inbound.length < 2 || least(inbound) < illFrom || !isCalm(picture, view.id) || starved(view)) return null;
  return lostOn(view, inbound, {
    share: 1,
    mechanism: `Calls into ${view.id} suffer from every caller, and ${view.id} does not show it: they are lost under way.`,
  });
}

type Path = { readonly share: number; readonly mechanism: string };

function lostOn(view: ServiceView, edges: readonly EdgeView[], { share, mechanism }: Path): ClassCandidate {
  const worst = edges.toSorted((a, b) => b.severity - a.severity);
  const lines = [...view.logs, ...view.blamedBy].filter(
    (line) => line.change !== 'vanished' && (line.topic === 'unreachable' || line.topic === 'timeout'),
  );
  const said = strengthOf(lines.toSorted((a, b) => b.severity - a.severity));
  const reasons: readonly Reason[] = [...worst.slice(0, 3).map(edgeReason), ...lines.slice(0, 2).map(logReason)];
  return {
    entity: view.id,
    kind: 'network',
    score: clampUnit((0.35 + 0.5 * least(edges)) * (0.6 + 0.4 * share) * (0.75 + 0.25 * said)),
    topic: null,
    mechanism,
    wrongIf: `Calls over the same path from elsewhere, or packets on it, get through as before.`,
    reasons,
  };
}
