import type { EvidenceId } from '../../core/evidence.ts';
import type { Point, Series } from '../telemetry.ts';
import { findSegments } from './change-point.ts';
import { accumulates, floorOf, type MetricMeaning, meaningOf } from './metric-meaning.ts';
import { quantile } from './order-statistics.ts';
import { type Baseline, baselineOf, cleanPoints, median, smooth, squash, valuesBetween } from './robust.ts';
import { usualEdge } from './usual-edge.ts';

/** How far one series left its own past, signed so that positive is bad. */
export type Deviation = {
  readonly service: string;
  readonly metric: string;
  readonly meaning: MetricMeaning;
  /** Robust standard deviations at the worst sustained moment; negative when the series got better. */
  readonly deviation: number;
  /** 0 to 1, from `deviation`; never a certainty. */
  readonly severity: number;
  readonly before: number;
  readonly after: number;
  /** Middle of the samples after the boundary, unlike `after`, which is the worst. */
  readonly level: number;
  /** When the level left its past for good, milliseconds; null when it did not. */
  readonly startMs: number | null;
  /** It filled up over the samples in sight, so `startMs` may lie before the first of them. */
  readonly filling: boolean;
  readonly evidence: readonly EvidenceId[];
};

/** Where the past ends: `boundaryMs` belongs to the incident; samples in the guard before it to neither. */
export type Boundary = { readonly boundaryMs: number; readonly guardMs: number; readonly toMs: number };

const minBaseline = 3;
/** One or two samples are weak witnesses, however far out. */
const fewSamples: readonly number[] = [0, 0.6, 0.85];
/** A start is searched in this many samples before now: enough for a day of five-minute samples. */
const searchedSamples = 400;

/**
 * Signed robust deviation of the samples from the boundary on against those before it: the worst middle-of-three, so
 * that one sample proves nothing (BARO's RobustScorer with a relative floor). Null without enough samples.
 */
export function measureDeviation(series: Series, boundary: Boundary): Deviation | null {
  const clean = cleanPoints(series.points);
  const points = (clean.at(-1)?.[0] ?? 0) <= boundary.toMs ? clean : clean.filter(([atMs]) => atMs <= boundary.toMs);
  const past = points.filter(([atMs]) => atMs < boundary.boundaryMs - boundary.guardMs);
  const present = valuesBetween(points, boundary.boundaryMs, Number.POSITIVE_INFINITY);
  if (past.length < minBaseline || present.length === 0) return null;
  const meaning = meaningOf(series.metric);
  const kind = { meaning, filling: accumulates(meaning, series.metric), skipped: present.length };
  const { baseline, sinceMs } = baselineFor(past, points, kind);
  const inSight = sinceMs === null ? present : points.filter(([atMs]) => atMs >= sinceMs).map(sampleOf);
  const worst = worstOf(inSight, meaning.bad);
  const deviation = (meaning.bad * (worst - baseline.centre)) / baseline.scale;
  return {
    service: series.service,
    metric: series.metric,
    meaning,
    deviation,
    severity: squash(deviation) * (fewSamples[inSight.length] ?? 1),
    before: baseline.centre,
    after: worst,
    level: median(present),
    startMs: deviation > 3 ? startOf(points, { baseline, sinceMs }, meaning.bad) : null,
    filling: sinceMs !== null,
    evidence: series.evidence === undefined ? [] : [series.evidence],
  };
}

const sampleOf = (point: Point): number => point[1];

type Kind = { readonly meaning: MetricMeaning; readonly filling: boolean; readonly skipped: number };
type Past = { readonly baseline: Baseline; readonly sinceMs: number | null };

/** What fills up is compared with its earliest stretch, because it may have been filling all along. */
function baselineFor(past: readonly Point[], all: readonly Point[], { meaning, filling, skipped }: Kind): Past {
  const values = past.map(sampleOf);
  const floor = floorOf(meaning, values.length);
  const reach = all.reduce((most, point) => Math.max(most, Math.abs(point[1])), 0);
  const whole = widened(baselineOf(values, floor, reach), values, { bad: meaning.bad, skipped });
  if (!filling || values.length < 16) return { baseline: whole, sinceMs: null };
  const stretch = Math.max(6, Math.floor(values.length / 6));
  const early = baselineOf(values.slice(0, stretch), floor, reach);
  const since = all.slice(stretch).map(sampleOf);
  const fills = meaning.bad * (worstOf(since, meaning.bad) - early.centre) > 3 * early.scale;
  return fills ? { baseline: early, sinceMs: past[stretch]?.[0] ?? null } : { baseline: whole, sinceMs: null };
}

/**
 * Sustained values that one sample in twenty passes count as two deviations, however narrow the middle half is; rarer
 * ones are left to incidents of the past.
 */
function widened(baseline: Baseline, past: readonly number[], side: { bad: 1 | -1; skipped: number }): Baseline {
  const edge = usualEdge(past, { ...side, share: 0.05 });
  const reach = edge === null ? 0 : (side.bad * (edge - baseline.centre)) / 2;
  return reach > baseline.scale ? { ...baseline, scale: reach } : baseline;
}

function worstOf(present: readonly number[], bad: 1 | -1): number {
  const smoothed = present.length >= 3 ? smooth(present).slice(1, -1) : present;
  return quantile(smoothed, bad === 1 ? 1 : 0);
}

/** Start of the last run of segments that stay beyond the usual range. */
function startOf(points: readonly Point[], { baseline, sinceMs }: Past, bad: 1 | -1): number | null {
  if (sinceMs !== null) return startOfClimb(points, baseline, bad);
  const recent = points.slice(-searchedSamples);
  const segments = findSegments(recent.map(sampleOf));
  const beyond = segments.map((segment) => bad * (segment.level - baseline.centre) > 3 * baseline.scale);
  const last = beyond.lastIndexOf(true);
  if (last === -1) return firstBeyond(recent, baseline, bad);
  let first = last;
  while (first > 0 && beyond[first - 1] === true) first -= 1;
  return recent[segments[first]?.from ?? 0]?.[0] ?? null;
}

/**
 * A ramp has no step to find: it began when the level was last near its earliest, before its worst. When that is within
 * the first sixth, it began before the first sample.
 */
function startOfClimb(points: readonly Point[], baseline: Baseline, bad: 1 | -1): number | null {
  const values = smooth(smooth(points.map(sampleOf)));
  const signed = values.map((value) => bad * value);
  const worst = signed.lastIndexOf(Math.max(...signed));
  const near = signed.findLastIndex(
    (value, at) => at <= worst && value - bad * baseline.centre <= 1.5 * baseline.scale,
  );
  return points[near <= points.length / 6 ? 0 : near]?.[0] ?? null;
}

/** For a departure too short to be a segment: the first sample beyond the usual range. */
function firstBeyond(points: readonly Point[], baseline: Baseline, bad: 1 | -1): number | null {
  const limit = bad === 1 ? baseline.high : baseline.low;
  const found = points.find(
    ([, value]) => bad * (value - limit) > 0 && bad * (value - baseline.centre) > 3 * baseline.scale,
  );
  return found?.[0] ?? null;
}
