import { describe, expect, it } from 'vitest';
import { connectTools } from '../../src/load-tools.ts';
import { tool } from '../../tools/prometheus-alerts.ts';
import { address } from '../../tools/reading/address.ts';
import { startVendor } from './counterpart.ts';
import { ask } from './shop.ts';

describe('the address of a vendor', () => {
  it.each(['http://127.0.0.1:9090', 'https://mimir.test/prometheus', 'https://loki.test/'])('may be %s', (text) => {
    expect(address.safeParse(text).success).toBe(true);
  });

  it.each([
    'http://reader:hunter2@prometheus.test',
    'https://prometheus.test/?token=hunter2',
    'https://prometheus.test/#hunter2',
    'file:///etc/passwd',
    'prometheus.test',
  ])('must not be %s: links are built from it', (text) => {
    expect(address.safeParse(text).success).toBe(false);
  });

  it('says at start what to do, without repeating the secret', () => {
    const { problems } = connectTools([tool], { PROMETHEUS_URL: 'http://reader:hunter2@prometheus.test' });

    expect(problems).toEqual([expect.stringContaining('credentials have their own variables')]);
    expect(problems.join()).not.toContain('hunter2');
  });
});

it.each`
  variables                                                     | sent
  ${{}}                                                         | ${undefined}
  ${{ PROMETHEUS_TOKEN: 'hunter2' }}                            | ${'Bearer hunter2'}
  ${{ PROMETHEUS_USER: 'reader', PROMETHEUS_TOKEN: 'hunter2' }} | ${`Basic ${btoa('reader:hunter2')}`}
`('signs in to Prometheus with $variables', async ({ variables, sent }) => {
  const vendor = await startVendor(() => ({ status: 403 }));
  await ask(tool, { environment: { PROMETHEUS_URL: vendor.url, ...variables }, input: {} });

  expect(vendor.asked[0]?.headers.authorization).toBe(sent);
});
