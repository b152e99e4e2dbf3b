/** CloudWatch metrics through the AWS client and real HTTP. */
import { describe, expect, it } from 'vitest';
import { periodFor } from '../../tools/aws/metric-meaning.ts';
import { tool } from '../../tools/cloudwatch-metrics.ts';
import { type AwsInput, awsEnvironment, awsRefusals, inputsOf, startAws } from './aws-vendor.ts';
import type { Answer, Vendor } from './counterpart.ts';
import { ask, failure, found, from, headline, minuteMs, nowMs, to } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const input = {
  service: 'checkout',
  namespace: 'AWS/ECS',
  metric: 'CPUUtilization',
  statistic: 'Average',
  dimensions: [
    { name: 'ClusterName', value: 'prod' },
    { name: 'ServiceName', value: 'checkout' },
  ],
  from,
  to,
};

/** Seconds since the epoch, as the AWS JSON protocol writes times. */
const minutes = Array.from({ length: 60 }, (_, index) => (nowMs - (60 - index) * minuteMs) / 1_000);
const rising = minutes.map((_, index) => (index < 40 ? 30 : 90));

const results = (values: readonly number[], more: object = {}): Answer => ({
  body: {
    MetricDataResults: [{ Id: 'r0', Label: 'x', Timestamps: minutes, Values: values, StatusCode: 'Complete', ...more }],
  },
});
const nothing: Answer = { body: { MetricDataResults: [{ Id: 'r0', Label: 'x', Timestamps: [], Values: [] }] } };

const asking = (vendor: Vendor, more: object = {}) =>
  ask(tool, { environment: awsEnvironment(vendor.url), input: { ...input, ...more } });

describe('cloudwatch_metrics', () => {
  it('finds when a metric changed, in the unit the engine knows', async () => {
    const vendor = await startAws({ GetMetricData: () => results(rising) });

    const finding = found(await asking(vendor));

    expect(headline(finding)).toBe('CPU of checkout went from 0.3 to 0.9 ratio at 2026-11-18 09:40 UTC.');
    expect(finding.signals.series).toEqual([
      {
        service: 'checkout',
        metric: 'cpu_ratio',
        points: minutes.map((at, index) => [at * 1_000, (rising[index] ?? 0) * 0.01]),
      },
    ]);
    expect(finding).toMatchObject({ provenance: 'B', truncated: false });
    expect(inputsOf(vendor, 'GetMetricData')).toEqual([
      {
        MetricDataQueries: [
          {
            Id: 'r0',
            MetricStat: {
              Metric: {
                Namespace: 'AWS/ECS',
                MetricName: 'CPUUtilization',
                Dimensions: [
                  { Name: 'ClusterName', Value: 'prod' },
                  { Name: 'ServiceName', Value: 'checkout' },
                ],
              },
              Period: 60,
              Stat: 'Average',
            },
            ReturnData: true,
          },
        ],
        StartTime: (nowMs - 60 * minuteMs) / 1_000,
        EndTime: nowMs / 1_000,
        ScanBy: 'TimestampAscending',
      },
    ]);
  });

  it('gives a command to paste and a link to the drawn metric', async () => {
    const vendor = await startAws({ GetMetricData: () => results(rising) });

    const finding = found(await asking(vendor));

    const json = /--metric-data-queries '(.+)'$/u.exec(finding.query)?.[1] ?? '';
    expect(JSON.parse(json)).toEqual(inputsOf(vendor, 'GetMetricData')[0]?.['MetricDataQueries']);
    expect(finding.query).toMatch(
      /^aws cloudwatch get-metric-data --start-time 2026-11-18T09:00:00.000Z --end-time 2026-11-18T10:00:00.000Z /u,
    );
    expect(finding.link).toBe(
      "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#metricsV2:graph=~(metrics~(~(~'AWS*2fECS~'CPUUtilization~'ClusterName~'prod~'ServiceName~'checkout))~view~'timeSeries~region~'eu-central-1~stat~'Average~period~60~start~'2026-11-18T09*3a00*3a00.000Z~end~'2026-11-18T10*3a00*3a00.000Z)",
    );
  });

  it('joins points over pages', async () => {
    const part = (page: number): Answer => ({
      body: {
        MetricDataResults: [
          {
            Id: 'r0',
            Timestamps: minutes.slice(page * 15, page * 15 + 15),
            Values: rising.slice(page * 15, page * 15 + 15),
            StatusCode: page < 3 ? 'PartialData' : 'Complete',
          },
        ],
        ...(page < 3 ? { NextToken: String(page + 1) } : {}),
      },
    });
    const vendor = await startAws({ GetMetricData: (asked) => part(Number(asked['NextToken'] ?? '0')) });

    const finding = found(await asking(vendor));

    expect(inputsOf(vendor, 'GetMetricData')).toHaveLength(4);
    expect(finding.signals.series?.[0]?.points).toHaveLength(60);
    expect(finding.truncated).toBe(false);
  });

  it('stops after ten pages and says so', async () => {
    const vendor = await startAws({
      GetMetricData: () => ({
        body: { MetricDataResults: [], ...(results(rising).body as object), NextToken: 'more' },
      }),
    });
    const finding = found(await asking(vendor));
    expect([vendor.asked.length, finding.truncated]).toEqual([10, true]);
  });

  it('divides one metric by another with metric math, and knows an error ratio', async () => {
    const vendor = await startAws({
      GetMetricData: () => results(minutes.map((_, index) => (index < 50 ? 0.01 : 0.4))),
    });

    const finding = found(
      await asking(vendor, {
        namespace: 'AWS/Lambda',
        metric: 'Errors',
        dividedBy: 'Invocations',
        statistic: 'Sum',
        dimensions: [{ name: 'FunctionName', value: 'checkout' }],
      }),
    );

    expect(headline(finding)).toContain('Error ratio of checkout went from 0.01 to 0.4 ratio');
    expect(finding.signals.series?.[0]?.metric).toBe('error_ratio');
    expect(inputsOf(vendor, 'GetMetricData')[0]?.['MetricDataQueries']).toMatchObject([
      { Id: 'a0', ReturnData: false, MetricStat: { Metric: { MetricName: 'Errors' } } },
      { Id: 'b0', ReturnData: false, MetricStat: { Metric: { MetricName: 'Invocations' } } },
      { Id: 'r0', ReturnData: true, Expression: 'a0 / b0' },
    ]);
  });

  it.each`
    namespace               | metric                             | statistic    | value   | means                                              | becomes
    ${'AWS/ApplicationELB'} | ${'TargetResponseTime'}            | ${'p95'}     | ${0.25} | ${'latency_p95_ms'}                                | ${250}
    ${'AWS/ApplicationELB'} | ${'RequestCount'}                  | ${'Sum'}     | ${600}  | ${'request_rate'}                                  | ${10}
    ${'AWS/Lambda'}         | ${'Throttles'}                     | ${'Sum'}     | ${7}    | ${'throttle_count'}                                | ${7}
    ${'ContainerInsights'}  | ${'pod_memory_utilization'}        | ${'Average'} | ${42}   | ${'memory_ratio'}                                  | ${0.42}
    ${'AWS/SQS'}            | ${'ApproximateAgeOfOldestMessage'} | ${'Maximum'} | ${9}    | ${'AWS/SQS ApproximateAgeOfOldestMessage Maximum'} | ${9}
    ${'Shop/Payments'}      | ${'DeclinedCards'}                 | ${'Sum'}     | ${3}    | ${'Shop/Payments DeclinedCards Sum'}               | ${3}
  `('reads $namespace $metric as $means', async ({ namespace, metric, statistic, value, means, becomes }) => {
    const vendor = await startAws({ GetMetricData: () => results(minutes.map(() => value)) });

    const finding = found(await asking(vendor, { namespace, metric, statistic }));

    const [series] = finding.signals.series ?? [];
    expect(series?.metric).toBe(means);
    expect(series?.points[0]?.[1]).toBeCloseTo(becomes, 9);
  });

  it('looks up the series that have the given dimensions where none has only them', async () => {
    const pods = Array.from({ length: 23 }, (_, index) => ({
      Namespace: 'ContainerInsights',
      MetricName: 'pod_cpu_utilization',
      Dimensions: [
        { Name: 'ClusterName', Value: 'prod' },
        { Name: 'PodName', Value: index === 2 ? 'evil"] | x' : `checkout-${index}` },
      ],
    }));
    const vendor = await startAws({
      GetMetricData: (asked: AwsInput) => {
        const queries = asked['MetricDataQueries'] as { Id: string }[];
        if (queries.length === 1) return nothing;
        return {
          body: {
            MetricDataResults: queries.map(({ Id }) => ({
              Id,
              Timestamps: minutes,
              Values: Id === 'r4' ? rising : minutes.map(() => 30),
            })),
          },
        };
      },
      ListMetrics: (_asked, count) => ({
        body: { Metrics: pods.slice((count - 1) * 8, count * 8), ...(count < 3 ? { NextToken: String(count) } : {}) },
      }),
    });

    const finding = found(
      await asking(vendor, {
        namespace: 'ContainerInsights',
        metric: 'pod_cpu_utilization',
        dimensions: [{ name: 'ClusterName', value: 'prod' }],
      }),
    );

    expect(headline(finding)).toContain('CPU of checkout {PodName=checkout-5} went from 0.3 to 0.9 ratio');
    expect(headline(finding)).toContain('3 more series were not read.');
    expect(finding.truncated).toBe(true);
    expect(finding.signals.series).toHaveLength(20);
    expect(finding.signals.series?.[4]).toMatchObject({ service: 'checkout', metric: 'cpu_ratio{PodName=checkout-5}' });
    expect([finding.query, finding.link, JSON.stringify(finding.result)].join('')).not.toContain('evil');
    expect(inputsOf(vendor, 'ListMetrics')).toHaveLength(3);
  });

  it('is empty where no series has the dimensions, and says what was searched', async () => {
    const vendor = await startAws({ GetMetricData: () => nothing, ListMetrics: () => ({ body: { Metrics: [] } }) });
    expect(await asking(vendor)).toMatchObject({
      kind: 'empty',
      searched:
        'AWS/ECS CPUUtilization Average with {ClusterName=prod,ServiceName=checkout}, 2026-11-18 09:00 to 10:00 UTC',
    });
  });

  it('asks for no period that has not ended: it would look like a fall', async () => {
    const vendor = await startAws({ GetMetricData: () => results(rising) });
    await asking(vendor, { from: '2026-11-18T09:00:40Z', to: '2026-11-18T09:59:40Z' });
    const [asked] = inputsOf(vendor, 'GetMetricData');
    expect([asked?.['StartTime'], asked?.['EndTime']]).toEqual([
      Date.parse('2026-11-18T09:00:00Z') / 1_000,
      Date.parse('2026-11-18T09:59:00Z') / 1_000,
    ]);
  });

  it.each`
    answered           | says
    ${'Forbidden'}     | ${'a permission is missing (Forbidden)'}
    ${'InternalError'} | ${'the vendor failed (InternalError)'}
  `('takes $answered inside an answer for a refusal', async ({ answered, says }) => {
    const vendor = await startAws({ GetMetricData: () => results([], { Timestamps: [], StatusCode: answered }) });
    expect(failure(await asking(vendor)).reason).toContain(says);
  });

  it.each([
    { namespace: 'AWS/Billing' },
    { namespace: 'x"y' },
    { metric: "a' OR" },
    { dimensions: [{ name: 'a', value: 'b"c' }] },
    { dimensions: [{ name: 'a', value: "b'; rm" }] },
    { statistic: 'SELECT' },
    { dividedBy: 'm1 + m2' },
  ])('refuses %j without asking AWS', async (more) => {
    const vendor = await startAws({});
    const finding = failure(await asking(vendor, more));
    expect([finding.retryable, vendor.asked.length]).toEqual([false, 0]);
  });
});

// GetMetricData, API reference: one minute is kept for 15 days, five for 63, an hour for 455.
it.each`
  hours  | daysAgo | seconds
  ${1}   | ${0}    | ${60}
  ${3}   | ${0}    | ${60}
  ${6}   | ${0}    | ${300}
  ${24}  | ${0}    | ${900}
  ${168} | ${0}    | ${3_600}
  ${1}   | ${16}   | ${300}
  ${1}   | ${64}   | ${3_600}
`('takes periods of $seconds s for $hours h that ended $daysAgo days ago', ({ hours, daysAgo, seconds }) => {
  const toMs = nowMs - daysAgo * 24 * 60 * minuteMs;
  expect(periodFor({ fromMs: toMs - hours * 60 * minuteMs, toMs }, nowMs)).toBe(seconds);
});

keepsVendorContract({ tool, environment: awsEnvironment, input, answer: () => results(rising), refusals: awsRefusals });
