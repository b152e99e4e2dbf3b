import { feltSignal, type Likeness, likenessToAlert } from './alert-likeness.ts';
import { type FeltShare, percentileNeed, shareOfFelt, standsOnRates } from './felt-share.ts';
import { isRemoteTopic } from './logs/log-vocabulary.ts';
import type { Deviation } from './metrics/deviation.ts';
import { clampUnit, joinEvidence } from './metrics/robust.ts';
import { type EdgeView, type Picture, reachFrom, type ServiceView, worstOfRole } from './picture.ts';
import type { Reason } from './ranking.ts';
import { edgeReason, logReason, metricReason } from './sentences.ts';
import { fillingTrust, weighWithTraces } from './traces/weigh-with-traces.ts';

/** How much of a service's trouble starts at the service itself, and what the rest is explained by. */
export type Suspicion = {
  readonly service: string;
  /** 0 to 1: evidence that trouble starts here, after dependencies took their share, weighed by distance to the alert. */
  readonly score: number;
  /** 0 to 1: weight of its place in the call graph, seen from the alert. */
  readonly near: number;
  /** 0 to 1: how ill it looks, wherever that comes from. */
  readonly illness: number;
  /** 0 to 1: share of its symptoms that its dependencies explain. */
  readonly explained: number;
  readonly explainedBy: string | null;
  readonly reasons: readonly Reason[];
};

/**
 * Explain-away along the known call graph: a service whose slowness or errors its own dependencies match is a victim
 * (traversal, Hardt et al. 2023). The graph is given, never learned: learned graphs rank no better than chance
 * (Pham et al. ASE 2024).
 */
export function suspectServices(picture: Picture): ReadonlyMap<string, Suspicion> {
  const near = distanceWeights(picture);
  const felt = feltSignal(picture);
  const bearing = { likeness: likenessToAlert(picture, felt), share: shareOfFelt(picture, felt) };
  const suspect = (view: ServiceView): Suspicion =>
    suspectOne(picture, view, { near: near.get(view.id) ?? 1, bearing });
  return new Map([...picture.services.values()].map((view) => [view.id, suspect(view)]));
}

type Part = { readonly weight: number; readonly reason: Reason };

/** How a service's trouble bears on what is felt. */
type Bearing = { readonly likeness: Likeness; readonly share: FeltShare };
type Stand = { readonly near: number; readonly bearing: Bearing };

function suspectOne(picture: Picture, view: ServiceView, { near, bearing }: Stand): Suspicion {
  const explained = explainedShare(picture, view);
  const parts = weighWithTraces(picture.traces, view.id, {
    felt: symptomParts(view, explained.share, bearing),
    others: [
      ...resourceParts(picture, view, explained.share),
      ...logParts(view, explained.share),
      ...inboundParts(view, explained.share),
      ...blameParts(view),
    ],
  }).filter((part) => part.weight > 0.01);
  const illness = Math.max(0, ...view.deviations.map((deviation) => deviation.severity), ...inboundSeverities(view));
  return {
    service: view.id,
    near,
    score: near * gather(parts),
    illness,
    explained: explained.share,
    explainedBy: explained.by,
    reasons: parts.toSorted((a, b) => b.weight - a.weight).map(({ weight, reason }) => ({ ...reason, score: weight })),
  };
}

const inboundSeverities = (view: ServiceView): readonly number[] => view.inbound.map((edge) => edge.severity);

/**
 * Severity per modality, then fused (TORAI, Pham et al. 2025): inside one channel the worst part counts, so that many
 * series are not many witnesses; further channels together close at most a third of the remaining doubt.
 */
function gather(parts: readonly Part[]): number {
  const channels = new Map<string, number>();
  for (const { weight, reason } of parts) {
    channels.set(reason.channel, Math.max(weight, channels.get(reason.channel) ?? 0));
  }
  const [first, ...rest] = [...channels.values()].toSorted((a, b) => b - a);
  if (first === undefined) return 0;
  return first + (1 - first) * 0.33 * joinEvidence(rest);
}

type Explained = { readonly share: number; readonly by: string | null };

/** The largest share of this service's rise that one dependency's own rise accounts for. */
function explainedShare(picture: Picture, view: ServiceView): Explained {
  const latency = worstOfRole(view, 'latency');
  const errors = worstOfRole(view, 'errors');
  const shares = view.calls.map((to) => {
    const rise = riseOfCall(picture, view, to);
    const slow = shareOf(rise.latencyMs, latency) * clampUnit(rise.severity * 1.5);
    const faulty = clampUnit(2 * shareOf(rise.errors, errors)) * clampUnit(rise.severity * 1.5);
    const ill = [
      latency === null ? null : slow,
      errors === null ? null : Math.max(faulty, 0.8 * slow * (latency?.severity ?? 0)),
    ];
    return { to, share: worstShare(ill, [latency, errors]) };
  });
  const best = shares.toSorted((a, b) => b.share - a.share)[0];
  return best === undefined
    ? { share: 0, by: null }
    : { share: 0.95 * best.share, by: best.share > 0.3 ? best.to : null };
}

/**
 * What is ill and least explained decides: an unexplained error is not excused by explained slowness. What is far less
 * ill than the worst weighs as much less: a trace of slowness does not undo explained failures.
 */
function worstShare(shares: readonly (number | null)[], deviations: readonly (Deviation | null)[]): number {
  const severities = deviations.map((one) => one?.severity ?? 0);
  const worst = Math.max(...severities);
  const ill = shares.flatMap((share, at) => {
    const severity = severities[at] ?? 0;
    return share !== null && severity > 0.1 ? [1 - (1 - share) * (severity / worst)] : [];
  });
  return ill.length === 0 ? 0 : Math.min(...ill);
}

const shareOf = (rise: number, deviation: Deviation | null): number => {
  const own = deviation === null ? 0 : Math.abs(deviation.after - deviation.before);
  return own > 0 ? clampUnit(rise / own) : 0;
};

type Rise = { readonly latencyMs: number; readonly errors: number; readonly severity: number };

/**
 * From the edge where it was measured; else from the dependency's own series. A dependency that reports itself healthy
 * does not excuse its caller: then the caller, or what lies between, does the harm.
 */
function riseOfCall(picture: Picture, view: ServiceView, to: string): Rise {
  const dependency = picture.services.get(to);
  const own =
    dependency === undefined
      ? null
      : diluted(ownRise(dependency), standsOnRates(picture) ? callsPerCall(view, dependency) : 1);
  const edge = view.outbound.find((one) => one.to === to);
  if (edge === undefined) return own ?? { latencyMs: 0, errors: 0, severity: 0 };
  const errors = edge.errorRise / picture.dilution;
  if (own === null) return { latencyMs: edge.latencyRiseMs, errors, severity: edge.severity };
  return {
    latencyMs: Math.min(edge.latencyRiseMs, 1.5 * own.latencyMs),
    errors: Math.min(errors, 1.5 * own.errors),
    severity: Math.min(1, Math.max(edge.severity, own.severity)),
  };
}

/** At most this many calls per call of the caller, 0 to 1: what is seldom called slows few of its caller's answers. */
function callsPerCall(caller: ServiceView, callee: ServiceView): number {
  const asked = worstOfRole(callee, 'load')?.level;
  const answered = worstOfRole(caller, 'load')?.level;
  return asked === undefined || answered === undefined || answered <= 0 ? 1 : clampUnit(asked / answered);
}

function diluted(rise: Rise | null, share: number): Rise | null {
  if (rise === null) return null;
  const latencyMs = clampUnit(share / percentileNeed) * rise.latencyMs;
  return { ...rise, latencyMs, errors: share * rise.errors };
}

/** What a service reports of itself; null when it reports neither latency nor errors. */
function ownRise(view: ServiceView): Rise | null {
  const latency = worstOfRole(view, 'latency');
  const errors = worstOfRole(view, 'errors');
  if (latency === null && errors === null) return null;
  return {
    latencyMs: latency === null ? 0 : Math.max(0, latency.after - latency.before),
    errors: errors === null ? 0 : Math.max(0, errors.meaning.bad * (errors.after - errors.before)),
    severity: Math.max(latency?.severity ?? 0, errors?.severity ?? 0),
  };
}

/** What moves otherwise than the alerting signal, or is too small to account for it, keeps this much of its weight. */
const leastBearing = 0.4;

function symptomParts(view: ServiceView, explained: number, bearing: Bearing): readonly Part[] {
  return (['latency', 'errors', 'other'] as const).flatMap((role) => {
    const worst = worstOfRole(view, role);
    if (worst === null) return [];
    const weight = worst.severity * (1 - explained) * (role === 'other' ? 1 : bearingOf(bearing, view, worst));
    return [{ weight, reason: metricReason(worst) }];
  });
}

function bearingOf({ likeness, share }: Bearing, view: ServiceView, deviation: Deviation): number {
  const soften = (factor: number | null): number => leastBearing + (1 - leastBearing) * (factor ?? 1);
  return soften(likeness(deviation.service, deviation.metric)) * soften(share(view, deviation));
}

const resourceRoles = ['resource', 'restarts', 'certificate'] as const;

function resourceParts(picture: Picture, view: ServiceView, explained: number): readonly Part[] {
  const found = view.deviations.filter((one) => resourceRoles.some((role) => role === one.meaning.role));
  const load = worstOfRole(view, 'load');
  return found.map((one) => ({
    weight:
      one.severity * fullness(one) * fillingTrust(picture.traces, one) * (1 - resourceExcuse(one, load, explained)),
    reason: metricReason(one),
  }));
}

/** A ratio that is far from full is a weaker sign than one that is; other units say nothing about fullness. */
function fullness({ metric, after }: Deviation): number {
  if (!metric.endsWith('_ratio')) return 1;
  return 0.35 + 0.6 * clampUnit((after - 0.5) / 0.4);
}

/** Pools fill while a dependency is slow; processors follow traffic. */
function resourceExcuse(one: Deviation, load: Deviation | null, explained: number): number {
  if (/pool|conn|thread|queue|inflight/u.test(one.metric)) return 0.8 * explained;
  if (!/cpu/u.test(one.metric) || load === null || load.before <= 0 || one.before <= 0) return 0;
  const grew = load.level / load.before - 1;
  return grew > 0 ? clampUnit(grew / Math.max(1e-9, one.level / one.before - 1)) : 0;
}

function logParts(view: ServiceView, explained: number): readonly Part[] {
  return view.logs
    .filter((change) => change.mentions.length === 0 || !isRemoteTopic(change.topic))
    .slice(0, 5)
    .map((change) => {
      const excuse = change.topic === null || isRemoteTopic(change.topic) ? 0.8 : 0.3;
      return { weight: 0.9 * change.severity * (1 - excuse * explained), reason: logReason(change) };
    });
}

/** What callers see of it: all there is for a provider or a store that reports nothing itself. */
function inboundParts(view: ServiceView, explained: number): readonly Part[] {
  const own = ownRise(view);
  const trust = own === null ? 0.85 : 0.1 + 0.3 * own.severity;
  return view.inbound.map((edge: EdgeView) => ({
    weight: edge.severity * trust * (1 - explained),
    reason: edgeReason(edge),
  }));
}

function blameParts(view: ServiceView): readonly Part[] {
  const reports = view.deviations.length > 0;
  return view.blamedBy
    .filter((change) => isRemoteTopic(change.topic))
    .slice(0, 5)
    .map((change) => ({ weight: change.severity * (reports ? 0.3 : 0.65), reason: logReason(change) }));
}

/** The alerting service and what it depends on count fully, its callers less, what is unconnected least. */
function distanceWeights({ telemetry, services }: Picture): ReadonlyMap<string, number> {
  const { alert } = telemetry;
  if (alert === null || !services.has(alert.service)) return new Map();
  const below = reachFrom(services, alert.service, (view) => view.calls);
  const above = reachFrom(services, alert.service, (view) => view.calledBy);
  const connected = below.size + above.size > 2;
  const weigh = (id: string): number => {
    if (below.has(id)) return 1;
    if (above.has(id)) return 0.7;
    return connected ? 0.3 : 0.8;
  };
  return new Map([...services.keys()].map((id) => [id, weigh(id)]));
}
