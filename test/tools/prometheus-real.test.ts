/** Every Prometheus tool against Debian's real server, which scrapes, fires and sends; skipped where it is not there. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectTools } from '../../src/load-tools.ts';
import type { Finding, Tool } from '../../src/tool.ts';
import { tool as historyTool } from '../../tools/prometheus-alert-history.ts';
import { tool as alertsTool } from '../../tools/prometheus-alerts.ts';
import { tool as metricsTool } from '../../tools/prometheus-metrics.ts';
import { tool as queryTool } from '../../tools/prometheus-query.ts';
import { tool as seriesTool } from '../../tools/prometheus-series.ts';
import { tool as targetsTool } from '../../tools/prometheus-targets.ts';
import { missingPrograms, type RealPrometheus, startPrometheus, until } from './real-prometheus.ts';
import { catalogue, failure, found, headline } from './shop.ts';

if (missingPrograms.length > 0) {
  process.stderr.write(`skipped: the Prometheus tools on a real server (install ${missingPrograms.join(', ')})\n`);
}

const minuteMs = 60_000;

describe.skipIf(missingPrograms.length > 0)('on a real Prometheus', () => {
  let server: RealPrometheus;
  let nowMs = 0;
  beforeAll(async () => {
    nowMs = Date.now();
    server = await startPrometheus({ adminApi: false });
  }, 30_000);
  afterAll(() => server?.close());

  const call = async (tool: Tool, input: object): Promise<Finding> => {
    const { connected } = connectTools([tool], { PROMETHEUS_URL: server.url });
    const context = { signal: AbortSignal.timeout(10_000), timeoutMs: 8_000, nowMs: Date.now(), catalogue };
    const finding = await connected[0]?.call(input, context);
    if (finding === undefined) throw new Error('not connected');
    return finding;
  };
  const window = () => ({ from: iso(nowMs - 60 * minuteMs), to: iso(nowMs - 3 * minuteMs) });
  const iso = (atMs: number): string => new Date(atMs).toISOString();
  const query = (more: object) => call(queryTool, { service: 'checkout', ...window(), ...more });
  const onsetOf = (finding: Finding): number =>
    Date.parse(/ at (\d{4}-\d\d-\d\d \d\d:\d\d) UTC/u.exec(headline(finding))?.[1]?.concat('Z') ?? '');

  it('finds the jump in a gauge', async () => {
    const finding = await call(metricsTool, { service: 'checkout', metric: 'pool_ratio', ...window() });

    expect(headline(finding)).toContain('pool_ratio of checkout went from 0.2 to 0.97');
    expect(Math.abs(onsetOf(finding) - (nowMs - 30 * minuteMs))).toBeLessThanOrEqual(2 * minuteMs);
  });

  it('computes an error ratio, a rate and a quantile', async () => {
    const code = { label: 'code', operator: '=~', value: '5..' };
    const shared = { metric: 'http_requests_total', apply: 'rate', aggregate: 'sum' };

    const ratio = await query({ ...shared, matchers: [code], dividedBy: { metric: 'http_requests_total' } });
    const rate = await query({ ...shared, by: ['code'] });
    const quantile = await query({ metric: 'http_seconds_bucket', apply: 'histogram_quantile', quantile: 0.9 });

    expect(found(ratio).result).toMatchObject({ series: 1, rows: [{ before: 0, after: 0.1667 }] });
    expect(Math.abs(onsetOf(ratio) - (nowMs - 30 * minuteMs))).toBeLessThanOrEqual(6 * minuteMs);
    expect(found(rate).result).toMatchObject({
      rows: [
        { labels: 'code=500', after: 2 },
        { labels: 'code=200', last: 10 },
      ],
    });
    expect(found(quantile).result).toMatchObject({ rows: [{ before: 0.09, after: 1.796 }] });
  });

  it.each`
    apply                   | more
    ${'increase'}           | ${{}}
    ${'deriv'}              | ${{}}
    ${'changes'}            | ${{ aggregate: 'max', by: ['code'] }}
    ${'max_over_time'}      | ${{ aggregate: 'count' }}
    ${'last_over_time'}     | ${{ at: 'instant' }}
    ${'quantile_over_time'} | ${{ aggregate: 'avg', quantile: 0.5 }}
  `('accepts what is built for $apply', async ({ apply, more }) => {
    expect((await query({ metric: 'http_requests_total', apply, ...more })).kind).toBe('found');
  });

  it('takes hostile label values for what they are: values', async () => {
    for (const value of ['"} or up{a="', 'a\\', 'a\nb', '`', '\u2028', '{{}}', "'; drop"]) {
      const matchers = [{ label: 'code', operator: '!=', value }];
      const finding = await query({ metric: 'http_requests_total', matchers });
      expect(found(finding).result).toMatchObject({ series: 2 });
    }
  });

  it('reads a refused query and one that asks for too much by their codes', async () => {
    const matchers = [{ label: 'code', operator: '=~', value: '(' }];
    const bad = failure(await query({ metric: 'http_requests_total', matchers }));
    await until(
      async () => (await call(queryTool, { metric: 'shop_queue_depth', at: 'instant', ...live() })).kind === 'found',
    );
    const wide = failure(await call(queryTool, { metric: 'shop_wide', at: 'instant', ...live() }));

    expect(bad.reason).toContain('rejected (400 bad_data)');
    expect(wide.reason).toContain('more than the vendor reads at once (422 execution)');
    expect(wide.fix).toContain('aggregate');
  });
  const live = () => ({ from: iso(Date.now() - minuteMs), to: iso(Date.now()) });

  it('lists metrics with help, and the labels of one', async () => {
    const names = await call(seriesTool, { service: 'checkout', ...window() });
    const labels = await call(seriesTool, { service: 'checkout', metric: 'http_requests_total', ...window() });

    expect(found(names).view.untrusted).toContain('http_requests_total');
    expect(found(labels).result).toMatchObject({
      series: 2,
      labels: [{ label: 'code', values: 2, examples: ['200', '500'] }, { label: 'service' }],
    });
  });

  it('names the target that is down, without its credentials', async () => {
    // Targets are found and scraped seconds after the start.
    const isDown = (asked: Finding): boolean => asked.kind === 'found' && !headline(asked).startsWith('No ');
    await until(async () => isDown(await call(targetsTool, {})));
    const finding = await call(targetsTool, {});

    expect(headline(finding)).toMatch(/^1 of 2 scrape targets down: <cart .*connection refused>$/u);
    expect(JSON.stringify(finding)).not.toContain('hunter2');
  });

  const firing = async (): Promise<readonly string[]> => {
    const shape = z.object({ alerts: z.array(z.object({ name: z.string(), state: z.string() })) });
    const { alerts } = shape.parse(found(await call(alertsTool, {})).result);
    return alerts.filter(({ state }) => state === 'firing').map(({ name }) => name);
  };
  const webhook = z.object({
    version: z.string(),
    status: z.string(),
    alerts: z.array(z.object({ labels: z.record(z.string(), z.string()) })),
  });
  const alertOfWebhook = (body: unknown) => {
    const { version, status, alerts } = webhook.parse(body);
    const { alertname, service, severity } = alerts[0]?.labels ?? {};
    return [version, status, alertname, service, severity];
  };

  it('tells the alert that fires, hands it to the flow, hears from Alertmanager, and sees it end', async () => {
    await until(async () => (await firing()).includes('QueueDeep'));
    const finding = found(await call(alertsTool, {}));
    await until(async () => server.webhooks.some((one) => alertOfWebhook(one)[2] === 'QueueDeep'));

    expect(finding.result).toMatchObject({ rules: 4, broken: 1, brokenRules: [{ name: 'Broken' }] });
    expect(finding.signals.monitors).toContainEqual(
      expect.objectContaining({
        service: 'checkout',
        metric: 'shop_queue_depth',
        comparator: '>',
        threshold: 50,
        title: 'queue of checkout is 90',
      }),
    );
    expect(server.webhooks.map(alertOfWebhook)).toContainEqual(['4', 'firing', 'QueueDeep', 'checkout', 'page']);

    server.setQueueDepth(3);
    await until(async () => !(await firing()).includes('QueueDeep'));
    await until(async () => server.webhooks.some((one) => alertOfWebhook(one)[1] === 'resolved'));
  });

  it('measures what alerts, from the alert to its own series', async () => {
    await until(async () => (await firing()).includes('PoolFull'));
    const { monitors = [] } = found(await call(alertsTool, {})).signals;
    const symptom = monitors.find(({ metric }) => metric === 'pool_ratio');
    const [probe] = historyTool.probes({
      catalogue,
      scope: catalogue.services,
      alert: symptom ?? null,
      window: { fromMs: nowMs - 60 * minuteMs, toMs: nowMs - 3 * minuteMs },
    });
    const history = await call(historyTool, { ...probe });

    expect(headline(history)).toContain('pool_ratio of checkout (alerts > 0.9) went from 0.2 to 0.97');
    expect(found(history).signals.series).toMatchObject([{ service: symptom?.service, metric: symptom?.metric }]);
  });
});
