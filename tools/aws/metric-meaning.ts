/**
 * What CloudWatch's own metrics mean to us: the name the engine knows, and the factor into our unit. The units are those of
 * each service's page "CloudWatch metrics" in the AWS documentation. Others keep their own name and are scored as they are.
 */
import type { Window } from '../../src/core/evidence.ts';
import type { knownMetrics } from '../../src/rootcause/telemetry.ts';

export const namespaces = [
  'AWS/ECS',
  'ECS/ContainerInsights',
  'ContainerInsights',
  'AWS/Lambda',
  'AWS/RDS',
  'AWS/ApplicationELB',
  'AWS/SQS',
  'AWS/EC2',
] as const;

export const statistics = [
  ...(['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'] as const),
  ...(['p50', 'p90', 'p95', 'p99'] as const),
] as const;
export type Statistic = (typeof statistics)[number];

type KnownMetric = (typeof knownMetrics)[number];
export type Meaning = {
  /** One of the engine's names, or the vendor's own. */
  readonly metric: string;
  readonly title: string;
  readonly unit: string;
  readonly factor: number;
  /** The value counts what happened in one period: divide by its seconds. */
  readonly perSecond: boolean;
};

type Rule = {
  /** Namespaces, or null for any: custom namespaces copy AWS' names. */
  readonly namespaces: readonly string[] | null;
  readonly metric: RegExp;
  readonly statistics: readonly Statistic[];
  readonly means: KnownMetric;
  readonly title: string;
  readonly unit: string;
  readonly factor: number;
  readonly perSecond?: boolean;
};

const levels: readonly Statistic[] = ['Average', 'Maximum', 'p50', 'p90', 'p95', 'p99'];
const upper: readonly Statistic[] = ['p90', 'p95', 'p99'];
const ratio = { unit: 'ratio', factor: 0.01, statistics: levels };

const rules: readonly Rule[] = [
  { namespaces: null, metric: /^CPUUtilization$/, means: 'cpu_ratio', title: 'CPU', ...ratio },
  { namespaces: null, metric: /^MemoryUtilization$/, means: 'memory_ratio', title: 'Memory', ...ratio },
  {
    namespaces: ['ContainerInsights'],
    metric: /^(?:pod|node)_cpu_utilization$/,
    means: 'cpu_ratio',
    title: 'CPU',
    ...ratio,
  },
  {
    namespaces: ['ContainerInsights'],
    metric: /^(?:pod|node)_memory_utilization$/,
    means: 'memory_ratio',
    title: 'Memory',
    ...ratio,
  },
  {
    namespaces: ['ContainerInsights'],
    metric: /^node_filesystem_utilization$/,
    means: 'disk_ratio',
    title: 'Disk',
    ...ratio,
  },
  {
    namespaces: ['ContainerInsights'],
    metric: /^pod_number_of_container_restarts$/,
    means: 'restart_count',
    title: 'Restarts',
    unit: '',
    factor: 1,
    statistics: ['Maximum'],
  },
  {
    namespaces: ['AWS/ApplicationELB'],
    metric: /^TargetResponseTime$/,
    means: 'latency_p95_ms',
    title: 'p95 latency',
    unit: 'ms',
    factor: 1_000,
    statistics: upper,
  },
  {
    namespaces: ['AWS/Lambda'],
    metric: /^Duration$/,
    means: 'latency_p95_ms',
    title: 'p95 latency',
    unit: 'ms',
    factor: 1,
    statistics: upper,
  },
  {
    namespaces: ['AWS/ApplicationELB', 'AWS/Lambda'],
    metric: /^(?:RequestCount|Invocations)$/,
    means: 'request_rate',
    title: 'Requests',
    unit: '/s',
    factor: 1,
    statistics: ['Sum'],
    perSecond: true,
  },
  {
    namespaces: ['AWS/Lambda'],
    metric: /^Throttles$/,
    means: 'throttle_count',
    title: 'Throttles',
    unit: '',
    factor: 1,
    statistics: ['Sum'],
  },
];

export type MeteredBy = { readonly namespace: string; readonly metric: string; readonly statistic: Statistic };

export function meaningOf({ namespace, metric, statistic }: MeteredBy): Meaning {
  const rule = rules.find(
    (each) =>
      (each.namespaces?.includes(namespace) ?? true) && each.metric.test(metric) && each.statistics.includes(statistic),
  );
  if (rule !== undefined) {
    const { means, title, unit, factor, perSecond = false } = rule;
    return { metric: means, title, unit, factor, perSecond };
  }
  const name = `${namespace} ${metric} ${statistic}`;
  return { metric: name, title: name, unit: '', factor: 1, perSecond: false };
}

const errorsOf: { readonly [namespace: string]: readonly [failed: RegExp, all: string] } = {
  'AWS/ApplicationELB': [/^HTTPCode_(?:Target|ELB)_5XX_Count$/, 'RequestCount'],
  'AWS/Lambda': [/^Errors$/, 'Invocations'],
};

/** What one metric divided by another of the same namespace means. */
export function meaningOfRatio({ namespace, metric, statistic }: MeteredBy, dividedBy: string): Meaning {
  const [failed, all] = errorsOf[namespace] ?? [];
  const plain = { unit: '', factor: 1, perSecond: false };
  if (statistic === 'Sum' && failed?.test(metric) === true && all === dividedBy) {
    return { metric: 'error_ratio', title: 'Error ratio', ...plain, unit: 'ratio' };
  }
  const name = `${namespace} ${metric} / ${dividedBy} ${statistic}`;
  return { metric: name, title: name, ...plain };
}

const hourSeconds = 3_600;
const daySeconds = 24 * hourSeconds;
const periodsSeconds = [60, 300, 900, hourSeconds, 6 * hourSeconds];
const pointsMax = 200;

/**
 * The shortest period that CloudWatch still keeps for the start of the window and that makes at most 200 points. One
 * minute is kept for 15 days, five for 63, an hour for 455 (GetMetricData, API reference).
 */
export function periodFor(window: Window, nowMs: number): number {
  const ageSeconds = (nowMs - window.fromMs) / 1_000;
  const kept = periodsSeconds.filter((period) => {
    if (ageSeconds > 63 * daySeconds) return period % hourSeconds === 0;
    return ageSeconds > 15 * daySeconds ? period % 300 === 0 : true;
  });
  const fine = kept.find((period) => (window.toMs - window.fromMs) / 1_000 / period <= pointsMax);
  return fine ?? 6 * hourSeconds;
}
