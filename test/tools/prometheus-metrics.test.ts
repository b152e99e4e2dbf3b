import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/prometheus-metrics.ts';
import { startVendor, unreachableUrl } from './counterpart.ts';
import { ask, failure, found, from, minuteMs, nowMs, to } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const environment = (url: string) => ({ PROMETHEUS_URL: url });
const input = { service: 'checkout', metric: 'queue_depth', from, to };
const matrix = (points: readonly (readonly [number, string])[]) => ({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: [{ metric: { __name__: 'queue_depth', service: 'checkout' }, values: points }],
  },
});
const values = Array.from({ length: 60 }, (_, index): [number, string] => [
  (nowMs - (60 - index) * minuteMs) / 1_000,
  index === 2 ? 'NaN' : String(index < 40 ? 5 : 90),
]);

describe('prometheus_metrics', () => {
  it('asks for a plain selector and finds when the series changed', async () => {
    const vendor = await startVendor(() => ({ body: matrix(values) }));

    const finding = found(await ask(tool, { environment: environment(vendor.url), input }));

    expect(vendor.asked[0]?.query.get('query')).toBe('queue_depth{service="checkout"}');
    expect(finding.headline).toEqual(['queue_depth of checkout went from 5 to 90 at 2026-11-18 09:40 UTC.']);
    expect(finding.signals.series?.[0]?.points).toHaveLength(59);
  });

  it('is empty without series', async () => {
    const vendor = await startVendor(() => ({ body: matrix([]) }));

    expect(await ask(tool, { environment: environment(vendor.url), input })).toMatchObject({ kind: 'empty' });
  });

  it.each`
    reply                                                                             | says
    ${{ status: 400, body: { status: 'error', errorType: 'bad_data', error: 'no' } }} | ${'rejected (400 bad_data)'}
    ${{ status: 401, body: 'no' }}                                                    | ${'credentials were not accepted'}
    ${{ status: 503, body: 'no' }}                                                    | ${'the vendor failed'}
    ${{ body: '<html>' }}                                                             | ${'documented form'}
    ${{ body: { status: 'success', data: { resultType: 'vector', result: [] } } }}    | ${'documented form'}
  `('turns $reply into a failure', async ({ reply, says }) => {
    const vendor = await startVendor(() => reply);

    expect(failure(await ask(tool, { environment: environment(vendor.url), input })).reason).toContain(says);
  });

  it('takes no query language, only names', async () => {
    const finding = failure(
      await ask(tool, { environment: environment('http://p.test'), input: { ...input, metric: 'up{a="b"}' } }),
    );

    expect(finding.reason).toContain('metric');
  });

  it('says when Prometheus cannot be reached', async () => {
    const finding = failure(await ask(tool, { environment: environment(await unreachableUrl()), input }));

    expect(finding.reason).toContain('ECONNREFUSED');
  });
});

keepsVendorContract({ tool, environment, input, answer: () => ({ body: matrix(values) }) });
