/** The alarms of the lab: one for each monitor on a metric that CloudWatch has, and their state changes. */
import { z } from 'zod';
import { done, failed } from '../core/result.ts';
import { type AwsOperation, type AwsOperations, awsOperation } from './aws-operation.ts';
import type { CloudWatchLab } from './cloudwatch-log-groups.ts';
import { invalidToken, invalidValue, metricNames, namespaceOf, offsetOf, sources } from './cloudwatch-metrics.ts';
import { minuteMs } from './minute-buckets.ts';
import { encodeToken } from './vendor-http.ts';
import type { ShopMonitor } from './world.ts';

const alarmsInput = z.object({
  AlarmNames: z.array(z.string()).max(100).optional(),
  AlarmNamePrefix: z.string().optional(),
  StateValue: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']).optional(),
  MaxRecords: z.number().int().min(1).max(100).default(50),
  NextToken: z.string().optional(),
});

/** Monitors on the metrics that CloudWatch has. */
const watchedMonitors = (lab: CloudWatchLab): readonly ShopMonitor[] =>
  lab.world.monitors.filter((monitor) => Object.values(sources).includes(monitor.metric));

const alarmStates = { alert: 'ALARM', ok: 'OK', 'no-data': 'INSUFFICIENT_DATA' } as const;

function alarmRecord(lab: CloudWatchLab, monitor: ShopMonitor) {
  const metricName = metricNames.find((name) => sources[name] === monitor.metric);
  const nowMs = lab.nowMs();
  const seconds = lastChangeMs(lab, monitor, nowMs) / 1_000;
  return {
    AlarmName: monitor.name,
    AlarmArn: `arn:aws:cloudwatch:${lab.region}:000000000000:alarm:${monitor.name}`,
    ActionsEnabled: true,
    StateValue: alarmStates[lab.world.monitorState(monitor, nowMs)],
    StateReason: 'Threshold Crossed',
    StateUpdatedTimestamp: seconds,
    StateTransitionedTimestamp: seconds,
    MetricName: metricName,
    Namespace: namespaceOf(lab),
    Statistic: 'Average',
    Dimensions: [{ Name: 'Service', Value: monitor.service }],
    Period: 60,
    EvaluationPeriods: 5,
    Threshold: 100 * monitor.threshold,
    ComparisonOperator: monitor.comparator === '>' ? 'GreaterThanThreshold' : 'LessThanThreshold',
  };
}

const historyMinutes = 24 * 60;

/** The minute the state became what it is; a day ago where it has not changed since. */
function lastChangeMs(lab: CloudWatchLab, monitor: ShopMonitor, nowMs: number): number {
  const state = lab.world.monitorState(monitor, nowMs);
  const last = Math.floor(nowMs / minuteMs);
  for (let minute = last; minute > last - historyMinutes; minute -= 1) {
    if (lab.world.monitorState(monitor, (minute - 1) * minuteMs) !== state) return minute * minuteMs;
  }
  return (last - historyMinutes) * minuteMs;
}

function describeAlarms(lab: CloudWatchLab): AwsOperation {
  return awsOperation(alarmsInput, invalidValue, (input) => {
    const offset = offsetOf(input.NextToken);
    if (offset === null) return failed(invalidToken);
    const alarms = watchedMonitors(lab)
      .filter((monitor) => input.AlarmNames?.includes(monitor.name) ?? true)
      .filter((monitor) => monitor.name.startsWith(input.AlarmNamePrefix ?? ''))
      .map((monitor) => alarmRecord(lab, monitor))
      .filter((alarm) => (input.StateValue ?? alarm.StateValue) === alarm.StateValue);
    const end = offset + input.MaxRecords;
    const more = end < alarms.length ? { NextToken: encodeToken({ offset: end }) } : {};
    return done({ MetricAlarms: alarms.slice(offset, end), CompositeAlarms: [], ...more });
  });
}

const historyInput = z.object({
  AlarmName: z.string().optional(),
  HistoryItemType: z.enum(['StateUpdate', 'ConfigurationUpdate', 'Action']).optional(),
  StartDate: z.number().optional(),
  EndDate: z.number().optional(),
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
  MaxRecords: z.number().int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});

const historyDaysMax = 30;

/** Only state updates: nobody configures the lab's alarms, and they do nothing. */
function describeAlarmHistory(lab: CloudWatchLab): AwsOperation {
  return awsOperation(historyInput, invalidValue, (input) => {
    const offset = offsetOf(input.NextToken);
    if (offset === null) return failed(invalidToken);
    const nowMs = lab.nowMs();
    const toMs = Math.min(nowMs, (input.EndDate ?? nowMs / 1_000) * 1_000);
    const fromMs = Math.max((input.StartDate ?? 0) * 1_000, nowMs - historyDaysMax * historyMinutes * minuteMs);
    const items = watchedMonitors(lab)
      .filter((monitor) => (input.AlarmName ?? monitor.name) === monitor.name)
      .flatMap((monitor) => changesOf(lab, monitor, { fromMs, toMs }))
      .toSorted((one, other) => one.Timestamp - other.Timestamp);
    const ordered = input.ScanBy === 'TimestampAscending' ? items : items.toReversed();
    const asked = input.HistoryItemType === undefined || input.HistoryItemType === 'StateUpdate' ? ordered : [];
    const end = offset + input.MaxRecords;
    const more = end < asked.length ? { NextToken: encodeToken({ offset: end }) } : {};
    return done({ AlarmHistoryItems: asked.slice(offset, end), ...more });
  });
}

function changesOf(lab: CloudWatchLab, monitor: ShopMonitor, { fromMs, toMs }: { fromMs: number; toMs: number }) {
  const items = [];
  const stateAt = (atMs: number) => alarmStates[lab.world.monitorState(monitor, atMs)];
  const firstMs = Math.ceil(fromMs / minuteMs) * minuteMs;
  let before = stateAt(firstMs - minuteMs);
  for (let atMs = firstMs; atMs <= toMs; atMs += minuteMs) {
    const now = stateAt(atMs);
    if (now !== before) items.push(historyRecord(monitor, { atMs, before, now }));
    before = now;
  }
  return items;
}

const historyRecord = (monitor: ShopMonitor, { atMs, before, now }: { atMs: number; before: string; now: string }) => ({
  AlarmName: monitor.name,
  AlarmType: 'MetricAlarm',
  Timestamp: atMs / 1_000,
  HistoryItemType: 'StateUpdate',
  HistorySummary: `Alarm updated from ${before} to ${now}`,
  HistoryData: JSON.stringify({
    version: '1.0',
    oldState: { stateValue: before },
    newState: { stateValue: now, stateReason: 'Threshold Crossed' },
  }),
});

/** DescribeAlarms and DescribeAlarmHistory. */
export function alarmOperations(lab: CloudWatchLab): AwsOperations {
  return { DescribeAlarms: describeAlarms(lab), DescribeAlarmHistory: describeAlarmHistory(lab) };
}
