import type { Deployed, Level, MonitorSays, Reading } from '../core/reading.ts';
import { quantile } from './metrics/order-statistics.ts';
import { cleanPoints, median } from './metrics/robust.ts';
import { type ChangeEvent, knownMetrics, type MonitorState, type Series, type Signals } from './telemetry.ts';

const recentMs = 15 * 60_000;
const samplesMin = 5;
const readingsMax = 400;

/** The signals of one tool call as readings that can be compared with another call's. */
export function readingsOf({ series = [], monitors = [], changes = [] }: Signals): readonly Reading[] {
  const found = [...monitors.flatMap(monitorOf), ...changes.flatMap(deployedOf), ...series.flatMap(levelOf)];
  return found.slice(0, readingsMax);
}

const isKnown = (metric: string): boolean => knownMetrics.some((known) => known === metric);

function levelOf({ service, metric, points }: Series): readonly Level[] {
  const clean = cleanPoints(points);
  const toMs = clean.at(-1)?.[0];
  if (!isKnown(metric) || toMs === undefined) return [];
  const fromMs = toMs - recentMs;
  const recent = clean.filter(([atMs]) => atMs > fromMs).map(([, value]) => value);
  const past = clean.filter(([atMs]) => atMs <= fromMs).map(([, value]) => value);
  if (recent.length < samplesMin) return [];
  return [
    {
      kind: 'level',
      service,
      metric,
      fromMs,
      toMs,
      samples: recent.length,
      low: short(quantile(recent, 0.1)),
      middle: short(median(recent)),
      high: short(quantile(recent, 0.9)),
      past: past.length < samplesMin ? null : short(median(past)),
    },
  ];
}

/** Four digits are enough to compare, and keep the ledger small. */
const short = (value: number): number => Number(value.toPrecision(4));

function monitorOf({ service, metric, state, comparator, threshold }: MonitorState): readonly MonitorSays[] {
  if (!isKnown(metric) || (state !== 'alert' && state !== 'ok')) return [];
  return [{ kind: 'monitor', service, metric, state, comparator, threshold }];
}

function deployedOf({ kind, service, sha, atMs, outcome }: ChangeEvent): readonly Deployed[] {
  const known = sha?.toLowerCase() ?? '';
  if (kind !== 'deploy' || service === null || !/^[0-9a-f]{7,64}$/u.test(known)) return [];
  return [{ kind, service, sha: known, atMs, outcome: outcome ?? null }];
}
