import {
  type AlarmHistoryItem,
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListMetricsCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetQueryResultsCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCloudWatch } from '../../src/lab/cloudwatch.ts';
import type { RunningVendor } from '../../src/lab/vendor-http.ts';
import { minuteMs, nowMs, onsetMs, tinyWorld } from './tiny-world.ts';

const group = '/shop/prod/checkout';
let vendor: RunningVendor;
let logs: CloudWatchLogsClient;
let metrics: CloudWatchClient;

const settings = (accessKeyId: string) => ({
  region: 'eu-central-1',
  endpoint: vendor.url,
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'lab-secret' },
});

beforeAll(async () => {
  vendor = await startCloudWatch({ world: tinyWorld, nowMs: () => nowMs, port: 0, maxConcurrentQueries: 3 });
  logs = new CloudWatchLogsClient(settings(vendor.environment['AWS_ACCESS_KEY_ID'] ?? ''));
  metrics = new CloudWatchClient(settings(vendor.environment['AWS_ACCESS_KEY_ID'] ?? ''));
});
afterAll(async () => {
  logs.destroy();
  metrics.destroy();
  await vendor.close();
});

const refused = (name: string) => expect.objectContaining({ name });

async function filterAll(input: Partial<FilterLogEventsCommandInput>) {
  const messages: string[] = [];
  const times: number[] = [];
  let pages = 0;
  let nextToken: string | undefined;
  do {
    const page = await logs.send(
      new FilterLogEventsCommand({ logGroupName: group, startTime: onsetMs, ...input, nextToken }),
    );
    pages += 1;
    messages.push(...(page.events ?? []).map((event) => event.message ?? ''));
    times.push(...(page.events ?? []).map((event) => event.timestamp ?? 0));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return { messages, times, pages };
}

describe('log groups', () => {
  test('lists only the groups of services that log to CloudWatch', async () => {
    const all = await logs.send(new DescribeLogGroupsCommand({}));
    const none = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/other' }));
    expect(all.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual([group]);
    expect(none).toMatchObject({ logGroups: [] });
  });

  test('pages through groups without repeating or losing one', async () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ ...(tinyWorld.services[0] ?? never()), id }));
    const wide = await startCloudWatch({ world: { ...tinyWorld, services: many }, nowMs: () => nowMs, port: 0 });
    const client = new CloudWatchLogsClient({ ...settings('LABACCESSKEY'), endpoint: wide.url });
    const names: string[] = [];
    let nextToken: string | undefined;
    let pages = 0;
    do {
      const page = await client.send(new DescribeLogGroupsCommand({ limit: 2, nextToken }));
      names.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName ?? ''));
      nextToken = page.nextToken;
      pages += 1;
    } while (nextToken !== undefined);
    client.destroy();
    await wide.close();
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => `/shop/prod/${id}`));
    expect(pages).toBe(3);
  });
});

const never = (): never => {
  throw new Error('the tiny world has services');
};

describe('filtering events', () => {
  test('returns every line of the window and none after now', async () => {
    const { times } = await filterAll({ endTime: nowMs + 3_600_000 });
    expect(times).toHaveLength(64);
    expect(times[0]).toBe(onsetMs);
    expect(Math.max(...times)).toBe(nowMs);
  });

  test('includes both ends of the window', async () => {
    const { times } = await filterAll({ startTime: onsetMs, endTime: onsetMs + 10_000 });
    expect(times).toEqual([onsetMs, onsetMs + 10_000]);
  });

  test('starts at the end when asked to, page by page', async () => {
    const whole = await filterAll({});
    const backwards = await filterAll({ startFromHead: false, limit: 10 });
    expect(backwards.times).toEqual(whole.times.toReversed());
    await expect(filterAll({ startFromHead: false, startTime: 0 })).rejects.toEqual(
      refused('InvalidParameterException'),
    );
  });

  test('pages without repeating or losing a line', async () => {
    const whole = await filterAll({});
    const paged = await filterAll({ limit: 10 });
    expect(paged.times).toEqual(whole.times);
    expect(paged.pages).toBe(7);
  });

  test('may answer an empty page with a token when a long window holds no match', async () => {
    const { messages, pages } = await filterAll({ startTime: onsetMs - 86_400_000, filterPattern: '"no such text"' });
    expect(messages).toEqual([]);
    expect(pages).toBeGreaterThan(1);
  });

  test.each([
    { pattern: '{ $.level = "error" }', found: 22 },
    { pattern: '{ $.level != "error" }', found: 42 },
    { pattern: '{ $.order.id = 7 && $.level = "error" }', found: 22 },
    { pattern: '{ $.order.id = 8 }', found: 0 },
    { pattern: 'payment timed', found: 22 },
    { pattern: '"timed out after"', found: 22 },
    { pattern: 'Payment', found: 0 },
    { pattern: '?timed ?served', found: 64 },
    { pattern: '-timed', found: 42 },
    { pattern: 'level -served', found: 22 },
  ])('finds $found lines for the pattern $pattern', async ({ pattern, found }) => {
    const { messages } = await filterAll({ filterPattern: pattern });
    expect(messages).toHaveLength(found);
  });

  test.each(['%regex%', '[ip, user]', '{ $.level = "err*" }', '{ $.level > 3 }', '?timed served', 'a|b'])(
    'refuses the pattern %s instead of ignoring it',
    async (filterPattern) => {
      const sent = logs.send(new FilterLogEventsCommand({ logGroupName: group, filterPattern }));
      await expect(sent).rejects.toEqual(refused('InvalidParameterException'));
    },
  );

  test('keeps to the named streams', async () => {
    const own = await filterAll({ logStreamNames: ['checkout-1'], endTime: onsetMs });
    const other = await filterAll({ logStreamNames: ['checkout-2'], endTime: onsetMs });
    expect([own.times.length, other.times.length]).toEqual([1, 0]);
  });

  test.each([
    { input: { logGroupName: '/shop/prod/cart' }, name: 'ResourceNotFoundException' },
    { input: { logGroupName: group, nextToken: 'made-up' }, name: 'InvalidParameterException' },
    { input: { logGroupName: group, startTime: 2, endTime: 1 }, name: 'InvalidParameterException' },
    { input: { logGroupName: group, limit: 10_001 }, name: 'InvalidParameterException' },
    { input: {}, name: 'InvalidParameterException' },
  ])('refuses $input with $name', async ({ input, name }) => {
    await expect(logs.send(new FilterLogEventsCommand(input))).rejects.toEqual(refused(name));
  });
});

describe('credentials', () => {
  test('refuses an unknown access key on both services', async () => {
    const strangerLogs = new CloudWatchLogsClient(settings('SOMEBODYELSE'));
    const strangerMetrics = new CloudWatchClient(settings('SOMEBODYELSE'));
    await expect(strangerLogs.send(new DescribeLogGroupsCommand({}))).rejects.toEqual(
      refused('UnrecognizedClientException'),
    );
    await expect(strangerMetrics.send(new ListMetricsCommand({}))).rejects.toEqual(
      refused('UnrecognizedClientException'),
    );
    strangerLogs.destroy();
    strangerMetrics.destroy();
  });

  test('may read and not write', async () => {
    const write = new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 1 });
    await expect(logs.send(write)).rejects.toEqual(refused('AccessDeniedException'));
  });

  test('refuses unsigned, unknown and broken requests in the vendor shape', async () => {
    const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=LABACCESSKEY/x, Signature=y' };
    const send = async (headers: Record<string, string>, body: string) =>
      (await fetch(vendor.url, { method: 'POST', headers, body })).json();
    const unsigned = await send({}, '{}');
    const unknown = await send({ ...signed, 'x-amz-target': 'Logs_20140328.DeleteLogGroup' }, '{}');
    const broken = await send({ ...signed, 'x-amz-target': 'Logs_20140328.FilterLogEvents' }, '{');
    expect([unsigned, unknown, broken]).toMatchObject([
      { __type: 'MissingAuthenticationTokenException' },
      { __type: 'UnknownOperationException' },
      { __type: 'SerializationException' },
    ]);
  });
});

describe('Insights queries', () => {
  const start = async (queryString: string, more = {}) =>
    logs.send(
      new StartQueryCommand({
        logGroupName: group,
        startTime: onsetMs / 1_000,
        endTime: onsetMs / 1_000 + 3_600,
        queryString,
        ...more,
      }),
    );
  const poll = (queryId: string | undefined) => logs.send(new GetQueryResultsCommand({ queryId }));
  async function run(queryString: string) {
    const { queryId } = await start(queryString);
    await poll(queryId);
    await poll(queryId);
    return poll(queryId);
  }

  test('is scheduled, then running, then complete and stays so', async () => {
    const { queryId } = await start('fields @timestamp, @message | limit 1');
    const statuses: (string | undefined)[] = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await poll(queryId)).status);
    expect(statuses).toEqual(['Scheduled', 'Running', 'Complete', 'Complete']);
  });

  test('returns the newest matching lines with their counts', async () => {
    const answer = await run('fields @timestamp, @message | filter level = "error" | sort @timestamp desc | limit 2');
    expect(answer.results?.map((row) => row[0]?.value)).toEqual(['2026-11-20 10:10:30.000', '2026-11-20 10:10:00.000']);
    expect(answer.statistics).toMatchObject({ recordsMatched: 22, recordsScanned: 64 });
  });

  test('counts by minute and level', async () => {
    const { results } = await run('stats count(*) as n by bin(1m), level | sort n asc');
    expect(results).toHaveLength(22);
    expect(results?.map((row) => row[2]?.value)).toEqual([...Array(12).fill('2'), ...Array(10).fill('4')]);
    expect(results).toContainEqual([
      { field: 'bin(1m)', value: '2026-11-20 10:00:00.000' },
      { field: 'level', value: 'info' },
      { field: 'n', value: '4' },
    ]);
  });

  test('applies in and like', async () => {
    const answer = await run('filter level in ["error", "warn"] and @message like "timed out" | stats count(*) as n');
    expect(answer.results).toEqual([[{ field: 'n', value: '22' }]]);
  });

  test('reads or, brackets, not like and texts that hold signs of the language', async () => {
    const counted = async (condition: string) =>
      (await run(`filter ${condition} | stats count(*) as n`)).results?.[0]?.[0]?.value;
    expect(await counted('(@message like "timed" or level = "warn")')).toBe('22');
    expect(await counted('level = "error" and @message not like "timed"')).toBe(undefined);
    expect(await counted('@message not like "| limit 1 \\" or (x)"')).toBe('64');
  });

  test('hands out rows page by page', async () => {
    const { queryId } = await start('fields @timestamp | sort @timestamp asc');
    await poll(queryId);
    await poll(queryId);
    const times: (string | undefined)[] = [];
    let nextToken: string | undefined;
    let pages = 0;
    do {
      const page = await logs.send(new GetQueryResultsCommand({ queryId, maxItems: 20, nextToken }));
      times.push(...(page.results ?? []).map((row) => row[0]?.value));
      nextToken = page.nextToken;
      pages += 1;
    } while (nextToken !== undefined);
    expect([times.length, new Set(times).size, pages]).toEqual([64, 64, 4]);
  });

  test.each(['parse @message "*" as x', 'filter @message like /a/', 'stats avg(x) by y', 'sort n', 'limit 0', ''])(
    'refuses the query %j as malformed',
    async (queryString) => {
      await expect(start(queryString === '' ? ' ' : queryString)).rejects.toEqual(refused('MalformedQueryException'));
    },
  );

  test('refuses unknown groups and unknown queries', async () => {
    await expect(start('limit 1', { logGroupName: '/shop/prod/none' })).rejects.toEqual(
      refused('ResourceNotFoundException'),
    );
    await expect(poll('00000000-0000-0000-0000-000000000000')).rejects.toEqual(refused('ResourceNotFoundException'));
  });

  test('a stopped query is cancelled, frees its slot and cannot be stopped twice', async () => {
    const started = await Promise.all([1, 2, 3].map(() => start('limit 1')));
    await expect(start('limit 1')).rejects.toEqual(refused('LimitExceededException'));
    const [first] = started;
    const stopped = await logs.send(new StopQueryCommand({ queryId: first?.queryId }));
    const after = await poll(first?.queryId);
    const next = await start('limit 1');
    expect([stopped.success, after.status]).toEqual([true, 'Cancelled']);
    await expect(logs.send(new StopQueryCommand({ queryId: first?.queryId }))).rejects.toEqual(
      refused('InvalidParameterException'),
    );
    const open = [...started.slice(1), next];
    await Promise.all(open.map(({ queryId }) => logs.send(new StopQueryCommand({ queryId }))));
  });
});

describe('metrics', () => {
  const dataInput = (more: Partial<GetMetricDataCommandInput> = {}): GetMetricDataCommandInput => ({
    MetricDataQueries: [
      {
        Id: 'cpu',
        MetricStat: {
          Metric: {
            Namespace: 'Shop',
            MetricName: 'CPUUtilization',
            Dimensions: [{ Name: 'Service', Value: 'checkout' }],
          },
          Period: 60,
          Stat: 'Average',
        },
      },
    ],
    StartTime: new Date(onsetMs),
    EndTime: new Date(onsetMs + 3_600_000),
    ...more,
  });

  test('answers percent per complete minute, newest first, and nothing of the running minute', async () => {
    const { MetricDataResults: results } = await metrics.send(new GetMetricDataCommand(dataInput()));
    expect(results?.[0]?.Values).toEqual(Array.from({ length: 10 }, () => 40));
    expect(results?.[0]?.Timestamps?.[0]?.getTime()).toBe(onsetMs + 9 * minuteMs);
    expect(results?.[0]?.StatusCode).toBe('Complete');
  });

  test('pages datapoints and says which result is partial', async () => {
    const values: number[] = [];
    const codes: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await metrics.send(new GetMetricDataCommand(dataInput({ MaxDatapoints: 4, NextToken })));
      values.push(...(page.MetricDataResults?.[0]?.Values ?? []));
      codes.push(page.MetricDataResults?.[0]?.StatusCode);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(values).toHaveLength(10);
    expect(codes).toEqual(['PartialData', 'PartialData', 'Complete']);
  });

  test('answers an unknown metric with no values', async () => {
    const [query] = dataInput().MetricDataQueries ?? [];
    const MetricStat = { Period: 60, Stat: 'Average', Metric: { Namespace: 'Other', MetricName: 'CPUUtilization' } };
    const answer = await metrics.send(
      new GetMetricDataCommand(dataInput({ MetricDataQueries: [{ Id: query?.Id, MetricStat }] })),
    );
    expect(answer.MetricDataResults?.[0]?.Values ?? []).toEqual([]);
  });

  test('refuses metric math, a reversed window and a made-up token', async () => {
    const math = dataInput({ MetricDataQueries: [{ Id: 'm', Expression: 'cpu * 2' }] });
    const reversed = dataInput({ EndTime: new Date(onsetMs - 1) });
    const token = dataInput({ NextToken: 'made-up' });
    await expect(metrics.send(new GetMetricDataCommand(math))).rejects.toEqual(
      refused('InvalidParameterValueException'),
    );
    await expect(metrics.send(new GetMetricDataCommand(reversed))).rejects.toEqual(
      refused('InvalidParameterValueException'),
    );
    await expect(metrics.send(new GetMetricDataCommand(token))).rejects.toEqual(refused('InvalidNextToken'));
  });

  test('lists metrics per service, without services that have none', async () => {
    const all = await metrics.send(new ListMetricsCommand({ Namespace: 'Shop', MetricName: 'MemoryUtilization' }));
    const none = await metrics.send(new ListMetricsCommand({ Namespace: 'Other' }));
    expect(all.Metrics?.map(({ Dimensions }) => Dimensions?.[0]?.Value)).toEqual(['checkout', 'cart']);
    expect(none.Metrics).toEqual([]);
  });

  test('describes the alarms on the metrics it has, page by page', async () => {
    const first = await metrics.send(new DescribeAlarmsCommand({ MaxRecords: 1 }));
    const second = await metrics.send(new DescribeAlarmsCommand({ MaxRecords: 1, NextToken: first.NextToken }));
    expect(first.MetricAlarms?.[0]).toMatchObject({ AlarmName: 'cart CPU', StateValue: 'OK', Threshold: 90 });
    expect([second.MetricAlarms?.length, second.NextToken]).toEqual([1, undefined]);
  });

  test('tells state changes of the asked time, page by page, and nothing for alarms that never changed', async () => {
    const flapping = {
      ...tinyWorld,
      monitorState: ({ id }: { id: number }, atMs: number) =>
        id === 103 && Math.floor(atMs / (2 * minuteMs)) % 2 === 0 ? ('alert' as const) : ('ok' as const),
    };
    const wide = await startCloudWatch({ world: flapping, nowMs: () => nowMs, port: 0 });
    const client = new CloudWatchClient({ ...settings('LABACCESSKEY'), endpoint: wide.url });
    const items: AlarmHistoryItem[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new DescribeAlarmHistoryCommand({
          HistoryItemType: 'StateUpdate',
          StartDate: new Date(onsetMs),
          EndDate: new Date(onsetMs + 8 * minuteMs),
          ScanBy: 'TimestampAscending',
          MaxRecords: 2,
          NextToken,
        }),
      );
      items.push(...(page.AlarmHistoryItems ?? []));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    client.destroy();
    await wide.close();
    expect(items.map(({ Timestamp }) => ((Timestamp?.getTime() ?? 0) - onsetMs) / minuteMs)).toEqual([0, 2, 4, 6, 8]);
    expect(new Set(items.map(({ AlarmName }) => AlarmName))).toEqual(new Set(['cart CPU']));
    expect(JSON.parse(items[1]?.HistoryData ?? '')).toMatchObject({
      oldState: { stateValue: 'ALARM' },
      newState: { stateValue: 'OK' },
    });
  });
});
