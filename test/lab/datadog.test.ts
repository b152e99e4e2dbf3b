import { client as datadogClient, v1, v2 } from '@datadog/datadog-api-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDatadog } from '../../src/lab/datadog.ts';
import { monitorAlertText } from '../../src/lab/datadog-alert.ts';
import { datadogQuery } from '../../src/lab/datadog-vocabulary.ts';
import type { RunningVendor } from '../../src/lab/vendor-http.ts';
import { minuteMs, nowMs, onsetMs, tinyWorld } from './tiny-world.ts';

let vendor: RunningVendor;

function configure(url: string, keys: { apiKeyAuth: string; appKeyAuth: string }) {
  return datadogClient.createConfiguration({
    authMethods: keys,
    baseServer: new datadogClient.BaseServerConfiguration(url, {}),
  });
}

const known = { apiKeyAuth: 'lab-api-key', appKeyAuth: 'lab-application-key' };
const apis = (url = vendor.url, keys = known) => ({
  authentication: new v1.AuthenticationApi(configure(url, keys)),
  metrics: new v1.MetricsApi(configure(url, keys)),
  monitors: new v1.MonitorsApi(configure(url, keys)),
  logs: new v2.LogsApi(configure(url, keys)),
  events: new v2.EventsApi(configure(url, keys)),
  spans: new v2.SpansApi(configure(url, keys)),
});

beforeAll(async () => {
  vendor = await startDatadog({ world: tinyWorld, nowMs: () => nowMs, port: 0 });
});
afterAll(() => vendor.close());

const refused = (code: number) => expect.objectContaining({ code });
const iso = (atMs: number) => new Date(atMs).toISOString();
const wholeWindow = { from: iso(onsetMs - 60 * minuteMs), to: iso(nowMs + 60 * minuteMs) };

describe('keys and limits', () => {
  test('accepts its keys and refuses others', async () => {
    const accepted = await apis().authentication.validate();
    const wrongKey = apis(vendor.url, { ...known, apiKeyAuth: 'other' });
    const wrongApplication = apis(vendor.url, { ...known, appKeyAuth: 'other' });
    expect(accepted.valid).toBe(true);
    await expect(wrongKey.authentication.validate()).rejects.toEqual(refused(403));
    await expect(wrongApplication.monitors.listMonitors()).rejects.toEqual(refused(403));
  });

  test('tells what is left of the limit and answers 429 beyond it, per endpoint', async () => {
    const strict = await startDatadog({ world: tinyWorld, nowMs: () => nowMs, port: 0, requestsPerMinute: 2 });
    const headers = { 'dd-api-key': 'lab-api-key', 'dd-application-key': 'lab-application-key' };
    const ask = (path: string) => fetch(`${strict.url}${path}`, { headers });
    const answers = [await ask('/api/v1/monitor'), await ask('/api/v1/monitor'), await ask('/api/v1/monitor')];
    const other = await ask('/api/v1/validate');
    await strict.close();
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers.map((answer) => answer.headers.get('x-ratelimit-remaining'))).toEqual(['1', '0', '0']);
    expect(answers[2]?.headers.get('x-ratelimit-reset')).toBe('30');
    expect(other.status).toBe(200);
  });

  test('answers an unknown path with 404 in its own error shape', async () => {
    const headers = { 'dd-api-key': 'lab-api-key', 'dd-application-key': 'lab-application-key' };
    const answer = await fetch(`${vendor.url}/api/v1/nothing`, { headers });
    expect([answer.status, await answer.json()]).toEqual([404, { errors: ['Not found'] }]);
  });
});

describe('metrics', () => {
  const ask = (query: string, window: { from?: number; to?: number } = {}) =>
    apis().metrics.queryMetrics({ query, from: onsetMs / 1_000 - 300, to: nowMs / 1_000 + 3_600, ...window });

  test('answers points a minute apart in milliseconds, and nothing of the running minute', async () => {
    const { series } = await ask('p95:trace.http.request{service:checkout,env:prod}');
    const points = series?.[0]?.pointlist ?? [];
    expect(points[0]).toEqual([onsetMs - 5 * minuteMs, 0.2]);
    expect(points.at(-1)).toEqual([onsetMs + 9 * minuteMs, 0.9]);
    expect(points).toHaveLength(15);
    expect(series?.[0]).toMatchObject({
      aggr: 'p95',
      scope: 'env:prod,service:checkout',
      interval: 60,
      length: 15,
      expression: 'p95:trace.http.request{service:checkout,env:prod}',
    });
  });

  test.each([
    { metric: 'latency_p95_ms', value: 0.2 },
    { metric: 'error_ratio', value: 0.02 },
    { metric: 'request_rate', value: 50 },
    { metric: 'cpu_ratio', value: 0.4 },
    { metric: 'memory_ratio', value: 0.5 },
    { metric: 'pool_ratio', value: 0.25 },
    { metric: 'restart_count', value: 0 },
    { metric: 'throttle_count', value: 3 },
  ] as const)('answers the query of $metric with the value it means', async ({ metric, value }) => {
    const { series } = await ask(datadogQuery(metric, 'cart'));
    expect(series?.[0]?.pointlist?.[0]?.[1]).toBe(value);
  });

  test('answers several expressions in order, told apart by their index', async () => {
    const queries = ['checkout', 'search', 'cart'].map((service) => datadogQuery('error_ratio', service));
    const { series } = await ask(queries.join(', '));
    expect(series?.map(({ queryIndex }) => queryIndex)).toEqual([0, 2]);
  });

  test('groups by service', async () => {
    const { series } = await ask('p95:trace.http.request{env:prod} by {service}');
    expect(series?.map(({ tagSet }) => tagSet)).toEqual([['service:checkout'], ['service:cart']]);
  });

  test('adds counts up over longer intervals and keeps rates per second', async () => {
    const window = { from: onsetMs / 1_000, to: onsetMs / 1_000 + 300 };
    const count = await ask('sum:trace.http.request.hits{service:cart}.as_count().rollup(sum, 300)', window);
    const rate = await ask('sum:trace.http.request.hits{service:cart}.as_rate().rollup(avg, 300)', window);
    const week = await ask('avg:container.cpu.usage{service:cart}', { from: onsetMs / 1_000 - 7 * 86_400 });
    expect(count.series?.[0]?.pointlist).toEqual([[onsetMs, 15_000]]);
    expect(rate.series?.[0]?.pointlist).toEqual([[onsetMs, 50]]);
    const times = (week.series?.[0]?.pointlist ?? []).map(([atMs]) => Number(atMs));
    expect(week.series?.[0]?.interval).toBe(600);
    expect(times).toEqual(Array.from(times, (_, index) => Number(times[0]) + index * 600_000));
    expect(times.at(-1)).toBe(onsetMs);
  });

  test('answers unknown metrics, services and tags with no series', async () => {
    const answers = [
      await ask('avg:no.such.metric{*}'),
      await ask('max:system.disk.in_use{service:none}'),
      await ask('avg:container.cpu.usage{team:shop}'),
    ];
    expect(answers.map(({ series }) => series)).toEqual([[], [], []]);
  });

  test.each([
    'avg:container.cpu.usage',
    'container.cpu.usage{*}',
    'top(avg:container.cpu.usage{*}, 5)',
    'avg:container.cpu.usage{*} * 2',
    'avg:container.cpu.usage{!service:cart}',
    'avg:container.cpu.usage{*}.fill(zero)',
    'avg:container.cpu.usage{*} by {pod}',
    'avg:trace.http.request{service:cart}',
    'p95:trace.http.request{env:prod}',
    'avg:container.cpu.usage{*},',
  ])('refuses %s with 400 instead of guessing', async (query) => {
    await expect(ask(query)).rejects.toEqual(refused(400));
  });

  test('refuses a reversed window', async () => {
    await expect(ask('avg:container.cpu.usage{*}', { to: 1 })).rejects.toEqual(refused(400));
  });
});

describe('monitors', () => {
  test('lists by tags, and tells state, threshold and query in Datadog units', async () => {
    const found = await apis().monitors.listMonitors({ monitorTags: 'service:checkout,env:prod', groupStates: 'all' });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      id: 101,
      overallState: 'Alert',
      query: 'avg(last_5m):p95:trace.http.request{service:checkout,env:prod} > 0.5',
      options: { thresholds: { critical: 0.5 } },
      tags: ['env:prod', 'service:checkout'],
    });
    expect(found[0]?.state?.groups?.['*']).toMatchObject({
      status: 'Alert',
      lastTriggeredTs: tinyWorld.alert.triggeredAtMs / 1_000,
    });
    expect(found[0]?.modified?.getTime()).toBeLessThan(onsetMs - 80 * 86_400_000);
  });

  test('is OK before the alert and never mentions it', async () => {
    const earlier = await startDatadog({ world: tinyWorld, nowMs: () => onsetMs, port: 0 });
    const monitor = await apis(earlier.url).monitors.getMonitor({ monitorId: 101, groupStates: 'all' });
    await earlier.close();
    expect(monitor.overallState).toBe('OK');
    expect(monitor.state?.groups?.['*']?.lastTriggeredTs).toBeNull();
  });

  test('says when an alert that is over was resolved', async () => {
    const resolvedAtMs = tinyWorld.alert.triggeredAtMs + 3 * minuteMs;
    const world: typeof tinyWorld = {
      ...tinyWorld,
      monitorState: (_, atMs) => (atMs >= tinyWorld.alert.triggeredAtMs && atMs < resolvedAtMs ? 'alert' : 'ok'),
    };
    const healed = await startDatadog({ world, nowMs: () => nowMs, port: 0 });
    const monitor = await apis(healed.url).monitors.getMonitor({ monitorId: 101, groupStates: 'all' });
    await healed.close();
    expect(monitor.overallState).toBe('OK');
    expect(monitor.state?.groups?.['*']).toMatchObject({
      lastTriggeredTs: tinyWorld.alert.triggeredAtMs / 1_000,
      lastResolvedTs: resolvedAtMs / 1_000,
    });
  });

  test('pages through all monitors without repeating or losing one', async () => {
    const ids: (number | undefined)[] = [];
    for (let page = 0; ; page += 1) {
      const found = await apis().monitors.listMonitors({ page, pageSize: 2 });
      ids.push(...found.map(({ id }) => id));
      if (found.length < 2) break;
    }
    expect(ids).toEqual([101, 102, 103, 104, 105]);
  });

  test('tells missing data from health, and an unknown monitor from a bad id', async () => {
    const silent = await apis().monitors.getMonitor({ monitorId: 104 });
    expect(silent.overallState).toBe('No Data');
    await expect(apis().monitors.getMonitor({ monitorId: 999 })).rejects.toEqual(refused(404));
    await expect(apis().monitors.listMonitors({ pageSize: 5_000 })).rejects.toEqual(refused(400));
  });

  test('finds nothing under a foreign tag', async () => {
    expect(await apis().monitors.listMonitors({ monitorTags: 'service:nobody' })).toEqual([]);
  });
});

describe('logs', () => {
  const search = (
    query: string,
    page: { limit?: number; cursor?: string } = { limit: 1_000 },
    sort: v2.LogsSort = 'timestamp',
  ) => apis().logs.listLogs({ body: { filter: { query, ...wholeWindow }, sort, page } });

  test('finds lines of the window in order and none after now', async () => {
    const { data } = await search('service:cart env:prod');
    const times = (data ?? []).map(({ attributes }) => attributes?.timestamp?.getTime() ?? 0);
    expect(times).toHaveLength(424);
    expect(times[0]).toBe(onsetMs - 60 * minuteMs);
    expect(times.at(-1)).toBe(nowMs);
  });

  test('has no lines of services that log elsewhere', async () => {
    const { data } = await search('service:checkout');
    expect(data).toEqual([]);
  });

  test.each([
    { query: 'service:cart status:error', found: 142 },
    { query: 'service:cart -status:error', found: 282 },
    { query: 'service:cart NOT status:error', found: 282 },
    { query: 'service:cart (status:error OR status:info)', found: 424 },
    { query: 'service:(cart OR search) status:error', found: 284 },
    { query: 'service:cart "timed out after"', found: 142 },
    { query: 'service:cart timed served', found: 0 },
    { query: 'service:cart tim*', found: 142 },
    { query: 'service:cart time', found: 0 },
    { query: 'service:c*rt status:error pod_name:cart-1', found: 142 },
    { query: 'service:cart env:staging', found: 0 },
    { query: 'timed', found: 284 },
  ])('finds $found lines for $query', async ({ query, found }) => {
    const { data } = await search(query);
    expect(data).toHaveLength(found);
  });

  test.each(['@duration:[1 TO 5]', '@duration:>5', '(service:cart', 'service:cart)', 'service:cart OR', '"open'])(
    'refuses the query %s with 400',
    async (query) => {
      await expect(search(query)).rejects.toEqual(refused(400));
    },
  );

  test.each(['timestamp', '-timestamp'] as const)('pages by cursor in the order %s without repeating', async (sort) => {
    const whole = await search('service:cart status:error', { limit: 1_000 }, sort);
    const ids: (string | undefined)[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await search(
        'service:cart status:error',
        { limit: 48, ...(cursor === undefined ? {} : { cursor }) },
        sort,
      );
      ids.push(...(page.data ?? []).map(({ id }) => id));
      cursor = page.meta?.page?.after;
      pages += 1;
    } while (cursor !== undefined);
    expect(ids).toEqual(whole.data?.map(({ id }) => id));
    expect(new Set(ids).size).toBe(142);
    expect(pages).toBe(3);
  });

  test('refuses a made-up cursor and a limit above a thousand', async () => {
    await expect(search('*', { cursor: 'made-up' })).rejects.toEqual(refused(400));
    await expect(search('*', { limit: 1_001 })).rejects.toEqual(refused(400));
  });

  test('lifts the message out of JSON lines and keeps the other fields as attributes', async () => {
    const services = tinyWorld.services.map((service) => ({ ...service, logsInCloudWatch: false }));
    const open = await startDatadog({ world: { ...tinyWorld, services }, nowMs: () => nowMs, port: 0 });
    const query = 'service:checkout @order.id:7 @level:error';
    const { data } = await apis(open.url).logs.listLogs({
      body: { filter: { query, ...wholeWindow }, page: { limit: 1 } },
    });
    await open.close();
    expect(data?.[0]?.attributes).toMatchObject({
      message: 'payment timed out after 3000 ms',
      status: 'error',
      attributes: { level: 'error', order: { id: 7 } },
    });
  });

  test('counts by status, and by interval', async () => {
    const filter = { query: 'service:cart', from: String(onsetMs), to: 'now' };
    const byStatus = await apis().logs.aggregateLogs({ body: { filter, groupBy: [{ facet: 'status' }] } });
    const byMinute = await apis().logs.aggregateLogs({
      body: { filter, compute: [{ aggregation: 'count', type: 'timeseries', interval: '5m' }] },
    });
    expect(byStatus.data?.buckets?.map(({ by, computes }) => [by?.['status'], computes?.['c0']])).toEqual([
      ['info', 42],
      ['error', 21],
    ]);
    expect(byMinute.data?.buckets?.[0]?.computes?.['c0']).toMatchObject([{ value: 30 }, { value: 30 }, { value: 3 }]);
  });
});

describe('events', () => {
  const search = (query: string, page: v2.EventsRequestPage = {}) =>
    apis().events.searchEvents({ body: { filter: { query, ...wholeWindow }, sort: 'timestamp', page } });

  test('finds change events by service, kind and flag, and none after now', async () => {
    const { data } = await search('service:(cart OR checkout) change_type:* flag:new-cart');
    expect(data?.map(({ id }) => id)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
    expect(data?.[0]?.attributes).toMatchObject({
      message: 'Changed by robin',
      tags: expect.arrayContaining(['service:cart', 'change_type:feature_flag', 'flag:new-cart', 'env:prod']),
      attributes: { title: 'Flag new-cart turned on', service: 'cart', timestamp: onsetMs - 50 * minuteMs },
    });
  });

  test('pages by cursor over POST and GET alike', async () => {
    const ids: (string | undefined)[] = [];
    let pageCursor: string | undefined;
    do {
      const page = await apis().events.listEvents({
        filterQuery: 'flag:new-cart',
        filterFrom: wholeWindow.from,
        filterTo: wholeWindow.to,
        pageLimit: 2,
        ...(pageCursor === undefined ? {} : { pageCursor }),
      });
      ids.push(...(page.data ?? []).map(({ id }) => id));
      pageCursor = page.meta?.page?.after;
    } while (pageCursor !== undefined);
    const posted = await search('flag:new-cart', { limit: 2 });
    expect(ids).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
    expect(posted.data?.map(({ id }) => id)).toEqual(['e0', 'e1']);
  });

  test('finds nothing elsewhere and refuses what it cannot read', async () => {
    expect((await search('change_type:certificate')).data).toEqual([]);
    await expect(search('service:(cart')).rejects.toEqual(refused(400));
    await expect(search('*', { cursor: 'made-up' })).rejects.toEqual(refused(400));
  });
});

describe('spans', () => {
  const aggregate = (query: string, facets = ['service', '@peer.service'], to = iso(onsetMs + 10 * minuteMs)) =>
    apis().spans.aggregateSpans({
      body: {
        data: {
          type: 'aggregate_request',
          attributes: {
            compute: [{ aggregation: 'count' }, { aggregation: 'pc95', metric: '@duration' }],
            filter: { query, from: iso(onsetMs), to },
            groupBy: facets.map((facet) => ({ facet })),
          },
        },
      },
    });
  const rows = (answer: v2.SpansAggregateResponse) =>
    answer.data?.map(({ attributes }) => [attributes?.by?.['@peer.service'], attributes?.compute]);

  test('counts calls and measures durations in nanoseconds per edge', async () => {
    expect(rows(await aggregate('service:checkout env:prod'))).toEqual([
      ['cart', { c0: 600, c1: 40_000_000 }],
      ['cardgate', { c0: 600, c1: 800_000_000 }],
    ]);
  });

  test('counts only failed calls when asked for errors', async () => {
    expect(rows(await aggregate('service:checkout status:error'))).toEqual([['cardgate', { c0: 60, c1: 800_000_000 }]]);
  });

  test('leaves the running minute out', async () => {
    const beyond = await aggregate('@peer.service:cart', ['service', '@peer.service'], iso(nowMs + 3_600_000));
    expect(rows(beyond)).toEqual([['cart', { c0: 600, c1: 40_000_000 }]]);
  });

  test('finds nothing for a service that calls nobody', async () => {
    expect((await aggregate('service:cart')).data).toEqual([]);
  });

  test('refuses to merge percentiles, unknown facets and a reversed window', async () => {
    await expect(aggregate('*', ['service'])).rejects.toEqual(refused(400));
    await expect(aggregate('*', ['resource_name'])).rejects.toEqual(refused(400));
    await expect(aggregate('*', ['service', '@peer.service'], iso(onsetMs - 1))).rejects.toEqual(refused(400));
  });

  test('lists example spans, newest first', async () => {
    const { data } = await apis().spans.listSpans({
      body: {
        data: {
          type: 'search_request',
          attributes: { filter: { query: 'service:checkout', ...wholeWindow }, page: { limit: 3 } },
        },
      },
    });
    expect(data?.map(({ attributes }) => attributes?.resourceName)).toEqual(['cart', 'cardgate', 'cart']);
    expect(data?.[0]?.attributes?.endTimestamp?.getTime()).toBeLessThan(nowMs);
  });
});

describe('for people', () => {
  test('the alert text names value, threshold and page', () => {
    const text = monitorAlertText({
      world: tinyWorld,
      monitor: tinyWorld.alert.monitor,
      atMs: tinyWorld.alert.triggeredAtMs,
      webUrl: 'http://datadog.test',
    });
    expect(text.split('\n')).toEqual([
      '[Triggered] checkout latency 101',
      'p95:trace.http.request{service:checkout,env:prod} was > 0.5 on average during the last 5m.',
      'Metric value: 0.9',
      'Threshold: > 0.5',
      'Tags: env:prod, service:checkout',
      'The monitor was last triggered at Fri, 20 Nov 2026 10:05:00 GMT.',
      'Monitor: http://datadog.test/monitors/101',
    ]);
  });

  test('a monitor page shows its last values and escapes its name', async () => {
    const latency = await (await fetch(`${vendor.url}/monitors/101`)).text();
    const hostile = await (await fetch(`${vendor.url}/monitors/105`)).text();
    const search = await (await fetch(`${vendor.url}/logs?query=${encodeURIComponent('<img src=x>')}`)).text();
    expect(latency).toContain('<th>2026-11-20T10:09:00.000Z</th><td>900</td>');
    expect(latency).not.toContain('10:10:00');
    expect(hostile).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(`${hostile}${search}`).not.toMatch(/<script|<img/);
  });

  test.each([
    { page: '/logs', query: { query: 'service:cart status:error' }, shows: 'error: ERROR payment timed out' },
    {
      page: '/event/explorer',
      query: { query: 'flag:new-cart', from_ts: String(onsetMs - 3_600_000) },
      shows: 'Flag new-cart turned on',
    },
    {
      page: '/metric/explorer',
      query: { exp_metric: datadogQuery('latency_p95_ms', 'checkout'), start: String(onsetMs), end: String(nowMs) },
      shows: '<td>0.9 (env:prod,service:checkout)</td>',
    },
    { page: '/logs', query: { query: '(open' }, shows: 'Invalid query' },
    { page: '/metric/explorer', query: {}, shows: 'required' },
    { page: '/apm/traces', query: { query: 'service:cart' }, shows: '<td>service:cart</td>' },
  ])('the link to $page shows what it points at: $shows', async ({ page, query, shows }) => {
    const form = new URLSearchParams(Object.entries(query));
    expect(await (await fetch(`${vendor.url}${page}?${form.toString()}`)).text()).toContain(shows);
  });
});
