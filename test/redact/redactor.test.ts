/** Redaction as the flow uses it: real worker, real deadline. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { redacted } from '../../src/flow/redacted.ts';
import { createRedactor, withheld } from '../../src/redact/redactor.ts';

const own = 'gate-9f3b7c21-credential';
const redactor = createRedactor({ tokenKey: 'test', ownCredentials: [own] });
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

it.each`
  form             | text
  ${'plain'}       | ${own}
  ${'base64'}      | ${Buffer.from(`user:${own}`).toString('base64')}
  ${'base64'}      | ${Buffer.from(`u:${own}:x`).toString('base64url')}
  ${'hexadecimal'} | ${Buffer.from(own).toString('hex').toUpperCase()}
  ${'reversed'}    | ${Array.from(own).toReversed().join('')}
`('masks our own credential when it is $form: $text', async ({ text }) => {
  const masked = await redact(`seen ${text} here`);

  expect(masked).toContain('[SECRET:own-credential:');
  expect(masked.replaceAll(/\[SECRET:own-credential:[0-9a-f]{8}\]/g, '').length).toBeLessThan(30);
});

it.each([
  'GET /api/cart/12 200 in 35 ms trace=4bf92f3577b34da6a3ce929d0e0e4736',
  'merge 9f3b7c21d0e4a6b8c2f1e3d5a7b9c0d2e4f6a8b0 into main',
  'token expired; max_tokens: 4096, tokens=1523',
  'password: {{ DB_PASSWORD }} secret: true key=null',
  'user dana@example.test asked',
  'https://example.test/path?page=2&sort=asc',
])('leaves "%s" as it is', async (text) => {
  expect(await redactor.redact(text)).toEqual({ text, redactions: 0 });
});

it('masks addresses when asked to', async () => {
  const strict = createRedactor({ tokenKey: 'test', ownCredentials: [], emails: true });
  const { text } = await strict.redact('user dana@example.test asked');
  await strict.close();

  expect(text).toMatch(/^user \[SECRET:email:[0-9a-f]{8}\] asked$/);
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

describe('the deadline', () => {
  const workerUrl = new URL('./slow-worker.ts', import.meta.url);

  it('withholds a chunk that takes too long, and later text still passes', async () => {
    const slow = createRedactor({ tokenKey: 'test', ownCredentials: [], deadlineMs: 60, workerUrl });

    const hung = await slow.redact('please hang');
    const next = await slow.redact('fine');
    await slow.close();

    expect(hung).toEqual({ text: withheld, redactions: 1 });
    expect(next.text).toBe('fine');
  });

  it('withholds only the chunk it could not check', async () => {
    const slow = createRedactor({ tokenKey: 'test', ownCredentials: [], deadlineMs: 60, workerUrl });

    const { text } = await slow.redact(`hang ${'a'.repeat(40_000)}`);
    await slow.close();

    expect(text.startsWith(withheld)).toBe(true);
    expect(text.length).toBeGreaterThan(20_000);
    expect(text).not.toContain('hang');
  });

  it('withholds everything when the worker cannot start', async () => {
    const broken = createRedactor({
      tokenKey: 't',
      ownCredentials: [],
      workerUrl: new URL('./absent.ts', import.meta.url),
    });

    expect((await broken.redact('text')).text).toBe(withheld);
    await broken.close();
  });

  it('is met by text made to be slow, with room for a busy machine', async () => {
    const roomy = createRedactor({ tokenKey: 'test', ownCredentials: [], deadlineMs: 1_000 });
    const attacks = [
      'okta ',
      'password= ',
      'password="',
      'aws_secret_',
      'eyJaaaaaaaaaa.',
      '-----BEGIN PRIVATE KEY-----',
    ];

    const results = await Promise.all(attacks.map((attack) => roomy.redact(attack.repeat(16_384 / attack.length))));
    await roomy.close();

    expect(results.filter(({ text }) => text.includes(withheld))).toEqual([]);
  });
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
