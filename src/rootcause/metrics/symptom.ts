import type { EvidenceId } from '../../core/evidence.ts';
import type { AlertSignal, Point, Series, Telemetry } from '../telemetry.ts';
import { findSegments } from './change-point.ts';
import { meaningOf } from './metric-meaning.ts';
import { quantile } from './order-statistics.ts';
import { type Baseline, baselineOf, cleanPoints, median, valuesBetween } from './robust.ts';
import { type Departure, departureIn, surelyStays } from './window-departure.ts';

/** What the alerting series itself says. Only `sustained` says that something is wrong. */
type SymptomState = 'sustained' | 'recovered' | 'usual' | 'no-data' | 'no-alert';

export type SymptomReading = {
  readonly state: SymptomState;
  readonly onsetMs: number | null;
  readonly before: number | null;
  readonly after: number | null;
  readonly says: string;
  readonly evidence: readonly EvidenceId[];
};

const minute = 60_000;
/** A monitor averages a few minutes: samples this close before it fired belong to neither side. */
const leadMs = 30 * minute;
const staleMs = 15 * minute;
/** Samples without which nothing is said of the alerting series. */
export const minBaseline = 8;
/** Robust deviations and share of the level below which a shift is not called one. */
const minDeviation = 4;
const minShare = 0.2;

/** Onset, level before and after, and whether the alerting series really left its usual range and stayed away. */
export function readSymptom(telemetry: Telemetry): SymptomReading {
  const { alert } = telemetry;
  if (alert === null) return guess(telemetry);
  const series = telemetry.series.find((one) => one.service === alert.service && one.metric === alert.metric);
  const points = cleanPoints(series?.points ?? []).filter(([atMs]) => atMs <= telemetry.window.toMs);
  if (series === undefined || points.length < minBaseline) {
    return nothing('no-data', `The alerting series ${alert.metric} of ${alert.service} has ${points.length} samples.`);
  }
  if ((points.at(-1)?.[0] ?? 0) < alert.triggeredAtMs - staleMs) {
    return nothing('no-data', `The alerting series ${alert.metric} of ${alert.service} ends before the monitor fired.`);
  }
  const reading = judgeWindow(points, alert, telemetry.window.fromMs) ?? judge(series, points, alert);
  return { ...reading, evidence: series.evidence === undefined ? [] : [series.evidence] };
}

/** When the document shows a past of its own before the window: whether the window left it, even if it came back. */
function judgeWindow(points: readonly Point[], alert: AlertSignal, fromMs: number): SymptomReading | null {
  const past = valuesBetween(points, Number.NEGATIVE_INFINITY, fromMs);
  const present = points.filter(([atMs]) => atMs >= fromMs);
  if (past.length < minBaseline || present.length === 0) return null;
  const watched = { meaning: meaningOf(alert.metric), bad: alert.comparator === '>' ? 1 : -1 } as const;
  const found = departureIn(
    past,
    present.map((point) => point[1]),
    watched,
  );
  const shared = { before: found.before, after: found.worst, evidence: [] };
  const onsetMs = found.at === null ? null : (present[found.at]?.[0] ?? null);
  if (onsetMs === null) return { ...shared, state: 'usual', onsetMs: null, says: withinSentence(alert, found) };
  return { ...shared, state: 'sustained', onsetMs, says: departedSentence(alert, found) };
}

/** Without a monitor: latency and error series judged each for itself; when the first quarter of the shifted began. */
function guess(telemetry: Telemetry): SymptomReading {
  const readings = telemetry.series
    .filter((series) => /^(?:latency|errors)$/u.test(meaningOf(series.metric).role))
    .flatMap((series) => judgeAlone(series, telemetry.window) ?? []);
  const shifted = readings.filter(({ state }) => state === 'sustained');
  if (shifted.length > 0) {
    const onsets = shifted.flatMap(({ onsetMs }) => (onsetMs === null ? [] : [onsetMs]));
    const says = `No monitor signal was given; ${shifted.length} latency and error series shifted.`;
    return { ...nothing('no-alert', says), onsetMs: quantile(onsets, 0.25) };
  }
  if (readings.length < 3) return nothing('no-alert', 'No monitor signal was given.');
  const says = `No monitor signal was given, and none of ${readings.length} latency and error series stays away from its usual range.`;
  return nothing('usual', says);
}

function judgeAlone(series: Series, { fromMs, toMs }: Telemetry['window']): SymptomReading | null {
  const points = cleanPoints(series.points).filter(([atMs]) => atMs <= toMs);
  const comparator = meaningOf(series.metric).bad === 1 ? '>' : '<';
  const { service, metric } = series;
  const pseudo = { service, metric, comparator, threshold: 0, triggeredAtMs: points[0]?.[0] ?? 0 } as const;
  if (points.length < minBaseline) return null;
  const past = valuesBetween(points, Number.NEGATIVE_INFINITY, fromMs);
  if (surelyStays(past, valuesBetween(points, fromMs, Number.POSITIVE_INFINITY), meaningOf(metric).bad)) {
    return nothing('usual', '');
  }
  return judgeWindow(points, pseudo, fromMs) ?? judge(series, points, pseudo);
}

const nothing = (state: SymptomState, says: string): SymptomReading => ({
  state,
  onsetMs: null,
  before: null,
  after: null,
  says,
  evidence: [],
});

type Judged = { readonly baseline: Baseline; readonly bad: 1 | -1; readonly past: readonly number[] };

function judge(series: Series, points: readonly Point[], alert: AlertSignal): SymptomReading {
  const bad = alert.comparator === '>' ? 1 : -1;
  const judged = pastOf(series, points, { bad, triggeredAtMs: alert.triggeredAtMs });
  const onset = findOnset(points, judged);
  const since = points.slice(onset ?? points.length).map((point) => point[1]);
  const recent = since.length > 0 ? since.slice(-3) : points.slice(-3).map((point) => point[1]);
  if (onset === null) return usual(judged, recent, alert);
  const after = median(since);
  const shared = { onsetMs: points[onset]?.[0] ?? null, before: judged.baseline.centre, after, evidence: [] };
  const single = usualLimit(judged, 1);
  const run = usualLimit(judged, recent.length);
  const beyond = (value: number): boolean => judged.bad * (value - single) > 0;
  if (beyond(median(recent)) || recent.every((value) => judged.bad * (value - run) > 0) || isRecurring(since, beyond)) {
    return { ...shared, state: 'sustained', says: shiftSentence(alert, judged.baseline.centre, after) };
  }
  return { ...shared, state: 'recovered', says: recoveredSentence(alert, median(recent), judged.baseline.centre) };
}

/** Bursts that keep coming, such as a crash loop: a quarter of the samples, and one of the last eight. */
function isRecurring(since: readonly number[], beyond: (value: number) => boolean): boolean {
  const share = since.filter(beyond).length / since.length;
  return share >= 0.25 && since.filter(beyond).length >= 4 && since.slice(-8).some(beyond);
}

type Watched = { readonly bad: 1 | -1; readonly triggeredAtMs: number };

function pastOf(series: Series, points: readonly Point[], { bad, triggeredAtMs }: Watched): Judged {
  const early = points.filter(([atMs]) => atMs < triggeredAtMs - leadMs);
  const past = (early.length >= minBaseline ? early : points.slice(0, Math.ceil(points.length / 2))).map((p) => p[1]);
  const meaning = meaningOf(series.metric);
  const floor = { relative: meaning.relativeFloor, absolute: meaning.absoluteFloor };
  const reach = points.reduce((most, point) => Math.max(most, Math.abs(point[1])), 0);
  return { baseline: baselineOf(past, floor, reach), bad, past };
}

/**
 * The edge of what this series does on ordinary days: of one sample the 99th percentile, of a run of three or more the
 * 95th, since that many in a row are as rare.
 */
function usualLimit({ baseline, bad, past }: Judged, samples: number): number {
  const tail = samples >= 3 ? 0.05 : 0.01;
  const edge = quantile(past, bad === 1 ? 1 - tail : tail);
  const drift = baseline.centre + bad * minDeviation * baseline.scale;
  return bad === 1 ? Math.max(edge, drift) : Math.min(edge, drift);
}

/** Index of the first sample of the last run of shifted segments; null when no segment is shifted. */
function findOnset(points: readonly Point[], judged: Judged): number | null {
  const segments = findSegments(points.map((point) => point[1]));
  const shifted = segments.map((segment) => {
    const away = judged.bad * (segment.level - judged.baseline.centre);
    const limit = usualLimit(judged, segment.to - segment.from);
    return judged.bad * (segment.level - limit) > 0 && away > minShare * Math.abs(judged.baseline.centre);
  });
  const last = shifted.lastIndexOf(true);
  if (last === -1) return justBegun(points, judged);
  let first = last;
  while (first > 0 && isStillAway(segments[first - 1]?.level ?? 0, judged)) first -= 1;
  return segments[first]?.from ?? null;
}

/** A last sample far out is too short for a segment, and too much to call usual. */
function justBegun(points: readonly Point[], judged: Judged): number | null {
  const value = points.at(-1)?.[1] ?? judged.baseline.centre;
  const away = judged.bad * (value - judged.baseline.centre);
  const isOut = judged.bad * (value - usualLimit(judged, 1)) > 0 && away > minShare * Math.abs(judged.baseline.centre);
  return isOut ? points.length - 1 : null;
}

/** A ramp or staircase before the shift belongs to it. */
const isStillAway = (level: number, { baseline, bad }: Judged): boolean =>
  bad * (level - baseline.centre) > 3 * baseline.scale;

function usual(judged: Judged, recent: readonly number[], alert: AlertSignal): SymptomReading {
  const low = format(quantile(judged.past, 0.01));
  const high = format(quantile(judged.past, 0.99));
  const now = format(median(recent));
  return {
    state: 'usual',
    onsetMs: null,
    before: judged.baseline.centre,
    after: median(recent),
    says: `${alert.metric} of ${alert.service} is ${now}; its usual range is ${low} to ${high}, and the threshold ${format(alert.threshold)} is close to it.`,
    evidence: [],
  };
}

const shiftSentence = (alert: AlertSignal, before: number, after: number): string =>
  `${alert.metric} of ${alert.service} went from ${format(before)} to ${format(after)} and stayed there.`;

const departedSentence = ({ service, metric }: AlertSignal, { before, worst, edge }: Departure): string =>
  `${metric} of ${service} went from ${format(before)} to ${format(worst)}; before, it seldom passed ${format(edge)}.`;

const withinSentence = ({ service, metric }: AlertSignal, { worst, edge }: Departure): string =>
  `${metric} of ${service} stays within what it does on ordinary days: ${format(worst)} at worst, ${format(edge)} is usual.`;

const recoveredSentence = (alert: AlertSignal, now: number, before: number): string =>
  `${alert.metric} of ${alert.service} left its usual level ${format(before)} and is back at ${format(now)}.`;

/** Three significant digits, without exponents for ordinary sizes. */
export function format(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return 'unknown';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(3)));
}
