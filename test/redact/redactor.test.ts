/** Redaction as the flow uses it: real worker, real deadline. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { redacted } from '../../src/flow/redacted.ts';
import { createRedactor } from '../../src/redact/redactor.ts';

const redactor = createRedactor({ tokenKey: 'test', ownCredentials: [] });
afterAll(() => redactor.close());
const redact = async (text: string): Promise<string> => (await redactor.redact(text)).text;

// Built from parts, so that no scanner of this repository takes them for real ones.
const hex = (length: number): string => '0123456789abcdef'.repeat(8).slice(0, length);
const letters = (length: number): string => 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0z'.repeat(8).slice(0, length);
const secrets: readonly (readonly [kind: string, text: string, secret: string])[] = [
  ['aws-access-key', 'key AKIA%s used', `AKIA${'IOSFODNN7EXAMPLE'}`],
  ['aws-secret-key', 'aws_secret_access_key = %s', letters(40)],
  ['github-token', 'token ghp_ in log: %s', `ghp_${letters(36)}`],
  ['github-token', 'fine-grained %s', `github_pat_${letters(22)}_${letters(59)}`],
  ['slack-token', 'slack %s', `xoxb-${'123456789012-1234567890123'}-${letters(24)}`],
  ['slack-token', 'app %s', `xapp-1-A0${letters(30)}`],
  ['stripe-key', 'charge with %s failed', `sk_live_${letters(24)}`],
  ['model-key', 'x %s y', `sk-ant-api03-${letters(40)}`],
  ['jwt', 'cannot parse %s', `eyJ${letters(20)}.eyJ${letters(30)}.${letters(20)}`],
  ['assigned-key', 'DD_API_KEY=%s', hex(32)],
  ['assigned-key', 'dd-application-key: %s', hex(40)],
  ['url-credentials', 'postgres://app:%s@db:5432/shop', 'p4ss.w0rd'],
  ['authorization', 'Authorization: Bearer %s', letters(30)],
  ['authorization', '"authorization":"Basic %s"', 'dXNlcjpwYXNzd29yZA=='],
  ['bearer', 'sent bearer %s to', letters(32)],
  ['cookie', 'Cookie: %s', 'session=abc; theme=dark'],
  ['assigned-secret', 'password=%s&user=x', 'hunter22'],
  ['assigned-secret', '{"password":"%s","user":"x"}', 'with some spaces'],
  ['assigned-secret', '{\\"client_secret\\":\\"%s\\"}', 'escaped-once'],
  ['assigned-key', "apiKey: '%s',", letters(20)],
  ['signed-url', 'GET /x?a=1&X-Amz-Signature=%s&b=2', hex(64)],
  ['private-key', 'pem:\n%s\nend', `-----BEGIN RSA PRIVATE KEY-----\n${letters(64)}\n-----END RSA PRIVATE KEY-----`],
];

describe('a secret', () => {
  it.each(secrets)('of kind %s in "%s" is masked whole, and its surroundings stay', async (kind, template, secret) => {
    const masked = await redact(template.replace('AKIA%s', '%s').replace('%s', () => secret));

    expect(masked).not.toContain(secret);
    expect(masked).toMatch(new RegExp(`\\[SECRET:(?:${kind}|jwt|[a-z-]+):[0-9a-f]{8}\\]`));
    const [before = '', after = ''] = template.replace('AKIA%s', '%s').split('%s');
    expect(masked.startsWith(before) && masked.endsWith(after)).toBe(true);
  });

  it('keeps one stable token wherever it appears, other with another key', async () => {
    const other = createRedactor({ tokenKey: 'other', ownCredentials: [] });
    const [one, two, elsewhere] = await Promise.all([
      redact('password=hunter22'),
      redact('retry: password=hunter22 again'),
      other.redact('password=hunter22'),
    ]);
    await other.close();

    const token = one.slice('password='.length);
    expect(two).toContain(token);
    expect(elsewhere.text).not.toContain(token);
  });

  it('is found across the border of two chunks', async () => {
    const secret = `ghp_${letters(36)}`;
    for (let place = 16_384 - 540; place < 16_384 + 20; place += 20) {
      expect(await redact(`${'x '.repeat(place / 2)}${secret} ${'y '.repeat(400)}`)).not.toContain(secret);
    }
  });
});

it.each([
  'GET /api/cart/12 200 in 35 ms trace=4bf92f3577b34da6a3ce929d0e0e4736',
  'merge 9f3b7c21d0e4a6b8c2f1e3d5a7b9c0d2e4f6a8b0 into main',
  'token expired; max_tokens: 4096, tokens=1523',
  'password: {{ DB_PASSWORD }} secret: true key=null',
  'user dana@db-1 asked, git@github.com:acme/shop.git cloned',
  'https://example.test/path?page=2&sort=asc',
])('leaves "%s" as it is', async (text) => {
  expect(await redactor.redact(text)).toEqual({ text, redactions: 0, receipt: {} });
});

it.each(['\\n%s', '%%20%s&', '\u001b[32m%s\u001b[0m', '["%s"]', '_%s'])(
  'a token in "%s" is masked',
  async (template) => {
    const secret = `AKIA${'IOSFODNN7EXAMPLE'}`;

    expect(await redact(template.replace('%%', '%').replace('%s', secret))).not.toContain(secret);
  },
);

it('counts what it masked by kind', async () => {
  const { redactions, receipt } = await redactor.redact('password=hunter22 token=hunter33 by dana@example.test');

  expect(redactions).toBe(3);
  expect(receipt).toEqual({ 'assigned-secret': 2, email: 1 });
});

it('masks a secret in any surroundings, and leaves its own tokens alone when applied again', async () => {
  const noise = fc.oneof(
    fc.constantFrom(
      'password=',
      'token: ',
      'Authorization: Bearer ',
      'Cookie: ',
      '"secret":"',
      '://u:',
      '@h ',
      '\n',
      '"',
    ),
    fc.string({ maxLength: 20 }),
  );
  const prefixed = secrets.filter(([kind]) => ['github-token', 'slack-token', 'stripe-key', 'jwt'].includes(kind));
  const secret = fc.constantFrom(...prefixed.map(([, , text]) => text));
  await fc.assert(
    fc.asyncProperty(
      fc.array(noise, { maxLength: 5 }),
      secret,
      fc.array(noise, { maxLength: 5 }),
      async (before, text, after) => {
        const once = await redact([...before, ' ', text, ' ', ...after].join(''));
        const twice = await redact(once);

        expect(once).not.toContain(text);
        for (const [token] of once.matchAll(/\[SECRET:[a-z-]+:[0-9a-f]{8}\]/g)) expect(twice).toContain(token);
      },
    ),
    { numRuns: 300 },
  );
});

it('masks a token longer than the overlap whole, wherever a border falls in it', async () => {
  const long = `eyJ${letters(20)}.eyJ${'aB3d'.repeat(500)}.${'xY9z'.repeat(100)}`;
  for (const place of [16_384 - 2_400, 16_384 - 1_200, 16_384 - 400, 16_384 - 20]) {
    const masked = await redact(`${'x '.repeat(place / 2)}${long} ${'y '.repeat(9_000)}`);

    expect(masked.replaceAll(/x |y /gu, '')).toMatch(/^\[SECRET:jwt:[0-9a-f]{8}\] ?$/u);
  }
});

it('masks a secret longer than any chunk to its end', async () => {
  const masked = await redact(`password=${'aB3dE5gH'.repeat(6_000)} and so on`);

  expect(masked).toMatch(/^password=\[SECRET:assigned-secret:[0-9a-f]{8}\](?: and so on)?$/u);
});

describe('redacted', () => {
  it('walks every string and keeps the form', async () => {
    const { json, redactions } = await redacted(redactor, {
      count: 2,
      lines: ['password=hunter22', { deep: [null, true, 'plain'] }],
    });

    expect(json).toMatchObject({
      count: 2,
      lines: [expect.stringMatching(/^password=\[SECRET:/), { deep: [null, true, 'plain'] }],
    });
    expect(redactions).toBe(1);
  });

  it('masks a member named like a secret', async () => {
    const { json } = await redacted(redactor, {
      password: 'correct horse',
      api_key: 'zq"zz',
      next: { sha: hex(40) },
    });

    expect(JSON.stringify(json)).not.toMatch(/correct|horse|zq|zz/);
    expect(json).toMatchObject({ next: { sha: hex(40) } });
  });
});

it('started beforehand, the first text does not wait for the rules', async () => {
  const early = createRedactor({ tokenKey: 'test', ownCredentials: [], deadlineMs: 5_000 });
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const startedAtMs = performance.now();
    await work();
    return performance.now() - startedAtMs;
  };
  const startMs = await timed(() => early.start());
  const firstMs = await timed(() => early.redact('password=hunter22'));
  await early.close();

  expect(firstMs).toBeLessThan(startMs / 2);
});

it('does not keep a short-lived process alive', async () => {
  const script = `
    const { createRedactor } = await import(${JSON.stringify(new URL('../../src/redact/redactor.ts', import.meta.url).href)});
    const { text } = await createRedactor({ tokenKey: 'k', ownCredentials: [] }).redact('password=hunter22');
    console.log(text);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 10_000,
  });

  expect(stdout).toMatch(/^password=\[SECRET:assigned-secret:[0-9a-f]{8}\]\n$/);
});
