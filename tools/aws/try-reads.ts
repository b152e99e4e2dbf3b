/** Tries every action the tools need, once and as cheaply as it can be asked: what is refused for want of a permission is missing. */
import {
  type CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type Refusal, requestSignal } from '../reading/failure.ts';
import { createLimiter } from '../reading/limiter.ts';
import { awsRefusal } from './refusal.ts';

export type Clients = { readonly logs: CloudWatchLogsClient; readonly metrics: CloudWatchClient };
export type Tried = { readonly action: string; readonly group: string | null; readonly refusal: Refusal | null };
export type Abort = { readonly abortSignal: AbortSignal };

type Trial = {
  readonly action: string;
  readonly group: string | null;
  readonly run: (abort: Abort) => Promise<unknown>;
};
type Trying = { readonly groups: readonly string[]; readonly nowMs: number; readonly signal: AbortSignal };

const groupsMax = 20;
const atOnceMax = 4;
const minuteMs = 60_000;

/** Without a known log group, reading lines and starting queries is not tried: any group could rightly be closed to us. */
export function tryReads(clients: Clients, { groups, nowMs, signal }: Trying): Promise<readonly Tried[]> {
  const limited = createLimiter(atOnceMax);
  const trials = [
    ...accountTrials(clients, nowMs),
    ...groups.slice(0, groupsMax).flatMap((group) => groupTrials(clients, group, nowMs)),
  ];
  return Promise.all(
    trials.map(({ action, group, run }) =>
      limited(async () => ({ action, group, refusal: await refusalOf(signal, run) })),
    ),
  );
}

/** Null where it went through. Throws what is no answer of a vendor: a bug. */
export async function refusalOf(signal: AbortSignal, run: (abort: Abort) => Promise<unknown>): Promise<Refusal | null> {
  try {
    await run({ abortSignal: requestSignal(signal) });
    return null;
  } catch (error) {
    const refused = awsRefusal(error, signal);
    if (refused === null) throw error;
    return refused;
  }
}

// No query has this id: whoever may ask is told so.
const noQuery = '00000000-0000-0000-0000-000000000000';

function accountTrials({ logs, metrics }: Clients, nowMs: number): readonly Trial[] {
  const range = { StartTime: new Date(nowMs - minuteMs), EndTime: new Date(nowMs) };
  const stat = { Metric: { Namespace: 'AWS/Logs', MetricName: 'IncomingBytes' }, Period: 60, Stat: 'Sum' };
  const trials: readonly (readonly [action: string, run: Trial['run']])[] = [
    ['logs:DescribeLogGroups', (abort) => logs.send(new DescribeLogGroupsCommand({ limit: 1 }), abort)],
    ['logs:GetQueryResults', (abort) => logs.send(new GetQueryResultsCommand({ queryId: noQuery }), abort)],
    ['logs:StopQuery', (abort) => logs.send(new StopQueryCommand({ queryId: noQuery }), abort)],
    [
      'cloudwatch:GetMetricData',
      (abort) =>
        metrics.send(
          new GetMetricDataCommand({ ...range, MetricDataQueries: [{ Id: 'r0', MetricStat: stat }] }),
          abort,
        ),
    ],
    [
      'cloudwatch:ListMetrics',
      (abort) => metrics.send(new ListMetricsCommand({ Namespace: 'AWS/Logs', MetricName: 'IncomingBytes' }), abort),
    ],
    ['cloudwatch:DescribeAlarms', (abort) => metrics.send(new DescribeAlarmsCommand({ MaxRecords: 1 }), abort)],
    [
      'cloudwatch:DescribeAlarmHistory',
      (abort) => metrics.send(new DescribeAlarmHistoryCommand({ MaxRecords: 1 }), abort),
    ],
  ];
  return trials.map(([action, run]) => ({ action, group: null, run }));
}

function groupTrials({ logs }: Clients, group: string, nowMs: number): readonly Trial[] {
  const recent = { logGroupName: group, startTime: nowMs - minuteMs, endTime: nowMs, limit: 1 };
  // Older than any retention: refused as malformed where it is allowed, so that nothing is scanned or charged.
  const first = { logGroupName: group, startTime: 0, endTime: 1, queryString: 'fields @timestamp', limit: 1 };
  return [
    { action: 'logs:FilterLogEvents', group, run: (abort) => logs.send(new FilterLogEventsCommand(recent), abort) },
    { action: 'logs:StartQuery', group, run: (abort) => logs.send(new StartQueryCommand(first), abort) },
  ];
}
