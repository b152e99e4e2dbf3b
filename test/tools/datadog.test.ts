/** The Datadog tools of the first look, over real HTTP. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Tool } from '../../src/tool.ts';
import { tool as events } from '../../tools/datadog-events.ts';
import { tool as logs } from '../../tools/datadog-logs.ts';
import { tool as metrics } from '../../tools/datadog-metrics.ts';
import { tool as monitors } from '../../tools/datadog-monitors.ts';
import { tool as spans } from '../../tools/datadog-spans.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { ask, at, failure, found, from, headline, minuteMs, nowMs, to } from './shop.ts';

const environment = (url: string) => ({
  DATADOG_API_KEY: 'api-key',
  DATADOG_APP_KEY: 'application-key',
  DATADOG_API_URL: url,
  DATADOG_WEB_URL: 'https://datadog.test',
});
const window = { from, to };
const inputs: { readonly [name: string]: object } = {
  datadog_metrics: { metric: 'latency_p95_ms', services: ['checkout', 'payments'], ...window },
  datadog_monitors: { services: ['checkout'] },
  datadog_logs: { service: 'cart', ...window },
  datadog_events: { services: ['checkout', 'cart'], ...window },
  datadog_spans: { services: ['checkout'], ...window },
};
const tools: readonly Tool[] = [metrics, monitors, logs, events, spans];
const inputOf = (tool: Tool) => inputs[tool.name];

const search = z.object({
  filter: z.object({ query: z.string(), from: z.string(), to: z.string() }),
  page: z.object({ limit: z.number(), cursor: z.string().optional() }),
});
const searchOf = (asked: Asked) => search.parse(JSON.parse(asked.body));

describe('datadog_metrics', () => {
  const steps = (before: number, after: number) =>
    Array.from({ length: 60 }, (_, index): [number, number | null] => [
      nowMs - (60 - index) * minuteMs,
      index === 3 ? null : (index < 45 ? before : after) + (index % 3) * 0.001,
    ]);
  const answer = (): Answer => ({
    body: {
      status: 'ok',
      series: [
        {
          expression: 'p95:trace.http.request{service:payments-api,env:prod}',
          scope: 'env:prod,service:payments-api',
          query_index: 1,
          pointlist: steps(0.1, 0.1),
        },
        {
          expression: 'p95:trace.http.request{service:checkout,env:prod}',
          scope: 'env:prod,service:checkout',
          query_index: 0,
          pointlist: steps(0.2, 1.8),
        },
      ],
    },
  });

  it('asks for several services at once and gives each its points in our unit', async () => {
    const vendor = await startVendor(answer);

    const finding = found(await ask(metrics, { environment: environment(vendor.url), input: inputOf(metrics) }));

    expect(vendor.asked.map((asked) => asked.query.get('query'))).toEqual([
      'p95:trace.http.request{service:checkout,env:prod}, p95:trace.http.request{service:payments-api,env:prod}',
    ]);
    expect(finding.signals.series?.map(({ service, points }) => [service, points.length, points[0]?.[1]])).toEqual([
      ['checkout', 59, 200],
      ['payments', 59, 100],
    ]);
  });

  it('says what changed most, when and by how much, with a chart', async () => {
    const vendor = await startVendor(answer);

    const finding = await ask(metrics, { environment: environment(vendor.url), input: inputOf(metrics) });

    expect(headline(finding)).toBe('latency (p95) of checkout went from 201 to 1801 ms at 2026-11-18 09:45 UTC.');
    expect(found(finding).chart?.marks).toEqual([{ atMs: nowMs - 15 * minuteMs, label: 'onset', kind: 'onset' }]);
    expect(found(finding).provenance).toBe('B');
    expect(found(finding).link).toMatch(/^https:\/\/datadog\.test\/metric\/explorer\?exp_metric=/);
    expect(found(finding).view.untrusted.length).toBeLessThan(3_000);
  });

  it('is empty when the metric has no series', async () => {
    const vendor = await startVendor(() => ({ body: { status: 'ok', series: [] } }));

    const finding = await ask(metrics, { environment: environment(vendor.url), input: inputOf(metrics) });

    expect(finding).toMatchObject({
      kind: 'empty',
      searched: expect.stringContaining('latency_p95_ms of checkout, payments'),
    });
  });
});

describe('datadog_monitors', () => {
  const monitor = (id: number, more: object = {}) => ({
    id,
    type: 'query alert',
    name: `Monitor ${id}`,
    query: 'avg(last_5m):p95:trace.http.request{service:checkout,env:prod} > 0.8',
    tags: ['service:checkout', 'env:prod'],
    overall_state: 'OK',
    modified: '2026-11-01T00:00:00.000000+00:00',
    options: { thresholds: { critical: 0.8 } },
    ...more,
  });

  it('maps each query back to our metric, unit and service, alerting ones first', async () => {
    const alerting = monitor(2, {
      overall_state: 'Alert',
      state: { groups: { 'service:checkout': { last_triggered_ts: nowMs / 1_000 - 120, status: 'Alert' } } },
    });
    const vendor = await startVendor(() => ({ body: [monitor(1), alerting] }));

    const finding = await ask(monitors, { environment: environment(vendor.url), input: inputOf(monitors) });

    expect(found(finding).signals.monitors?.[0]).toMatchObject({
      monitor: '2',
      service: 'checkout',
      metric: 'latency_p95_ms',
      comparator: '>',
      threshold: 800,
      state: 'alert',
      triggeredAtMs: nowMs - 2 * minuteMs,
    });
    expect(headline(finding)).toContain('1 of 2 monitors alert; checkout since 2026-11-18 09:58 UTC');
    expect(vendor.asked[0]?.query.get('monitor_tags')).toBe('service:checkout');
  });

  it('keeps a monitor whose query it cannot map, with the query itself as its metric', async () => {
    const query = 'logs("service:checkout status:error").index("main").rollup("count").last("5m") > 2';
    const vendor = await startVendor(() => ({
      body: [monitor(3, { query, type: 'log alert', overall_state: 'No Data' })],
    }));

    const finding = found(await ask(monitors, { environment: environment(vendor.url), input: inputOf(monitors) }));

    expect(finding.signals.monitors).toMatchObject([
      { metric: query, service: 'checkout', state: 'no-data', triggeredAtMs: 0 },
    ]);
  });

  it('reads one monitor by its id and links to its page', async () => {
    const vendor = await startVendor(() => ({ body: monitor(77) }));

    const finding = found(
      await ask(monitors, { environment: environment(vendor.url), input: { services: ['checkout'], monitor: 77 } }),
    );

    expect(vendor.asked[0]?.path).toBe('/api/v1/monitor/77');
    expect(finding.link).toMatch(/^https:\/\/datadog\.test\/monitors\/77/);
  });

  it('reads further pages while they are full', async () => {
    const vendor = await startVendor(({ query }) => ({
      body: Array.from({ length: query.get('page') === '2' ? 3 : 100 }, (_, index) =>
        monitor(Number(query.get('page')) * 100 + index),
      ),
    }));

    const finding = found(await ask(monitors, { environment: environment(vendor.url), input: inputOf(monitors) }));

    expect(vendor.asked.map(({ query }) => query.get('page'))).toEqual(['0', '1', '2']);
    expect(finding.signals.monitors).toHaveLength(203);
  });
});

describe('datadog_logs', () => {
  const line = (minutesAgo: number, status: string, message: string) => ({
    id: `${minutesAgo}`,
    type: 'log',
    attributes: { timestamp: at(minutesAgo), status, service: 'cart', message, tags: ['env:prod'] },
  });

  it('counts templates against the baseline, over pages, with the platform level', async () => {
    const vendor = await startVendor((asked) => {
      const { filter, page } = searchOf(asked);
      if (Date.parse(filter.from) < Date.parse(from)) return { body: { data: [line(90, 'info', 'cart saved')] } };
      if (page.cursor === undefined)
        return { body: { data: [line(9, 'error', 'redis timeout')], meta: { page: { after: 'two' } } } };
      return { body: { data: [line(8, 'error', 'redis timeout')] } };
    });

    const finding = found(await ask(logs, { environment: environment(vendor.url), input: inputOf(logs) }));

    expect(finding.signals.logs?.[0]).toMatchObject({ service: 'cart', level: 'error', count: 2, baselineCount: 0 });
    expect(finding.query).toBe('service:cart env:prod');
    expect(finding.provenance).toBe('C');
  });

  it('is an answer when nothing was logged', async () => {
    const vendor = await startVendor(() => ({ body: { data: [] } }));

    expect(await ask(logs, { environment: environment(vendor.url), input: inputOf(logs) })).toMatchObject({
      kind: 'empty',
    });
  });
});

describe('datadog_events', () => {
  const event = (id: string, tags: readonly string[], title: string) => ({
    id,
    type: 'event',
    attributes: { timestamp: at(12), message: `${title} by dana`, tags, attributes: { title } },
  });

  it('turns change events into changes and leaves the others out', async () => {
    const vendor = await startVendor(() => ({
      body: {
        data: [
          event('100', ['service:checkout', 'change_type:feature_flag', 'flag:new-pricing'], 'Flag turned on'),
          event('101', ['service:cart', 'change_type:scaling'], 'Scaled to 3'),
          event('102', ['service:cart'], 'Somebody said hello'),
        ],
      },
    }));

    const finding = found(await ask(events, { environment: environment(vendor.url), input: inputOf(events) }));

    expect(
      finding.signals.changes?.map(({ id, kind, service, title, diff }) => ({ id, kind, service, title, diff })),
    ).toEqual([
      { id: 'event:100', kind: 'flag', service: 'checkout', title: 'Flag turned on (new-pricing)', diff: '' },
      { id: 'event:101', kind: 'scaling', service: 'cart', title: 'Scaled to 3', diff: '' },
    ]);
    expect(finding.view.untrusted).toContain('by dana');
    expect(searchOf(vendor.asked[0] ?? never()).filter.query).toBe('service:(checkout OR cart) change_type:*');
  });

  it('is empty when no event is a change', async () => {
    const vendor = await startVendor(() => ({ body: { data: [event('1', ['service:cart'], 'hello')] } }));

    expect(await ask(events, { environment: environment(vendor.url), input: inputOf(events) })).toMatchObject({
      kind: 'empty',
    });
  });
});

describe('datadog_spans', () => {
  const bucket = (callee: string, p95Ms: number, calls: number) => ({
    id: `${callee}${calls}`,
    type: 'bucket',
    attributes: { by: { service: 'checkout', '@peer.service': callee }, compute: { c0: p95Ms * 1e6, c1: calls } },
  });
  const aggregate = z.object({
    data: z.object({ attributes: z.object({ filter: z.object({ query: z.string(), from: z.string() }) }) }),
  });

  it('compares each edge with its baseline, in milliseconds and error ratios, worst first', async () => {
    const vendor = await startVendor((asked) => {
      const { query, from: start } = aggregate.parse(JSON.parse(asked.body)).data.attributes.filter;
      const before = Date.parse(start) < Date.parse(from);
      if (query.includes('status:error')) return { body: { data: before ? [] : [bucket('payments-api', 3_000, 30)] } };
      return { body: { data: [bucket('cart', 50, 100), bucket('payments-api', before ? 80 : 2_400, 120)] } };
    });

    const finding = await ask(spans, { environment: environment(vendor.url), input: inputOf(spans) });

    expect(found(finding).signals.edgeStats).toEqual([
      {
        from: 'checkout',
        to: 'payments',
        latencyMs: 2_400,
        baselineLatencyMs: 80,
        errorRatio: 0.25,
        baselineErrorRatio: 0,
      },
      { from: 'checkout', to: 'cart', latencyMs: 50, baselineLatencyMs: 50, errorRatio: 0, baselineErrorRatio: 0 },
    ]);
    expect(headline(finding)).toContain('checkout to payments changed most: p95 80 to 2400 ms, error ratio 0 to 0.25');
    expect(vendor.asked).toHaveLength(4);
  });

  it('is empty without traces', async () => {
    const vendor = await startVendor(() => ({ body: { data: [], meta: { status: 'done' } } }));

    expect(await ask(spans, { environment: environment(vendor.url), input: inputOf(spans) })).toMatchObject({
      kind: 'empty',
    });
  });
});

const never = (): never => {
  throw new Error('nothing was asked');
};

describe.each(tools.map((tool) => ({ name: tool.name, tool })))(
  '$name, when Datadog does not answer well',
  ({ tool }) => {
    const reset = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3600' };

    it('sends both keys', async () => {
      const vendor = await startVendor(() => ({ status: 403, body: { errors: ['Forbidden'] } }));

      await ask(tool, { environment: environment(vendor.url), input: inputOf(tool) });

      expect(vendor.asked[0]?.headers).toMatchObject({
        'dd-api-key': 'api-key',
        'dd-application-key': 'application-key',
      });
    });

    it.each`
      status | headers  | says                               | fix
      ${401} | ${{}}    | ${'credentials were not accepted'} | ${'Renew'}
      ${403} | ${{}}    | ${'a permission is missing (403)'} | ${'Grant the scope'}
      ${400} | ${{}}    | ${'the request was rejected'}      | ${'bug'}
      ${429} | ${reset} | ${'rate limited (429)'}            | ${'limit to reset'}
      ${503} | ${{}}    | ${'the vendor failed (503)'}       | ${'Try again'}
    `('turns $status into a failure that says how to fix it', async ({ status, headers, says, fix }) => {
      const vendor = await startVendor(() => ({ status, headers, body: { errors: ['no'] } }));

      const finding = failure(await ask(tool, { environment: environment(vendor.url), input: inputOf(tool) }));

      expect(finding.reason).toContain(says);
      expect(finding.fix).toContain(fix);
    });

    it('fails on an answer of another form', async () => {
      const replies: readonly Answer[] = [
        { body: '<html>' },
        { body: { data: [{ attributes: 7 }], series: [{ pointlist: 'x' }] } },
      ];
      for (const reply of replies) {
        const vendor = await startVendor(() => reply);

        const finding = failure(await ask(tool, { environment: environment(vendor.url), input: inputOf(tool) }));

        expect(finding.reason).toContain('does not have the documented form');
      }
    });

    it('stops when asked to, and says when nobody is there', async () => {
      const vendor = await startVendor(() => ({ hang: true }));
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 50);

      const [stopped, absent] = await Promise.all([
        ask(tool, { environment: environment(vendor.url), input: inputOf(tool), signal: stop.signal }),
        ask(tool, { environment: environment(await unreachableUrl()), input: inputOf(tool) }),
      ]);

      expect(failure(stopped).reason).toContain('stopped before an answer came');
      expect(failure(absent).reason).toContain('ECONNREFUSED');
    });
  },
);

describe('the rate limit of a bucket', () => {
  const limited = (resetSeconds: string): Answer => ({
    status: 429,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': resetSeconds },
    body: { errors: ['Too many requests'] },
  });

  it('is waited for when it resets soon', async () => {
    const vendor = await startVendor((_, count) => (count === 1 ? limited('1') : { body: { data: [] } }));

    const finding = await ask(events, { environment: environment(vendor.url), input: inputOf(events) });

    expect(finding.kind).toBe('empty');
    expect(vendor.asked).toHaveLength(2);
  });

  it('leaves its last tenth to people', async () => {
    const vendor = await startVendor(() => ({
      headers: { 'x-ratelimit-limit': '300', 'x-ratelimit-remaining': '29', 'x-ratelimit-reset': '600' },
      body: { data: [] },
    }));
    const asking = { environment: environment(vendor.url), input: inputOf(events) };

    const first = await ask(events, asking);
    const second = await ask(events, asking);

    expect(first.kind).toBe('empty');
    expect(failure(second).reason).toContain('rate limited');
    expect(vendor.asked).toHaveLength(1);
  });

  it('is used while more than a tenth remains, and to the end where it is a few requests only', async () => {
    const remaining = ['30', '1'];
    for (const [index, limit] of ['300', '3'].entries()) {
      const left = remaining[index] ?? '';
      const vendor = await startVendor(() => ({
        headers: { 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': left, 'x-ratelimit-reset': '600' },
        body: { data: [] },
      }));
      const asking = { environment: environment(vendor.url), input: inputOf(events) };
      await ask(events, asking);
      expect((await ask(events, asking)).kind).toBe('empty');
    }
  });

  it('is not tried again while it is known to be exhausted, and leaves other buckets alone', async () => {
    const vendor = await startVendor(({ path }) => (path.includes('events/search') ? limited('600') : { body: [] }));
    const asking = { environment: environment(vendor.url), input: inputOf(events) };

    await ask(events, asking);
    const again = await ask(events, asking);
    const other = await ask(monitors, { ...asking, input: inputOf(monitors) });

    expect(failure(again).reason).toContain('rate limited');
    expect(other.kind).toBe('empty');
    expect(vendor.asked.map((asked) => asked.path)).toEqual(['/api/v2/events/search', '/api/v1/monitor']);
  });
});
