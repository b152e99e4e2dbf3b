import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/datadog-service-map.ts';
import { datadogVariables, searchOf, startDatadog } from './datadog-answers.ts';
import { ask, found, from, headline, to } from './shop.ts';

const path = '/api/v1/service_dependencies';
const mapping = async (calls: object, more: object = {}) => {
  const vendor = await startDatadog({ [path]: () => ({ body: calls }) });
  const input = { services: ['checkout'], from, to, ...more };
  return { vendor, finding: await ask(tool, { environment: datadogVariables(vendor.url), input }) };
};

const shop = {
  web: { calls: ['checkout', 'search'] },
  checkout: { calls: ['payments-api', 'postgres', 'checkout'] },
  'payments-api': { calls: ['cardgate'] },
  cardgate: { calls: ['bank'] },
  search: { calls: ['elastic'] },
};

describe('datadog_service_map', () => {
  it('says who calls whom, two hops down and up, by catalogue id', async () => {
    const { finding } = await mapping(shop);

    expect(found(finding).signals.edges).toEqual([
      { from: 'checkout', to: 'payments' },
      { from: 'checkout', to: 'postgres' },
      { from: 'payments', to: 'cardgate' },
      { from: 'web', to: 'checkout' },
    ]);
    expect(headline(finding)).toBe('4 calls around checkout; 3 of them not in the catalogue.');
    expect(found(finding).view.untrusted.split('\n')).toContain('checkout -> postgres *');
    expect(found(finding).view.untrusted.split('\n')).toContain('checkout -> payments');
  });

  it('goes as far as it is told', async () => {
    expect(found((await mapping(shop, { hops: 1 })).finding).signals.edges).toHaveLength(3);
    expect(found((await mapping(shop, { hops: 3 })).finding).signals.edges).toHaveLength(5);
  });

  it('asks once, with environment and window in seconds', async () => {
    const { vendor, finding } = await mapping(shop);

    expect(vendor.asked.map(({ method, query }) => [method, Object.fromEntries(query)])).toEqual([
      ['GET', { env: 'prod', start: '1794992400', end: '1794996000' }],
    ]);
    expect(found(finding).query).toBe('GET /api/v1/service_dependencies?env=prod&start=1794992400&end=1794996000');
    expect(found(finding)).toMatchObject({ provenance: 'B', truncated: false });
  });

  it.each([403, 404])('reads the calls of kept spans where the map answers %i, and says so', async (status) => {
    const by = { service: 'checkout', '@peer.service': 'payments-api' };
    const vendor = await startDatadog({
      [path]: () => ({ status, body: { errors: ['no'] } }),
      '/api/v2/spans/analytics/aggregate': () => ({
        body: { data: [{ attributes: { by } }, { attributes: { by: {} } }] },
      }),
    });
    const input = { services: ['checkout'], from, to };
    const finding = await ask(tool, { environment: datadogVariables(vendor.url), input });

    expect(found(finding).signals.edges).toEqual([{ from: 'checkout', to: 'payments' }]);
    expect(found(finding).view.untrusted).toContain('from kept spans');
    expect(found(finding).query).toBe('env:prod @peer.service:* | count by service, @peer.service');
    expect(searchOf(vendor.asked[1] ?? vendor.asked[0] ?? never())).toMatchObject({
      filter: { query: 'env:prod @peer.service:*', from: '2026-11-18T09:00:00.000Z' },
      group_by: [
        { facet: 'service', limit: 100 },
        { facet: '@peer.service', limit: 100 },
      ],
    });
  });

  it('is an answer when nobody calls', async () => {
    const { finding } = await mapping({ search: { calls: ['elastic'] }, checkout: { calls: [] } });
    expect(finding).toMatchObject({ kind: 'empty', searched: expect.stringContaining('calls from and to checkout') });
  });

  it('keeps a bounded part of a service that calls everything, and says so', async () => {
    const { finding } = await mapping({ checkout: { calls: Array.from({ length: 1_000 }, (_, at) => `shard-${at}`) } });

    expect(found(finding).truncated).toBe(true);
    expect(found(finding).signals.edges).toHaveLength(300);
    expect(found(finding).view.untrusted).toContain('only 300 of 1000 calls were kept');
  });

  it('survives a ring of calls and names from outside', async () => {
    const evil = '__proto__ <script>';
    const { finding } = await mapping({ checkout: { calls: [evil] }, [evil]: { calls: ['checkout'] } });

    expect(found(finding).signals.edges).toHaveLength(2);
    expect(headline(finding)).not.toContain('script');
  });
});

const never = (): never => {
  throw new Error('nothing was asked');
};
