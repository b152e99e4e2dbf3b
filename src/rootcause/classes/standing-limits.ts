import { clampUnit, cleanPoints, median } from '../metrics/robust.ts';
import { format } from '../metrics/symptom.ts';
import type { Series } from '../telemetry.ts';
import { type ClassCandidate, type Detector, nearness } from './failure-class.ts';

/**
 * Limits for a snapshot: without an alert and without samples before the window there is no past to compare with, so
 * vendors' own alarm recommendations decide (AWS "recommended alarms" for RDS: CPU utilisation 90 %, replica lag 60 s;
 * free storage that is being used up within the window).
 */
export const detectStandingLimits: Detector = ({ telemetry }, suspicions) => {
  const { alert, window, series } = telemetry;
  const hasPast = series.some(({ points }) => points.some(([atMs]) => atMs < window.fromMs));
  if (alert !== null || hasPast) return [];
  return series.flatMap((one) => {
    const found = judge(one);
    return found === null ? [] : [{ ...found, score: found.score * nearness(suspicions, found.entity) }];
  });
};

const minSamples = 5;

type Limit = {
  readonly metric: RegExp;
  readonly name: string;
  readonly topic: ClassCandidate['topic'];
  /** 0 to 1, of the middle of the last third and of the first samples. */
  readonly over: (now: number, first: number) => number;
};

const limits: readonly Limit[] = [
  { metric: /^cpu_ratio$/u, name: 'processor', topic: 'processor', over: (now) => ramp(now, 0.82, 0.92) },
  { metric: /^memory_ratio$/u, name: 'memory', topic: 'memory', over: (now) => ramp(now, 0.9, 0.97) },
  { metric: /^disk_ratio$/u, name: 'disk', topic: 'disk', over: (now) => ramp(now, 0.88, 0.96) },
  { metric: /^pool_ratio$/u, name: 'connections', topic: 'pool', over: (now) => ramp(now, 0.88, 0.96) },
  {
    metric: /replica.?lag/iu,
    name: 'replica',
    topic: 'processor',
    over: (now, first) => Math.min(ramp(now, 30, 90), ramp(now / Math.max(1, first), 2, 5)),
  },
  {
    metric: /free.?(?:local)?.?(?:storage|disk)/iu,
    name: 'storage',
    topic: 'disk',
    over: (now, first) => (first > 0 ? ramp(1 - now / first, 0.4, 0.7) : 0),
  },
];

const ramp = (value: number, from: number, to: number): number => clampUnit((value - from) / (to - from));

function judge(series: Series): ClassCandidate | null {
  const limit = limits.find(({ metric }) => metric.test(series.metric));
  const values = cleanPoints(series.points).map((point) => point[1]);
  if (limit === undefined || values.length < minSamples) return null;
  const [first, now] = [median(values.slice(0, 3)), median(values.slice(-Math.ceil(values.length / 3)))];
  const score = 0.85 * limit.over(now, first);
  if (score < 0.1) return null;
  const says = `${series.metric} of ${series.service} stands at ${format(now)} and began at ${format(first)}.`;
  return {
    entity: series.service,
    kind: 'resource-exhaustion',
    score,
    topic: limit.topic,
    mechanism: `The ${limit.name} of ${series.service} is at or near its limit.`,
    wrongIf: `Giving ${series.service} more of it changes nothing.`,
    reasons: [{ channel: 'metrics', score, says, evidence: series.evidence === undefined ? [] : [series.evidence] }],
  };
}
