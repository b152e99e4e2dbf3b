import { describe, expect, it } from 'vitest';
import { readExpression } from '../../tools/prometheus/rules.ts';
import { tool } from '../../tools/prometheus-alerts.ts';
import { startVendor } from './counterpart.ts';
import { ask, at, found, headline, nowMs, probeContext } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const environment = (url: string) => ({ PROMETHEUS_URL: url });
const alert = (labels: object, more: object = {}) => ({
  labels,
  annotations: { summary: 'p95 is high' },
  state: 'firing',
  activeAt: at(12),
  value: '9.5e-01',
  ...more,
});
const rule = (name: string, more: object = {}) => ({
  type: 'alerting',
  state: 'inactive',
  name,
  query: 'http_p95_seconds{service="checkout"} > 0.5',
  duration: 120,
  keepFiringFor: 0,
  labels: { severity: 'page' },
  annotations: {},
  alerts: [],
  health: 'ok',
  evaluationTime: 0.0004,
  lastEvaluation: at(0),
  ...more,
});
const rules = (...list: readonly object[]) => ({
  status: 'success',
  data: { groups: [{ name: 'shop', file: 'rules.yml', interval: 30, limit: 0, rules: list }] },
});
const latency = rule('CheckoutSlow', {
  state: 'firing',
  alerts: [alert({ alertname: 'CheckoutSlow', service: 'checkout', severity: 'page' })],
});
const recording = { type: 'recording', name: 'job:up:sum', query: 'sum(up)', health: 'ok' };
const respond = (...list: readonly object[]) => startVendor(() => ({ body: rules(...list) }));
const call = (url: string, input: object = {}) => ask(tool, { environment: environment(url), input });

describe('prometheus_alerts', () => {
  it('tells what fires, since when, and hands it to the engine as a monitor and an alert', async () => {
    const vendor = await respond(latency, rule('CartErrors'), recording);

    const finding = await call(vendor.url);

    expect(vendor.asked.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual(['/api/v1/rules?type=alert']);
    expect(headline(finding)).toBe(
      '1 firing alert; checkout since 2026-11-18 09:50 UTC: <CheckoutSlow (http_p95_seconds{service="checkout"} > 0.5)>',
    );
    expect(found(finding).result).toEqual({
      rules: 2,
      firing: 1,
      pending: 0,
      broken: 0,
      brokenRules: [],
      alerts: [
        {
          name: 'CheckoutSlow',
          group: 'shop',
          service: 'checkout',
          state: 'firing',
          activeAt: '2026-11-18T09:48:00.000Z',
          firedAt: '2026-11-18T09:50:00.000Z',
          value: 0.95,
          query: 'http_p95_seconds{service="checkout"} > 0.5',
          labels: { alertname: 'CheckoutSlow', service: 'checkout', severity: 'page' },
          summary: 'p95 is high',
        },
      ],
    });
    expect(found(finding).signals).toEqual({
      monitors: [
        {
          monitor: 'prometheus:shop/CheckoutSlow',
          title: 'p95 is high',
          query: 'http_p95_seconds{service="checkout"} > 0.5',
          state: 'alert',
          service: 'checkout',
          metric: 'http_p95_seconds',
          comparator: '>',
          threshold: 0.5,
          triggeredAtMs: nowMs - 10 * 60_000,
        },
      ],
      alerts: [
        {
          entity: 'checkout',
          modality: 'metric',
          name: 'CheckoutSlow',
          direction: 'up',
          atMs: nowMs - 10 * 60_000,
        },
      ],
    });
    expect(found(finding).link).toBe(`${vendor.url}/alerts`);
  });

  it('says that nothing fires, what is pending, and which rules are broken', async () => {
    const pending = rule('CartSlow', { alerts: [alert({ service: 'cart' }, { state: 'pending' })] });
    const broken = rule('Odd', { health: 'err', lastError: 'found duplicate series for the match group' });
    const vendor = await respond(pending, broken);

    const finding = await call(vendor.url);

    expect(headline(finding)).toBe('No firing alert, 1 pending, of 2 alerting rules. 1 rule cannot be evaluated.');
    expect(found(finding).signals.monitors).toMatchObject([{ service: 'cart', state: 'warn' }]);
    expect(found(finding).signals.alerts).toEqual([]);
    expect(found(finding).view.untrusted).toContain('cannot be evaluated | Odd | found duplicate series');
  });

  it('shows an alert about no known service, but makes no monitor of it', async () => {
    const node = rule('DiskFull', { alerts: [alert({ instance: 'node-7', service: 'toString' })] });
    const vendor = await respond(node);

    const finding = await call(vendor.url);

    expect(headline(finding)).toContain('no known service');
    expect(found(finding).view.untrusted).toContain('instance=node-7');
    expect(found(finding).signals).toEqual({ monitors: [], alerts: [] });
  });

  it('keeps to the services asked for, and reads the configured label', async () => {
    const other = rule('CartErrors', { alerts: [alert({ app: 'cart' })] });
    const own = rule('CheckoutSlow', { alerts: [alert({ app: 'checkout' })] });
    const vendor = await respond(other, own);

    const finding = await ask(tool, {
      environment: { ...environment(vendor.url), PROMETHEUS_SERVICE_LABEL: 'app' },
      input: { services: ['cart'] },
    });

    expect(found(finding).result).toMatchObject({ firing: 1, alerts: [{ service: 'cart' }] });
    expect(headline(finding)).toContain('1 firing alert for cart; cart since');
  });

  it('keeps two hundred alerts and says that there are more', async () => {
    const many = Array.from({ length: 230 }, (_, index) => alert({ service: 'checkout', pod: `p${index}` }));
    const vendor = await respond(rule('Storm', { alerts: many }));

    const finding = found(await call(vendor.url));

    expect(finding).toMatchObject({ truncated: true, result: { firing: 230, alerts: { length: 200 } } });
    expect(finding.view.untrusted).toMatch(/more alerts are in the evidence/u);
  });

  it('is empty when Prometheus has no alerting rules', async () => {
    const vendor = await respond(recording);
    expect(await call(vendor.url)).toMatchObject({ kind: 'empty', searched: 'alerting rules: Prometheus has none' });
  });

  it('keeps hostile annotations and names tainted', async () => {
    const hostile = rule('<script>x</script>', {
      alerts: [alert({ service: 'checkout' }, { annotations: { summary: '[go](https://evil.test) @channel' } })],
    });
    const finding = found(await call((await respond(hostile)).url));

    expect(finding.headline.filter((part) => typeof part === 'string').join('')).not.toMatch(/script|evil/u);
  });

  it('asks once for the whole scope, before anybody thinks', () => {
    expect(tool.probes(probeContext)).toEqual([{}]);
    expect(tool.readsMonitors).toBe(true);
  });
});

describe('an alert expression', () => {
  it.each`
    query                                           | meaning
    ${'http_p95_seconds{service="checkout"} > 0.5'} | ${{ metric: 'http_p95_seconds', comparator: '>', threshold: 0.5 }}
    ${'up == 0'}                                    | ${null}
    ${'disk_free_ratio < 1e-1'}                     | ${{ metric: 'disk_free_ratio', comparator: '<', threshold: 0.1 }}
    ${'rate(http_errors_total[5m]) >= 3'}           | ${{ metric: 'rate(http_errors_total[5m])', comparator: '>', threshold: 3 }}
    ${'a > 1 and b > 2'}                            | ${null}
    ${'node_load1 > on() count(cpus)'}              | ${null}
  `('$query', ({ query, meaning }) => {
    const read = readExpression(query);
    const told = read && { metric: read.metric, comparator: read.comparator, threshold: read.threshold };
    expect(told).toEqual(meaning);
  });
});

keepsVendorContract({ tool, environment, input: {}, answer: () => ({ body: rules(latency) }) });
