import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/prometheus-targets.ts';
import { startVendor } from './counterpart.ts';
import { ask, at, found, headline } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const environment = (url: string) => ({ PROMETHEUS_URL: url });
const target = (instance: string, more: object = {}) => ({
  discoveredLabels: { __meta_kubernetes_pod_annotation_secret: 'hunter2' },
  labels: { instance, job: 'shop', service: 'checkout' },
  scrapePool: 'shop',
  scrapeUrl: `http://${instance}/metrics?token=hunter2`,
  globalUrl: `http://${instance}/metrics?token=hunter2`,
  lastError: '',
  lastScrape: at(0),
  lastScrapeDuration: 0.01,
  health: 'up',
  scrapeInterval: '15s',
  scrapeTimeout: '10s',
  ...more,
});
const down = target('10.0.0.7:9100', {
  health: 'down',
  lastError:
    'Get "http://user:hunter2@10.0.0.7:9100/metrics?token=hunter2": dial tcp 10.0.0.7:9100: connect: connection refused',
});
const answer = (...activeTargets: readonly object[]) => ({
  body: { status: 'success', data: { activeTargets, droppedTargets: [] } },
});
const call = async (input: object, ...targets: readonly object[]) => {
  const vendor = await startVendor(() => answer(...targets));
  return { vendor, finding: await ask(tool, { environment: environment(vendor.url), input }) };
};

describe('prometheus_targets', () => {
  it('names the targets that are down, with the error and without credentials', async () => {
    const { vendor, finding } = await call({}, target('10.0.0.6:9100'), down);

    expect(vendor.asked.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual([
      '/api/v1/targets?state=active',
    ]);
    expect(headline(finding)).toBe(
      '1 of 2 scrape targets down: <checkout / 10.0.0.7:9100 / Get "http://…@10.0.0.7:9100/metrics?…": dial tcp 10.0.0.7:9100: connect: connection refused>',
    );
    expect(found(finding).result).toMatchObject({
      targets: 2,
      up: 1,
      down: 1,
      downTargets: [{ service: 'checkout', job: 'shop', instance: '10.0.0.7:9100' }],
      pools: [{ pool: 'shop', up: 1, all: 2 }],
    });
    expect(JSON.stringify(finding)).not.toContain('hunter2');
    expect(found(finding).link).toBe(`${vendor.url}/targets`);
  });

  it('says that all is well', async () => {
    const { finding } = await call({}, target('a:1'), target('b:1'));
    expect(headline(finding)).toBe('No scrape target is down; 2 of 2 are up.');
  });

  it('keeps to the services asked for, by label or job', async () => {
    const other = target('c:1', { labels: { instance: 'c:1', job: 'cart' } });
    const { finding } = await call({ services: ['cart'] }, down, other);
    expect(found(finding).result).toMatchObject({ targets: 1, down: 0 });
  });

  it('is empty when nothing of a service is scraped', async () => {
    const { finding } = await call({ services: ['payments'] }, down);
    expect(finding).toMatchObject({ kind: 'empty', searched: '1 scrape target, none of payments' });
  });

  it('keeps a hundred and says that there are more', async () => {
    const { finding } = await call({}, ...Array.from({ length: 130 }, () => down));
    expect(found(finding)).toMatchObject({ truncated: true, result: { down: 130, downTargets: { length: 100 } } });
  });
});

keepsVendorContract({ tool, environment, input: {}, answer: () => answer(down) });
