/** What `doctor` and `catalog discover` learn from AWS, through its clients and real HTTP. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { integration } from '../../tools/aws/integration.ts';
import { type AwsOperations, answerAws, awsEnvironment, awsError, inputsOf, operationOf } from './aws-vendor.ts';
import { startVendor, unreachableUrl } from './counterpart.ts';
import { minuteMs } from './shop.ts';

// The SDK asks again where AWS' clock differs from the machine's: the tests' AWS has the machine's time.
const nowMs = Math.floor(Date.now() / 1_000) * 1_000;
const denied = () => awsError('AccessDeniedException');
const group = { logGroupName: '/shop/prod/checkout' };

const healthy: AwsOperations = {
  DescribeLogGroups: () => ({ body: { logGroups: [group] } }),
  FilterLogEvents: () => ({ body: { events: [] } }),
  StartQuery: () => awsError('MalformedQueryException'),
  GetQueryResults: () => awsError('ResourceNotFoundException'),
  StopQuery: () => awsError('ResourceNotFoundException'),
  GetMetricData: () => ({ body: { MetricDataResults: [] } }),
  ListMetrics: () => ({ body: { Metrics: [] } }),
  DescribeAlarms: () => ({ body: { MetricAlarms: [] } }),
  DescribeAlarmHistory: () => ({ body: { AlarmHistoryItems: [] } }),
  PutRetentionPolicy: denied,
};

const context = (logGroups: readonly string[] = ['/shop/prod/checkout']) => ({
  signal: new AbortController().signal,
  nowMs,
  environment: 'prod',
  repositories: [],
  namespaces: [],
  logGroups,
});
const connect = (url: string) => integration.connect(integration.environment.parse(awsEnvironment(url)));

async function examine(operations: AwsOperations, { clockMs = nowMs, logGroups = ['/shop/prod/checkout'] } = {}) {
  const answer = answerAws(operations);
  const vendor = await startVendor((asked) => {
    const answered = answer(asked);
    return { ...answered, headers: { ...answered.headers, date: new Date(clockMs).toUTCString() } };
  });
  const checks = await connect(vendor.url).examine(context(logGroups));
  return { vendor, checks, states: Object.fromEntries(checks.map(({ name, state }) => [name, state])) };
}

describe('examining AWS', () => {
  it('finds nothing wrong with exactly the grants of the policy, and says what AWS does not tell', async () => {
    const { vendor, checks, states } = await examine(healthy);

    expect(states).toEqual({ reachable: 'ok', clock: 'ok', scopes: 'unknown', read: 'ok', 'write refused': 'ok' });
    expect(checks.map(({ fix }) => fix)).toEqual([null, null, null, null, null]);
    expect(inputsOf(vendor, 'PutRetentionPolicy')).toEqual([
      { logGroupName: '/causeway-doctor/no-such-log-group-7f3a9c', retentionInDays: 3_653 },
    ]);
    expect(inputsOf(vendor, 'StartQuery')).toEqual([
      { logGroupName: '/shop/prod/checkout', startTime: 0, endTime: 1, queryString: 'fields @timestamp', limit: 1 },
    ]);
  });

  it('names each missing action', async () => {
    const { checks } = await examine({ ...healthy, StartQuery: denied, DescribeAlarms: denied });

    expect(checks.find(({ name }) => name === 'scopes')).toEqual({
      name: 'scopes',
      state: 'problem',
      says: 'missing cloudwatch:DescribeAlarms, logs:StartQuery',
      fix: 'Grant exactly what deploy/aws/reader-policy.json lists.',
    });
  });

  it('names each log group that cannot be read', async () => {
    const { checks } = await examine(
      {
        ...healthy,
        FilterLogEvents: (asked) =>
          asked['logGroupName'] === '/shop/prod/cart'
            ? awsError('ResourceNotFoundException')
            : { body: { events: [] } },
      },
      { logGroups: ['/shop/prod/checkout', '/shop/prod/cart'] },
    );
    const read = checks.find(({ name }) => name === 'read');
    expect(read?.state).toBe('problem');
    expect(read?.says).toBe('1 of 2 log groups could not be read: /shop/prod/cart (not-found)');
  });

  it.each(['ResourceNotFoundException', null])('finds out that it could write (%s)', async (name) => {
    const { checks } = await examine({
      ...healthy,
      PutRetentionPolicy: () => (name === null ? { body: {} } : awsError(name)),
    });
    expect(checks.find((check) => check.name === 'write refused')).toMatchObject({
      state: 'problem',
      fix: expect.stringContaining('deploy/aws/reader-policy.json'),
    });
  });

  it('finds a clock ten minutes off', async () => {
    const { checks } = await examine(healthy, { clockMs: nowMs + 10 * minuteMs });
    expect(checks.find(({ name }) => name === 'clock')).toMatchObject({
      state: 'problem',
      says: 'our clock is 600 s behind',
    });
  });

  it('stops at what cannot be reached', async () => {
    const checks = await connect(await unreachableUrl()).examine(context());
    expect(checks).toMatchObject([
      { name: 'reachable', state: 'problem', says: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  it('stops at credentials that are not accepted, and tries no write with them', async () => {
    const refused = () => awsError('UnrecognizedClientException');
    const { vendor, states } = await examine({ DescribeLogGroups: refused });
    expect(states).toEqual({ reachable: 'ok', clock: 'ok', read: 'problem' });
    expect(vendor.asked.map(operationOf)).toEqual(['DescribeLogGroups']);
  });

  it('says that nothing can be read where the catalogue names no group', async () => {
    const { states } = await examine(healthy, { logGroups: [] });
    expect(states).toMatchObject({ read: 'unknown', 'write refused': 'ok' });
  });
});

describe('discovering services', () => {
  const discover = async (names: readonly string[], pageSize = 50) => {
    const vendor = await startVendor(
      answerAws({
        DescribeLogGroups: (asked) => {
          const offset = Number(asked['nextToken'] ?? '0');
          const end = offset + pageSize;
          const logGroups = names.slice(offset, end).map((logGroupName) => ({ logGroupName }));
          return { body: { logGroups, ...(end < names.length ? { nextToken: String(end) } : {}) } };
        },
      }),
    );
    return connect(vendor.url).discover?.(context());
  };

  it('reads services out of the names that AWS and people give log groups', async () => {
    const found = await discover([
      '/ecs/checkout',
      '/aws/lambda/resize-images',
      '/shop/prod/checkout',
      '/aws/rds/cluster/orders-db/postgresql',
      '/aws/ecs/containerinsights/prod/performance',
      '/aws/eks/prod/cluster',
      'API-Gateway-Execution-Logs_a1b2/prod',
      '/shop/prod',
      'nightly-report',
    ]);
    expect(found).toEqual([
      {
        name: 'resize-images',
        seen: 'Lambda function /aws/lambda/resize-images',
        logGroups: ['/aws/lambda/resize-images'],
      },
      {
        name: 'orders-db',
        seen: 'RDS database /aws/rds/cluster/orders-db/postgresql',
        logGroups: ['/aws/rds/cluster/orders-db/postgresql'],
      },
      { name: 'checkout', seen: 'ECS log group /ecs/checkout', logGroups: ['/ecs/checkout', '/shop/prod/checkout'] },
      { name: 'nightly-report', seen: 'log group nightly-report', logGroups: ['nightly-report'] },
    ]);
  });

  it('follows pages', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `/ecs/service-${index}`);
    expect(await discover(names, 2)).toHaveLength(7);
  });

  it('rejects as AWS refused', async () => {
    const vendor = await startVendor(answerAws({ DescribeLogGroups: denied }));
    await expect(connect(vendor.url).discover?.(context())).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('the reader policy', () => {
  const list = z
    .union([z.string(), z.array(z.string())])
    .transform((value) => (typeof value === 'string' ? [value] : value));
  const policy = z.object({
    Version: z.literal('2012-10-17'),
    Statement: z.array(z.object({ Sid: z.string(), Effect: z.enum(['Allow', 'Deny']), Action: list, Resource: list })),
  });
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../deploy/aws/${file}`, import.meta.url), 'utf8'));
  const { Statement: statements } = policy.parse(read('reader-policy.json'));
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
  const granted = allowed.flatMap(({ Action }) => Action);

  /** The actions the tools name when they are refused. */
  const named = (): readonly string[] => {
    const folder = new URL('../../tools/', import.meta.url);
    const files = ['logs', 'log-errors', 'log-context', 'log-groups', 'metrics', 'alarms'].map(
      (name) => `cloudwatch-${name}.ts`,
    );
    const text = files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');
    return [...new Set([...text.matchAll(/\b(?:logs|cloudwatch):[A-Z][A-Za-z]+/gu)].map(([action]) => action))];
  };

  it('grants every action that a tool needs, and no other', () => {
    expect(granted.toSorted()).toEqual(named().toSorted());
    expect(granted.length).toBeGreaterThanOrEqual(8);
  });

  it('grants what doctor tries', async () => {
    const { vendor } = await examine(healthy);
    const tried = new Set(vendor.asked.map(operationOf).filter((operation) => operation !== 'PutRetentionPolicy'));
    expect([...tried].toSorted()).toEqual(granted.map((action) => action.replace(/^\w+:/u, '')).toSorted());
  });

  it('grants nothing that writes or reads secrets, and lines of listed groups only', () => {
    // StartQuery and StopQuery are level "Read" in AWS' service authorization reference.
    const reading = /^(?:logs:(?:Filter|Describe|Get|StartQuery|StopQuery)|cloudwatch:(?:Get|List|Describe))/u;
    expect(granted.filter((action) => !reading.test(action) || action.includes('*'))).toEqual([]);
    const lines = allowed.filter(({ Action }) => Action.some((action) => /FilterLogEvents|StartQuery/u.test(action)));
    const resources = lines.flatMap(({ Resource }) => Resource);
    expect(
      resources.filter((resource) => !/^arn:aws:logs:REGION:ACCOUNT_ID:log-group:\/[\w/-]+:\*$/u.test(resource)),
    ).toEqual([]);
  });

  it('denies secrets, unmasked lines, objects, roles, whatever else is granted', () => {
    const denials = statements.filter(({ Effect, Resource }) => Effect === 'Deny' && Resource.includes('*'));
    expect(denials.flatMap(({ Action }) => Action)).toEqual(
      expect.arrayContaining([
        'logs:Unmask',
        'secretsmanager:*',
        'ssm:GetParameter*',
        'kms:Decrypt',
        's3:GetObject',
        'iam:*',
        'sts:AssumeRole',
      ]),
    );
  });

  it('is what the integration names, and its role trusts one principal with an external id', () => {
    const trust = z.object({
      Statement: z.tuple([
        z.object({
          Principal: z.object({ AWS: z.string().regex(/:role\/[\w-]+$/) }),
          Action: z.literal('sts:AssumeRole'),
          Condition: z.object({ StringEquals: z.object({ 'sts:ExternalId': z.string() }) }),
        }),
      ]),
    });
    expect(integration.grants).toBe('aws/reader-policy.json');
    expect(trust.safeParse(read('reader-trust-policy.json')).error).toBeUndefined();
  });
});
