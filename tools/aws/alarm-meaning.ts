/** What an alarm watches, in the catalogue's and the engine's words. */
import type { Catalogue, Service } from '../../src/core/catalogue.ts';
import { knownMetrics } from '../../src/rootcause/telemetry.ts';
import type { CompositeAlarm, MetricAlarm } from './alarms.ts';
import { meaningOf, statistics } from './metric-meaning.ts';

export type AlarmMeaning = {
  /** Catalogue id, or null where neither a dimension nor the name tells. */
  readonly service: string | null;
  /** The metric by the engine's name where it has one, and the threshold in its unit; null for what is no single metric. */
  readonly watches: {
    readonly metric: string;
    readonly known: boolean;
    readonly comparator: '>' | '<';
    readonly threshold: number;
  } | null;
  /** The condition as the vendor states it. */
  readonly condition: string;
};

export function meaningOfMetricAlarm(alarm: MetricAlarm, catalogue: Catalogue): AlarmMeaning {
  const values = alarm.Dimensions.map(({ Value }) => Value);
  const service = catalogue.services.find((one) => values.some((value) => isOf(one, value)));
  return {
    service: service?.id ?? serviceInName(alarm.AlarmName, catalogue),
    watches: watchedBy(alarm),
    condition: conditionOf(alarm),
  };
}

export const meaningOfCompositeAlarm = (alarm: CompositeAlarm, catalogue: Catalogue): AlarmMeaning => ({
  service: serviceInName(alarm.AlarmName, catalogue),
  watches: null,
  condition: alarm.AlarmRule.replaceAll(/\s+/gu, ' ').slice(0, 300),
});

/** A dimension that is the service: its id, its workload, its log group's last part, or an id with the environment. */
function isOf(service: Service, value: string): boolean {
  const names = [
    service.id,
    service.kubernetes?.workload,
    ...service.logGroups.map((group) => group.split('/').at(-1)),
  ];
  return names.includes(value);
}

/** The service whose id stands in the name as a word of its own; the longest, for ids that hold each other. */
function serviceInName(name: string, catalogue: Catalogue): string | null {
  const named = catalogue.services.filter(({ id }) =>
    new RegExp(`(?:^|[^a-z0-9])${RegExp.escape(id.toLowerCase())}(?:$|[^a-z0-9])`, 'u').test(name.toLowerCase()),
  );
  return named.toSorted((one, other) => other.id.length - one.id.length)[0]?.id ?? null;
}

const above = new Set(['GreaterThanThreshold', 'GreaterThanOrEqualToThreshold']);
const below = new Set(['LessThanThreshold', 'LessThanOrEqualToThreshold']);

/** Anomaly bands and metric math have no threshold of their own: null. */
function watchedBy(alarm: MetricAlarm): AlarmMeaning['watches'] {
  const { Namespace: namespace, MetricName: metric, Threshold: threshold, ComparisonOperator: operator = '' } = alarm;
  const statistic = statistics.find((one) => one === (alarm.ExtendedStatistic ?? alarm.Statistic));
  if (namespace === undefined || metric === undefined || threshold === undefined || statistic === undefined)
    return null;
  if (!above.has(operator) && !below.has(operator)) return null;
  const meaning = meaningOf({ namespace, metric, statistic });
  const factor = meaning.perSecond ? meaning.factor / (alarm.Period ?? 60) : meaning.factor;
  return {
    metric: meaning.metric,
    known: knownMetrics.some((known) => known === meaning.metric),
    comparator: above.has(operator) ? '>' : '<',
    threshold: threshold * factor,
  };
}

const signs: { readonly [operator: string]: string } = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '<=',
};

function conditionOf(alarm: MetricAlarm): string {
  const { Namespace, MetricName, EvaluationPeriods: periods = 1, DatapointsToAlarm: datapoints = periods } = alarm;
  if (MetricName === undefined) return 'metric math';
  const dimensions = alarm.Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(',');
  const statistic = alarm.ExtendedStatistic ?? alarm.Statistic ?? '';
  const compared = `${signs[alarm.ComparisonOperator ?? ''] ?? 'outside the band'} ${alarm.Threshold ?? ''}`.trim();
  return `${Namespace ?? ''} ${MetricName}{${dimensions}} ${statistic} ${compared} for ${datapoints} of ${periods} periods of ${alarm.Period ?? '?'} s`;
}
