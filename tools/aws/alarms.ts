/** Alarms and their transitions. The words and shapes are those of the CloudWatch API reference. */
import { type CloudWatchClient, DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import { requestSignal } from '../reading/failure.ts';
import { type Bounds, type Paged, readPages } from './ask.ts';

const state = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
export type AlarmState = z.output<typeof state>;

const common = {
  AlarmName: z.string().min(1),
  StateValue: state,
  StateReason: z.string().default(''),
  StateUpdatedTimestamp: z.date().optional(),
  StateTransitionedTimestamp: z.date().optional(),
  ActionsEnabled: z.boolean().default(true),
};
const metricAlarm = z.object({
  ...common,
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Statistic: z.string().optional(),
  ExtendedStatistic: z.string().optional(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  Period: z.number().optional(),
  EvaluationPeriods: z.number().optional(),
  DatapointsToAlarm: z.number().optional(),
  Threshold: z.number().optional(),
  ComparisonOperator: z.string().optional(),
});
const compositeAlarm = z.object({ ...common, AlarmRule: z.string().default('') });
export type MetricAlarm = z.output<typeof metricAlarm>;
export type CompositeAlarm = z.output<typeof compositeAlarm>;
export type Alarms = { readonly metric: readonly MetricAlarm[]; readonly composite: readonly CompositeAlarm[] };

const alarmsAnswer = z
  .object({
    MetricAlarms: z.array(metricAlarm).optional(),
    CompositeAlarms: z.array(compositeAlarm).optional(),
    NextToken: z.string().optional(),
  })
  // Each list may be left out when it is empty, but an answer without any is none.
  .refine(({ MetricAlarms, CompositeAlarms }) => MetricAlarms !== undefined || CompositeAlarms !== undefined);

export type AlarmFilter =
  | { readonly by: 'state'; readonly state: AlarmState }
  | { readonly by: 'prefix'; readonly prefix: string }
  /** At most 100. */
  | { readonly by: 'names'; readonly names: readonly string[] };

const pagesMax = 5;
const pageSize = 100;
const types = ['MetricAlarm', 'CompositeAlarm'] as const;

export async function describeAlarms(
  client: CloudWatchClient,
  filter: AlarmFilter,
  bounds: Bounds,
): Promise<Alarms & { readonly truncated: boolean }> {
  const read = await readPages({ ...bounds, pagesMax }, async (NextToken, signal) => {
    const command = new DescribeAlarmsCommand({
      AlarmTypes: [...types],
      ...filterOf(filter),
      MaxRecords: pageSize,
      NextToken,
    });
    const page = alarmsAnswer.parse(await client.send(command, { abortSignal: requestSignal(signal) }));
    return { items: [page], next: page.NextToken };
  });
  return {
    metric: read.items.flatMap(({ MetricAlarms }) => MetricAlarms ?? []),
    composite: read.items.flatMap(({ CompositeAlarms }) => CompositeAlarms ?? []),
    truncated: read.truncated,
  };
}

function filterOf(filter: AlarmFilter) {
  switch (filter.by) {
    case 'state':
      return { StateValue: filter.state };
    case 'prefix':
      return { AlarmNamePrefix: filter.prefix };
    case 'names':
      return { AlarmNames: [...filter.names] };
  }
}

export type Transition = {
  readonly alarm: string;
  readonly atMs: number;
  readonly from: AlarmState | null;
  readonly to: AlarmState;
};

const historyAnswer = z.object({
  AlarmHistoryItems: z.array(
    z.object({ AlarmName: z.string(), Timestamp: z.date(), HistoryData: z.string().default('') }),
  ),
  NextToken: z.string().optional(),
});
const historyData = z.object({
  oldState: z.object({ stateValue: state }).optional(),
  newState: z.object({ stateValue: state }),
});

/** When any alarm changed its state in the window, oldest first; CloudWatch keeps 30 days of it. */
export function readTransitions(
  client: CloudWatchClient,
  { window, alarm }: { window: Window; alarm: string | null },
  bounds: Bounds,
): Promise<Paged<Transition>> {
  return readPages({ ...bounds, pagesMax }, async (NextToken, signal) => {
    const command = new DescribeAlarmHistoryCommand({
      ...(alarm === null ? {} : { AlarmName: alarm }),
      AlarmTypes: [...types],
      HistoryItemType: 'StateUpdate',
      StartDate: new Date(window.fromMs),
      EndDate: new Date(window.toMs),
      ScanBy: 'TimestampAscending',
      MaxRecords: pageSize,
      NextToken,
    });
    const page = historyAnswer.parse(await client.send(command, { abortSignal: requestSignal(signal) }));
    return { items: page.AlarmHistoryItems.flatMap(readTransition), next: page.NextToken };
  });
}

function readTransition(item: z.output<typeof historyAnswer>['AlarmHistoryItems'][number]): Transition[] {
  const data = historyData.safeParse(readJson(item.HistoryData));
  if (!data.success) return [];
  const { oldState, newState } = data.data;
  const from = oldState?.stateValue ?? null;
  return [{ alarm: item.AlarmName, atMs: item.Timestamp.getTime(), from, to: newState.stateValue }];
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not every history item carries data; such a one tells no transition.
    return null;
  }
}
