import type { EvidenceId } from '../core/evidence.ts';
import { type LogChange, scoreLogs } from './logs/log-delta.ts';
import { mineUntraced } from './logs/mine-lines.ts';
import { type Deviation, measureDeviation } from './metrics/deviation.ts';
import type { MetricRole } from './metrics/metric-meaning.ts';
import { median } from './metrics/robust.ts';
import { minBaseline, type SymptomReading } from './metrics/symptom.ts';
import type { EdgeStat, Telemetry } from './telemetry.ts';
import { readTraces, type TraceEvidence } from './traces/trace-evidence.ts';

/** One edge of the call graph with how much slower and more faulty its calls became. */
export type EdgeView = {
  readonly from: string;
  readonly to: string;
  readonly latencyRiseMs: number;
  readonly latencyRatio: number;
  readonly errorRise: number;
  /** 0 to 1. */
  readonly severity: number;
  readonly evidence: readonly EvidenceId[];
};

export type ServiceView = {
  readonly id: string;
  readonly external: boolean;
  readonly deviations: readonly Deviation[];
  /** Lines this service logs. */
  readonly logs: readonly LogChange[];
  /** Lines other services log that name this one. */
  readonly blamedBy: readonly LogChange[];
  readonly calls: readonly string[];
  readonly calledBy: readonly string[];
  readonly outbound: readonly EdgeView[];
  readonly inbound: readonly EdgeView[];
};

/** Everything measured once, keyed by service, in a stable order. */
export type Picture = {
  readonly telemetry: Telemetry;
  readonly symptom: SymptomReading;
  /** Where the past ends for every comparison, milliseconds. */
  readonly boundaryMs: number;
  /**
   * 0 to 1: how much of a rise in errors the edges still show. Spans are counted over a window that begins before the
   * onset, so a ratio over it is thinner than the series says.
   */
  readonly dilution: number;
  readonly services: ReadonlyMap<string, ServiceView>;
  readonly traces: TraceEvidence;
};

const minute = 60_000;

/** Measures every series, template and edge against the moment the symptom began. */
export function drawPicture(telemetry: Telemetry, symptom: SymptomReading): Picture {
  const boundaryMs = boundaryOf(telemetry, symptom);
  const boundary = { boundaryMs, guardMs: guardOf(telemetry), toMs: telemetry.window.toMs };
  const ids = serviceIds(telemetry);
  const deviations = group(
    telemetry.series.flatMap((series) => measureDeviation(series, boundary) ?? []),
    (deviation) => deviation.service,
  );
  const untraced = mineUntraced(telemetry.lines ?? [], { boundaryMs, toMs: telemetry.window.toMs });
  const logs = scoreLogs([...telemetry.logs, ...untraced], ids, symptom.onsetMs);
  const ownLogs = group(logs, (change) => change.template.service);
  const outbound = group(telemetry.edgeStats.map(viewEdge), (edge) => edge.from);
  const inbound = group(telemetry.edgeStats.map(viewEdge), (edge) => edge.to);
  const calls = callsOf(telemetry);
  const external = new Set(telemetry.services.filter((service) => service.external).map((service) => service.id));
  const view = (id: string): ServiceView => ({
    id,
    external: external.has(id),
    deviations: deviations.get(id) ?? [],
    logs: ownLogs.get(id) ?? [],
    blamedBy: logs.filter((change) => change.mentions.includes(id)),
    calls: calls.filter((edge) => edge.from === id).map((edge) => edge.to),
    calledBy: calls.filter((edge) => edge.to === id).map((edge) => edge.from),
    outbound: outbound.get(id) ?? [],
    inbound: inbound.get(id) ?? [],
  });
  const services = new Map(ids.map((id) => [id, view(id)]));
  return {
    telemetry,
    symptom,
    boundaryMs,
    dilution: dilutionOf(services),
    services,
    traces: readTraces(telemetry, boundaryMs),
  };
}

/** The middle ratio of what callers' spans and a callee's own series say of the same rise in errors. */
function dilutionOf(services: ReadonlyMap<string, ServiceView>): number {
  const ratios = [...services.values()].flatMap((view) => {
    const errors = worstOfRole(view, 'errors');
    const own = errors === null ? 0 : errors.meaning.bad * (errors.level - errors.before);
    return own < 0.02 ? [] : view.inbound.filter((edge) => edge.errorRise > 0.002).map((edge) => edge.errorRise / own);
  });
  return ratios.length === 0 ? 1 : Math.min(1, Math.max(0.05, median(ratios)));
}

/**
 * The start of the window if the document shows a past before it. Else with a monitor the symptom's onset, or shortly
 * before the monitor fired; without one, when series began to shift, or the middle of the window.
 */
function boundaryOf(telemetry: Telemetry, symptom: SymptomReading): number {
  const { alert, window } = telemetry;
  if (hasPast(telemetry)) return window.fromMs;
  if (alert === null) return symptom.onsetMs ?? (window.fromMs + window.toMs) / 2;
  const measuredMs = symptom.state === 'sustained' ? symptom.onsetMs : null;
  return measuredMs ?? alert.triggeredAtMs - 6 * minute;
}

/** The alerting series, or any series or trace when there is no alert, has enough samples before the window. */
function hasPast(telemetry: Telemetry): boolean {
  const { alert, window, series } = telemetry;
  if (alert === null && hasTracedPast(telemetry)) return true;
  const watched = series.filter(
    ({ service, metric }) => alert === null || (service === alert.service && metric === alert.metric),
  );
  const least = alert === null ? 3 : minBaseline;
  return watched.some(({ points }) => points.filter(([atMs]) => atMs < window.fromMs).length >= least);
}

const hasTracedPast = ({ window: { fromMs }, spans = [], lines = [], callSeries = [] }: Telemetry): boolean =>
  spans.some(({ startMs }) => startMs < fromMs) ||
  lines.some(({ atMs }) => atMs < fromMs) ||
  callSeries.some(({ points }) => points.some(([atMs]) => atMs < fromMs));

/** Where the onset was measured, the minutes before it may already be ill; a window says where the past ends. */
const guardOf = (telemetry: Telemetry): number => (telemetry.alert === null || hasPast(telemetry) ? 0 : 3 * minute);

function serviceIds(telemetry: Telemetry): readonly string[] {
  const ids = new Set([
    ...telemetry.services.map((service) => service.id),
    ...telemetry.edges.flatMap((edge) => [edge.from, edge.to]),
    ...telemetry.edgeStats.flatMap((edge) => [edge.from, edge.to]),
    ...telemetry.series.map((series) => series.service),
    ...telemetry.logs.map((log) => log.service),
    ...(telemetry.rollouts ?? []).map((rollout) => rollout.service),
    ...(telemetry.lines ?? []).map((line) => line.service),
    ...(telemetry.spans ?? []).map((span) => span.service),
    ...(telemetry.callSeries ?? []).flatMap(({ from, to }) => [from, to]),
  ]);
  return [...ids].toSorted();
}

function callsOf(telemetry: Telemetry): readonly { from: string; to: string }[] {
  const edges = new Map<string, { from: string; to: string }>();
  for (const { from, to } of [...telemetry.edges, ...telemetry.edgeStats]) {
    if (from !== to) edges.set(`${from}\n${to}`, { from, to });
  }
  return [...edges.values()];
}

function viewEdge(edge: EdgeStat): EdgeView {
  const latencyRiseMs = finite(edge.latencyMs - edge.baselineLatencyMs);
  const latencyRatio = edge.baselineLatencyMs > 0 ? finite(edge.latencyMs / edge.baselineLatencyMs) : 1;
  const errorRise = Math.min(1, Math.max(-1, finite(edge.errorRatio - edge.baselineErrorRatio)));
  const slower = Math.max(0, latencyRatio - 1.25);
  const faultier = Math.max(0, errorRise - 0.01);
  return {
    from: edge.from,
    to: edge.to,
    latencyRiseMs,
    latencyRatio,
    errorRise,
    severity: Math.max(slower / (slower + 1), faultier / (faultier + 0.04)),
    evidence: edge.evidence === undefined ? [] : [edge.evidence],
  };
}

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

function group<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const list = groups.get(keyOf(item));
    if (list === undefined) groups.set(keyOf(item), [item]);
    else list.push(item);
  }
  return groups;
}

/** The worst deviation of a role, or null. */
export function worstOfRole(view: ServiceView, role: MetricRole): Deviation | null {
  const found = view.deviations.filter((deviation) => deviation.meaning.role === role);
  return found.toSorted((a, b) => b.deviation - a.deviation)[0] ?? null;
}

export const deviationOf = (view: ServiceView, metric: string): Deviation | null =>
  view.deviations.find((deviation) => deviation.metric === metric) ?? null;

/** Every service reachable from `start`, itself included. */
export function reachFrom(
  services: ReadonlyMap<string, ServiceView>,
  start: string,
  next: (view: ServiceView) => readonly string[],
): ReadonlySet<string> {
  const seen = new Set([start]);
  const queue = [start];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const view = services.get(id);
    const fresh = view === undefined ? [] : next(view).filter((to) => !seen.has(to));
    for (const to of fresh) {
      seen.add(to);
      queue.push(to);
    }
  }
  return seen;
}
