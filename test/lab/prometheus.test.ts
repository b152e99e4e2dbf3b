import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startPrometheus } from '../../src/lab/prometheus.ts';
import type { RunningVendor } from '../../src/lab/vendor-http.ts';
import { integration } from '../../tools/prometheus/integration.ts';
import { tool as historyTool } from '../../tools/prometheus-alert-history.ts';
import { tool } from '../../tools/prometheus-alerts.ts';
import { tool as seriesTool } from '../../tools/prometheus-series.ts';
import { tool as targetsTool } from '../../tools/prometheus-targets.ts';
import { minuteMs, nowMs, onsetMs, tinyWorld } from './tiny-world.ts';

const empty = { version: '0'.repeat(64), environment: 'prod', groups: [], people: [], mcpServers: [] };
const tinyCatalogue = tinyWorld.services.map(({ pods: _pods, logsInCloudWatch: _logs, ...described }) => ({
  ...described,
  logGroups: [],
  datadogService: null,
  kubernetes: null,
  pagerdutyService: null,
}));

let vendor: RunningVendor;
beforeAll(async () => {
  vendor = await startPrometheus({ world: tinyWorld, nowMs: () => nowMs, port: 0 });
});
afterAll(() => vendor.close());

const answerShape = z.object({
  status: z.string(),
  errorType: z.string().optional(),
  data: z
    .object({
      alerts: z.array(z.unknown()).default([]),
      result: z
        .array(
          z.object({
            metric: z.object({ service: z.string() }),
            value: z.tuple([z.number(), z.string()]).optional(),
            values: z.array(z.tuple([z.number(), z.string()])).default([]),
          }),
        )
        .default([]),
    })
    .default({ alerts: [], result: [] }),
});

async function ask(path: string, parameters: Record<string, string>, method = 'GET') {
  const form = new URLSearchParams(parameters);
  const answer =
    method === 'GET'
      ? await fetch(`${vendor.url}${path}?${form.toString()}`)
      : await fetch(`${vendor.url}${path}`, { method, body: form });
  return { status: answer.status, body: answerShape.parse(await answer.json()) };
}

const range = { start: String(onsetMs / 1_000 - 60), end: String(nowMs / 1_000 + 600), step: '60' };

describe('Prometheus', () => {
  test('is ready and points the tools at itself', async () => {
    const answer = await fetch(`${vendor.environment['PROMETHEUS_URL']}/-/ready`);
    expect([answer.status, await answer.text()]).toEqual([200, 'Prometheus Server is Ready.\n']);
  });

  test.each([
    { query: 'shop_latency_p95_seconds{service="checkout"}', found: [['checkout', '0.9']] },
    {
      query: 'shop_latency_p95_seconds',
      found: [
        ['checkout', '0.9'],
        ['cart', '0.2'],
      ],
    },
    { query: 'shop_cpu_ratio{service!="cart", env="prod"}', found: [['checkout', '0.4']] },
    { query: 'shop_cpu_ratio{service=~"cart|search"}', found: [['cart', '0.4']] },
    { query: 'shop_cpu_ratio{service!~"cart|search"}', found: [['checkout', '0.4']] },
    { query: 'no_such_metric', found: [] },
    { query: 'shop_cpu_ratio{service="nobody"}', found: [] },
  ])('answers $query', async ({ query, found }) => {
    const { body } = await ask('/api/v1/query', { query });
    const values = body.data.result.map((each) => [each.metric.service, each.value?.[1]]);
    expect(values).toEqual(found);
  });

  test('answers a range with no value after now, over GET and POST alike', async () => {
    const parameters = { query: 'shop_latency_p95_seconds{service="checkout"}', ...range };
    const got = await ask('/api/v1/query_range', parameters);
    const posted = await ask('/api/v1/query_range', parameters, 'POST');
    const values = got.body.data.result[0]?.values ?? [];
    expect(values.slice(0, 3).map(([, value]) => value)).toEqual(['0.2', '0.2', '0.9']);
    expect(values.at(-1)?.[0]).toBe((onsetMs + 10 * minuteMs) / 1_000);
    expect(posted.body).toEqual(got.body);
  });

  test('lists the alerts that fire', async () => {
    const { body } = await ask('/api/v1/alerts', {});
    expect(body.data.alerts).toMatchObject([
      {
        labels: { alertname: 'checkout latency 101', service: 'checkout' },
        state: 'firing',
        value: '0.9',
        activeAt: new Date(onsetMs).toISOString(),
      },
    ]);
  });

  test('has an alerting rule for every monitor, whose expression is in its own units and can be asked', async () => {
    const found = await tool.connect({ PROMETHEUS_URL: vendor.url, PROMETHEUS_SERVICE_LABEL: 'service' })(
      {},
      {
        signal: new AbortController().signal,
        timeoutMs: 8_000,
        nowMs,
        catalogue: { ...empty, services: tinyCatalogue },
      },
    );

    expect(found).toMatchObject({
      kind: 'found',
      result: { rules: 5, firing: 1, pending: 0 },
      signals: {
        monitors: [{ service: 'checkout', metric: 'shop_latency_p95_seconds', threshold: 0.5, state: 'alert' }],
      },
    });
    const query = found.kind === 'found' ? (found.signals.monitors?.[0]?.query.replace(/ > .*$/u, '') ?? '') : '';
    expect((await ask('/api/v1/query', { query })).body.data.result).toHaveLength(1);
  });

  test('answers every Prometheus tool that a model may call', async () => {
    const environment = { PROMETHEUS_URL: vendor.url, PROMETHEUS_SERVICE_LABEL: 'service' };
    const context = {
      signal: new AbortController().signal,
      timeoutMs: 8_000,
      nowMs,
      catalogue: { ...empty, services: tinyCatalogue },
    };
    const window = { from: new Date(onsetMs - 60 * minuteMs).toISOString(), to: new Date(nowMs).toISOString() };
    const service = { service: 'checkout', ...window };

    const targets = await targetsTool.connect(environment)({}, context);
    const names = await seriesTool.connect(environment)(service, context);
    const labels = await seriesTool.connect(environment)({ ...service, metric: 'shop_cpu_ratio' }, context);
    const history = await historyTool.connect(environment)({ ...service, rule: 'shop_latency_p95_seconds' }, context);

    expect(targets).toMatchObject({ kind: 'found', result: { targets: 3, up: 3, down: 0 } });
    expect(names).toMatchObject({ kind: 'found', result: { metrics: 10 } });
    expect(labels).toMatchObject({ kind: 'found', result: { series: 1 } });
    expect(history).toMatchObject({
      kind: 'found',
      signals: { series: [{ service: 'checkout', metric: 'shop_latency_p95_seconds' }] },
      result: { rows: [{ before: 0.2, last: 0.9 }] },
    });
  });

  test('passes the examination that people run', async () => {
    const examiner = integration.connect({ PROMETHEUS_URL: vendor.url, PROMETHEUS_SERVICE_LABEL: 'service' });
    const context = {
      signal: new AbortController().signal,
      nowMs: Date.now(),
      environment: 'prod',
      repositories: [],
      namespaces: [],
      logGroups: [],
    };

    expect((await examiner.examine(context)).map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'ok'));
    expect((await examiner.discover?.(context))?.map(({ name }) => name)).toEqual([
      'cardgate',
      'cart',
      'checkout',
      'search',
    ]);
  });

  test.each([
    'rate(shop_request_rate[5m])',
    'sum(shop_cpu_ratio)',
    'shop_cpu_ratio{service=cart}',
    'shop_cpu_ratio{service=~".*"}',
    'shop_cpu_ratio > 1',
    '',
  ])('refuses %j as bad data', async (query) => {
    const { status, body } = await ask('/api/v1/query', { query });
    expect([status, body.status, body.errorType]).toEqual([400, 'error', 'bad_data']);
  });

  test.each([{ step: '0' }, { step: 'often' }, { start: 'yesterday' }, { end: '1' }, { start: '1', step: '1' }])(
    'refuses the range $step $start $end',
    async (wrong) => {
      const { status, body } = await ask('/api/v1/query_range', { query: 'shop_cpu_ratio', ...range, ...wrong });
      expect([status, body.errorType]).toEqual([400, 'bad_data']);
    },
  );

  test('answers unknown paths with 404', async () => {
    expect((await fetch(`${vendor.url}/api/v1/write`)).status).toBe(404);
  });
});
