/** How the AWS tools sign in, through the SDK's own credential providers and real HTTP. */
import { describe, expect, it } from 'vitest';
import { tool } from '../../tools/cloudwatch-log-groups.ts';
import { awsEnvironment } from './aws-vendor.ts';
import { type Answer, startVendor } from './counterpart.ts';
import { ask, failure, found } from './shop.ts';

const groups: Answer = { body: { logGroups: [{ logGroupName: '/shop/prod/checkout' }] } };

const assumed: Answer = {
  headers: { 'content-type': 'text/xml' },
  body: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
    <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role-secret</SecretAccessKey><SessionToken>role-session</SessionToken>
    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
};
const denied: Answer = {
  status: 403,
  headers: { 'content-type': 'text/xml' },
  body: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
};

const role = (stsUrl: string) => ({
  AWS_READ_ROLE_ARN: 'arn:aws:iam::123456789012:role/causeway-reader',
  AWS_READ_ROLE_EXTERNAL_ID: 'acme-1',
  AWS_ENDPOINT_URL_STS: stsUrl,
});

describe('a read role', () => {
  it('is assumed once with its external id, and its credentials sign every request', async () => {
    const sts = await startVendor(() => assumed);
    const vendor = await startVendor(() => groups);
    const environment = { ...awsEnvironment(vendor.url), ...role(sts.url) };

    found(await ask(tool, { environment, input: {} }));
    found(await ask(tool, { environment, input: {} }));

    expect(sts.asked).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(sts.asked[0]?.body))).toMatchObject({
      Action: 'AssumeRole',
      RoleArn: 'arn:aws:iam::123456789012:role/causeway-reader',
      RoleSessionName: 'causeway-reader',
      ExternalId: 'acme-1',
    });
    expect(sts.asked[0]?.headers.authorization).toContain('Credential=AKIAEXAMPLE/');
    expect(vendor.asked.map(({ headers }) => headers.authorization?.includes('Credential=ASIAROLE/'))).toEqual([
      true,
      true,
    ]);
    expect(vendor.asked[0]?.headers['x-amz-security-token']).toBe('role-session');
  });

  it('that may not be assumed is told apart from a missing grant of the role', async () => {
    const sts = await startVendor(() => denied);
    const environment = { ...awsEnvironment('http://127.0.0.1:9'), ...role(sts.url) };

    const finding = failure(await ask(tool, { environment, input: {} }));

    expect(finding.reason).toContain(
      'the credentials were not accepted (sts:AssumeRole on the read role: AccessDenied)',
    );
    expect(finding.retryable).toBe(false);
  });

  it('that hangs while it is assumed does not hold the caller', async () => {
    const sts = await startVendor(() => ({ hang: true }));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const environment = { ...awsEnvironment('http://127.0.0.1:9'), ...role(sts.url) };
    const startedAtMs = performance.now();

    const finding = failure(await ask(tool, { environment, input: {}, signal: stop.signal }));

    expect(finding.reason).toContain('stopped before an answer came');
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });
});

it.each([
  { AWS_REGION: 'eu-central-1.evil.test/' },
  { AWS_READ_ROLE_ARN: 'causeway-reader' },
  { AWS_READ_ROLE_EXTERNAL_ID: 'a b' },
  { CLOUDWATCH_ENDPOINT: 'not a url' },
])('does not start with %j', async (bad) => {
  const environment = { ...awsEnvironment('http://127.0.0.1:9'), ...bad };
  await expect(ask(tool, { environment, input: {} })).rejects.toThrow(Object.keys(bad)[0]);
});

it('never tells a secret, whatever is refused', async () => {
  const vendor = await startVendor(() => ({
    status: 400,
    headers: { 'x-amzn-errortype': 'X' },
    body: { __type: 'X' },
  }));
  const finding = await ask(tool, { environment: awsEnvironment(vendor.url), input: {} });
  expect(JSON.stringify(finding)).not.toContain('secret-example');
});

it('takes no answer without a bound on its size', async () => {
  const vendor = await startVendor(() => ({ body: `{"logGroups":[],"x":"${'x'.repeat(21_000_000)}"}` }));
  const finding = failure(await ask(tool, { environment: awsEnvironment(vendor.url), input: {} }));
  expect(finding.reason).toContain('does not have the documented form');
});
