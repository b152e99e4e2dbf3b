/** Personal data known by where it stands in a structure, and what looks like it and is needed. */
import { afterAll, expect, it } from 'vitest';
import { redacted } from '../../src/flow/redacted.ts';
import { createRedactor } from '../../src/redact/redactor.ts';

const redactor = createRedactor({ tokenKey: 'test', ownCredentials: [], deadlineMs: 2_000 });
afterAll(() => redactor.close());
const masked = async (value: unknown): Promise<string> =>
  JSON.stringify((await redacted(redactor, value)).json).replaceAll(/\[(?:PII|SECRET):[a-z-]+:[0-9a-f]{8}\]/gu, '?');

it.each([
  [{ user: { id: 7, name: 'Dana Smith' } }, { user: { id: 7, name: '?' } }],
  [{ usr: { name: 'Dana' } }, { usr: { name: '?' } }],
  [{ customers: [{ customer: { displayName: 'Zoë van Dyk' } }] }, { customers: [{ customer: { displayName: '?' } }] }],
  [
    { customerName: 'Dana Smith', first_name: 'dana' },
    { customerName: '?', first_name: '?' },
  ],
  [
    { lastName: "O'Hara", recipient: { name: 'Ada' } },
    { lastName: '?', recipient: { name: '?' } },
  ],
  [{ address: '12 Main Street, Springfield' }, { address: '?' }],
  [{ shipping: { address: { line1: '12 Main Street' } } }, { shipping: { address: { line1: '?' } } }],
  [{ passwords: ['hunter22', 'correct horse'] }, { passwords: ['?', '?'] }],
  [{ message: '{"user":{"id":1,"name":"Dana Smith"}}' }, { message: '{"user":{"id":1,"name":"?"}}' }],
  [{ message: '{\\"customer\\":{\\"name\\":\\"Dana Smith\\"}}' }, { message: '{\\"customer\\":{\\"name\\":\\"?\\"}}' }],
])('in %j', async (given, expected) => {
  expect(await masked(given)).toBe(JSON.stringify(expected));
});

it.each([
  [{ kind: 'Pod', metadata: { name: 'checkout-7d9f', labels: { app: 'Checkout API' } } }],
  [{ service: { name: 'Payments Core' }, host: { name: 'ip-10-0-0-1' }, container: { name: 'web' } }],
  [
    {
      author: { name: 'Dana Whitfield', login: 'dana' },
      assignee: { name: 'Lee Tanaka' },
      owner: { name: 'Sam Ortiz' },
    },
  ],
  [{ user: { name: 'checkout-svc', login: 'deploy-bot' }, user_name: 'svc', username: 'root' }],
  [{ name: 'High Error Rate', displayName: 'Checkout latency', full_name: 'acme/checkout' }],
  [{ address: '10.0.0.1:8080', peer: { address: 'db.internal' }, ip_address: '203.0.113.7' }],
  [{ commit: { author: '41898282+dana@users.noreply.github.com', committer: 'noreply@github.com' } }],
])('%j is left as it is', async (given) => {
  expect(await masked(given)).toBe(JSON.stringify(given));
});

it('counts by kind', async () => {
  const { redactions, receipt } = await redacted(redactor, { user: { name: 'Dana Smith' }, mail: 'dana@example.test' });

  expect({ redactions, receipt }).toEqual({ redactions: 2, receipt: { email: 1, name: 1 } });
});
