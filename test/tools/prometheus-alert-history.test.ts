import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/prometheus-alert-history.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { ask, failure, found, from, headline, minuteMs, nowMs, probeContext, to } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const environment = (url: string) => ({ PROMETHEUS_URL: url });
const input = { service: 'checkout', rule: 'QueueDeep', from, to };
const rule = (name: string, query: string, more: object = {}) => ({
  type: 'alerting',
  state: 'firing',
  name,
  query,
  duration: 60,
  labels: {},
  annotations: {},
  alerts: [],
  health: 'ok',
  ...more,
});
const rules = [
  rule('QueueDeep', 'sum by (queue) (depth{service="cart"}) > 50', { labels: { service: 'cart' } }),
  rule('QueueDeep', 'max(depth{service="checkout"}) by (queue) > 50', { labels: { service: 'checkout' } }),
  rule('Odd', 'a > 1 and b > 2'),
  rule('Slow', 'http_p95_seconds > 0.5'),
];
const jump = (low: number, high: number) =>
  Array.from({ length: 60 }, (_, index) => [
    (nowMs - (60 - index) * minuteMs) / 1_000,
    String(index < 40 ? low : high),
  ]);
const series = [
  { metric: { queue: 'mail' }, values: jump(4, 70) },
  { metric: { queue: 'pay' }, values: jump(5, 90) },
];
const answer =
  (result: readonly object[] = series) =>
  ({ path }: Asked): Answer => ({
    body: {
      status: 'success',
      data: path.endsWith('/rules') ? { groups: [{ name: 'shop', rules }] } : { resultType: 'matrix', result },
    },
  });
const call = async (more: object = {}, result?: readonly object[]) => {
  const vendor = await startVendor(answer(result));
  return { vendor, finding: await ask(tool, { environment: environment(vendor.url), input: { ...input, ...more } }) };
};

describe('prometheus_alert_history', () => {
  it("asks for what the service's own rule compares, and for nothing else", async () => {
    const { vendor, finding } = await call();

    expect(vendor.asked.map(({ path, query }) => [path, query.get('query')])).toEqual([
      ['/api/v1/rules', null],
      ['/api/v1/query_range', 'max(depth{service="checkout"}) by (queue)'],
    ]);
    expect(headline(finding)).toBe(
      'max(depth{service="checkout"}) by (queue) of checkout (alerts > 50) went from 5 to 90 at 2026-11-18 09:40 UTC for <queue=pay>',
    );
  });

  it("gives the alert's own name to the series that is furthest past the threshold", async () => {
    const metric = 'max(depth{service="checkout"}) by (queue)';
    const { finding } = await call({ rule: metric });

    expect(found(finding).signals.series?.map((one) => [one.service, one.metric, one.points.at(-1)?.[1]])).toEqual([
      ['checkout', metric, 90],
      ['checkout', `${metric}{queue=mail}`, 70],
    ]);
  });

  it('keeps to the series of the service where they say whose they are', async () => {
    const { finding } = await call({ rule: 'http_p95_seconds' }, [
      { metric: { service: 'cart', __name__: 'http_p95_seconds' }, values: jump(1, 9) },
      { metric: { service: 'checkout', __name__: 'http_p95_seconds' }, values: jump(0.2, 0.9) },
    ]);

    expect(found(finding).result).toMatchObject({ series: 1, rows: [{ before: 0.2, after: 0.9 }] });
    expect(found(finding).signals.series).toMatchObject([{ service: 'checkout', metric: 'http_p95_seconds' }]);
  });

  it.each(['Gone', 'Odd', 'up{a="b"}) or vector(1'])('sends no text of the question: %s', async (unknown) => {
    const { vendor, finding } = await call({ rule: unknown });

    expect(finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining(unknown) });
    expect(vendor.asked.map(({ path }) => path)).toEqual(['/api/v1/rules']);
  });

  it('is empty when the rule compares nothing that is there', async () => {
    expect((await call({}, [])).finding).toMatchObject({ kind: 'empty' });
  });

  it('measures what alerts before anybody thinks', () => {
    const alert = {
      service: 'checkout',
      metric: 'depth',
      comparator: '>',
      threshold: 50,
      triggeredAtMs: nowMs,
    } as const;

    expect(tool.probes({ ...probeContext, alert })).toMatchObject([{ service: 'checkout', rule: 'depth' }]);
    expect(tool.probes({ ...probeContext, alert: null })).toEqual([]);
  });

  it('knows only catalogued services', async () => {
    expect(failure((await call({ service: 'nobody' })).finding).reason).toContain('catalogue');
  });
});

keepsVendorContract({ tool, environment, input, answer: answer() });
