import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/cloudwatch-log-groups.ts';
import { awsEnvironment, awsRefusals, inputsOf, startAws } from './aws-vendor.ts';
import { ask, failure, found, headline } from './shop.ts';
import { keepsVendorContract } from './vendor-contract.ts';

const group = (logGroupName: string, more: object = {}) => ({
  logGroupName,
  creationTime: Date.UTC(2025, 0, 2),
  retentionInDays: 30,
  storedBytes: 2_400_000_000,
  logGroupClass: 'STANDARD',
  arn: `arn:aws:logs:eu-central-1:000000000000:log-group:${logGroupName}:*`,
  ...more,
});

describe('cloudwatch_log_groups', () => {
  it('says what a group holds, for how long, and which service of the catalogue logs there', async () => {
    const forever = group('/shop/prod/legacy', { retentionInDays: undefined, storedBytes: 0 });
    const vendor = await startAws({
      DescribeLogGroups: () => ({ body: { logGroups: [group('/shop/prod/checkout'), forever] } }),
    });

    const finding = await ask(tool, { environment: awsEnvironment(vendor.url), input: { prefix: '/shop/' } });

    expect(headline(finding)).toBe(
      '2 log groups whose names start with /shop/; 1 belong to services of the catalogue.',
    );
    expect(found(finding).result).toEqual({
      groupCount: 2,
      knownCount: 1,
      groups: [
        {
          name: '/shop/prod/checkout',
          service: 'checkout',
          retentionDays: 30,
          storedMegabytes: 2_400,
          class: 'STANDARD',
          createdAt: '2025-01-02T00:00:00.000Z',
        },
        expect.objectContaining({ name: '/shop/prod/legacy', service: null, retentionDays: null, storedMegabytes: 0 }),
      ],
    });
    expect(found(finding)).toMatchObject({ provenance: 'A', truncated: false, signals: {} });
    expect(found(finding).view.untrusted).toContain('/shop/prod/legacy | none | for ever | 0 MB | standard');
    expect(found(finding).query).toBe('describe-log-groups --log-group-name-prefix /shop/');
    expect(found(finding).link).toBe(
      'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups$3FlogGroupNameFilter$3D$252Fshop$252F',
    );
  });

  it('follows pages to the end, fifty groups a page', async () => {
    const vendor = await startAws({
      DescribeLogGroups: (_input, count) => ({
        body: { logGroups: [group(`/g/${count}`)], ...(count < 4 ? { nextToken: String(count) } : {}) },
      }),
    });

    const finding = found(await ask(tool, { environment: awsEnvironment(vendor.url), input: {} }));

    expect(finding.result).toMatchObject({ groupCount: 4 });
    expect(inputsOf(vendor, 'DescribeLogGroups').map((asked) => [asked['limit'], asked['nextToken']])).toEqual([
      [50, undefined],
      [50, '1'],
      [50, '2'],
      [50, '3'],
    ]);
  });

  it('stops after ten pages and says so', async () => {
    const vendor = await startAws({
      DescribeLogGroups: (_input, count) => ({ body: { logGroups: [group(`/g/${count}`)], nextToken: 'more' } }),
    });

    const finding = await ask(tool, { environment: awsEnvironment(vendor.url), input: { contains: 'g' } });

    expect(vendor.asked).toHaveLength(10);
    expect(found(finding).truncated).toBe(true);
    expect(headline(finding)).toMatch(/^At least 10 log groups whose names contain g;/u);
    expect(found(finding).view.untrusted).toContain('only the first 10 were read');
  });

  it('is empty where no name fits, and says what was searched', async () => {
    const vendor = await startAws({ DescribeLogGroups: () => ({ body: { logGroups: [] } }) });

    const finding = await ask(tool, { environment: awsEnvironment(vendor.url), input: { prefix: '/none' } });

    expect(finding).toMatchObject({ kind: 'empty', searched: 'log groups whose names start with /none' });
  });

  it.each([{ prefix: 'a b' }, { contains: '*' }, { prefix: '"; drop' }, { prefix: '/a', contains: 'b' }])(
    'refuses %j without asking AWS',
    async (input) => {
      const vendor = await startAws({});
      const finding = failure(await ask(tool, { environment: awsEnvironment(vendor.url), input }));
      expect([finding.retryable, vendor.asked.length]).toEqual([false, 0]);
    },
  );
});

keepsVendorContract({
  tool,
  environment: awsEnvironment,
  input: { prefix: '/shop/' },
  answer: () => ({ body: { logGroups: [group('/shop/prod/checkout')] } }),
  refusals: awsRefusals,
});
