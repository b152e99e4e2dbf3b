import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/prometheus-series.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { ask, failure, found, from, headline, to } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const environment = (url: string) => ({ PROMETHEUS_URL: url });
const input = { service: 'checkout', from, to };
const names = ['http_requests_total', 'http_seconds_bucket', 'queue_depth'];
const metadata = {
  http_requests_total: [{ type: 'counter', help: 'Requests served.', unit: '' }],
  http_seconds: [{ type: 'histogram', help: 'Latency.', unit: '' }],
};
const success = (data: unknown) => ({ body: { status: 'success', data } });
const series = Array.from({ length: 6 }, (_, index) => ({
  __name__: 'http_requests_total',
  service: 'checkout',
  code: index % 2 === 0 ? '200' : '500',
  pod: `checkout-${index}`,
}));
const answer = ({ path }: Asked): Answer => {
  if (path.endsWith('/metadata')) return success(metadata);
  return success(path.endsWith('/series') ? series : names);
};
const call = async (more: object, reply: (asked: Asked) => Answer = answer) => {
  const vendor = await startVendor(reply);
  return { vendor, finding: await ask(tool, { environment: environment(vendor.url), input: { ...input, ...more } }) };
};

describe('prometheus_series', () => {
  it('lists the metrics of a service with type and help', async () => {
    const { vendor, finding } = await call({});

    const first = vendor.asked.find(({ path }) => path === '/api/v1/label/__name__/values');
    expect(first?.query.get('match[]')).toBe('{service="checkout"}');
    expect([first?.query.get('start'), first?.query.get('end')]).toEqual([
      '2026-11-18T09:00:00.000Z',
      '2026-11-18T10:00:00.000Z',
    ]);
    expect(headline(finding)).toBe('checkout has 3 metrics in Prometheus.');
    expect(found(finding).result).toEqual({
      service: 'checkout',
      metrics: 3,
      names: [
        { name: 'http_requests_total', type: 'counter', help: 'Requests served.' },
        { name: 'http_seconds_bucket', type: 'histogram', help: 'Latency.' },
        { name: 'queue_depth', type: 'unknown', help: '' },
      ],
    });
  });

  it('lists the labels of one metric, those that tell series apart first', async () => {
    const { vendor, finding } = await call({ metric: 'http_requests_total' });

    expect(vendor.asked[0]?.query.get('match[]')).toBe('http_requests_total{service="checkout"}');
    expect(headline(finding)).toBe('http_requests_total of checkout has 6 series by <pod, code, service>.');
    expect(found(finding).result).toMatchObject({
      series: 6,
      labels: [{ label: 'pod', values: 6 }, { label: 'code', values: 2, examples: ['200', '500'] }, { values: 1 }],
    });
  });

  it('narrows names, and is empty when none is left', async () => {
    expect(found((await call({ contains: 'seconds' })).finding).result).toMatchObject({ metrics: 1 });
    expect((await call({ contains: 'gone' })).finding).toMatchObject({
      kind: 'empty',
      searched: expect.stringContaining('metrics with gone in their name of checkout'),
    });
  });

  it('does without metadata where there is none', async () => {
    const { finding } = await call({}, (asked) => (asked.path.endsWith('/metadata') ? { status: 404 } : answer(asked)));
    expect(found(finding).result).toMatchObject({ names: [{ type: 'unknown' }, {}, {}] });
  });

  it('keeps four hundred names and says that there are more', async () => {
    const many = Array.from({ length: 450 }, (_, index) => `m_${index}`);
    const { finding } = await call({}, ({ path }) => success(path.endsWith('/metadata') ? {} : many));
    expect(found(finding)).toMatchObject({ truncated: true, result: { metrics: 450, names: { length: 400 } } });
  });

  it('takes names only', async () => {
    expect(failure((await call({ metric: 'up{}' })).finding).reason).toContain('metric');
    expect(failure((await call({ contains: 'a"' })).finding).reason).toContain('contains');
  });
});

keepsVendorContract({ tool, environment, input, answer });
