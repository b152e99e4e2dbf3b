import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tool } from '../../tools/datadog-services.ts';
import type { Answer, Asked } from './counterpart.ts';
import { datadogVariables, definition, startDatadog } from './datadog-answers.ts';
import { ask, found, headline } from './shop.ts';

const list = '/api/v2/services/definitions';
const describing = async (own: { readonly [path: string]: (asked: Asked) => Answer }, input: object) => {
  const vendor = await startDatadog(own);
  return { vendor, finding: await ask(tool, { environment: datadogVariables(vendor.url), input }) };
};

const many = ({ query }: Asked): Answer => {
  const page = Number(query.get('page[number]'));
  return { body: { data: Array.from({ length: page === 3 ? 7 : 100 }, (_, at) => definition(`s-${page}-${at}`)) } };
};

describe('datadog_services', () => {
  it('says who owns a service and where its code is', async () => {
    const { vendor, finding } = await describing({}, { services: ['checkout'] });

    expect(headline(finding)).toBe('Datadog describes 1 of 1 services; its team: <payments-team>');
    expect(found(finding).result).toMatchObject({
      services: [{ service: 'checkout', repositories: ['acme/shop'], pagerdutyService: 'PABC123', tier: 'Tier 1' }],
    });
    expect(found(finding).provenance).toBe('C');
    expect(vendor.asked.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual([
      '/api/v2/services/definitions/checkout?schema_version=v2.2',
    ]);
  });

  it('asks by tag, and tells which of several nobody described', async () => {
    const tagged = { [`${list}/payments-api`]: (): Answer => ({ status: 404, body: { errors: ['Not Found'] } }) };
    const { finding } = await describing(tagged, { services: ['checkout', 'payments'] });

    expect(found(finding).result).toMatchObject({ count: 1, missing: ['payments-api'] });
    expect(found(finding).view.untrusted).toContain('not described: payments-api');
  });

  it('is an answer when nobody described any', async () => {
    const { finding } = await describing({}, { services: ['cart'] });
    expect(finding).toMatchObject({ kind: 'empty', searched: 'service definitions of cart' });
  });

  it('reads every definition over pages', async () => {
    const { vendor, finding } = await describing({ [list]: many }, {});

    expect(vendor.asked.map(({ query }) => query.get('page[number]'))).toEqual(['0', '1', '2', '3']);
    expect(found(finding).result).toMatchObject({ count: 307 });
    expect(found(finding)).toMatchObject({ truncated: false });
    expect(found(finding).view.untrusted).toMatch(/\(\d+ more lines are in the evidence: look_closer\)$/u);
  });

  it('stops at two thousand, and says so', async () => {
    const endless = ({ query }: Asked): Answer => ({
      body: { data: Array.from({ length: 100 }, (_, at) => definition(`s-${query.get('page[number]')}-${at}`)) },
    });
    const { vendor, finding } = await describing({ [list]: endless }, {});

    expect(vendor.asked).toHaveLength(20);
    expect(found(finding).truncated).toBe(true);
  });

  it('takes a repository only from an address of GitHub', async () => {
    const urls = [
      'https://github.com/acme/shop/tree/main/services',
      'git@github.com:acme/tools.git',
      'https://github.com.evil.test/acme/stolen',
      'https://evil.test/github.com/acme/stolen',
      'javascript:alert(1)',
    ];
    const links = urls.map((url) => ({ name: 'code', type: 'repo', url }));
    const answer = (): Answer => ({ body: { data: definition('checkout', { links }) } });
    const { finding } = await describing({ [`${list}/checkout`]: answer }, { services: ['checkout'] });

    const result = z.object({ services: z.array(z.object({ repositories: z.array(z.string()) })) });
    expect(result.parse(found(finding).result).services[0]?.repositories).toEqual(['acme/shop', 'acme/tools']);
    expect(found(finding).link).toBe('https://datadog.test/services?query=service%3Acheckout');
  });
});
