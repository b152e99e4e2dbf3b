/** Text that could not be checked never passes, whatever happened to the worker. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redact/redactor.ts';
import { withheld } from '../../src/redact/tokens.ts';

const slowWorker = new URL('./slow-worker.ts', import.meta.url);
const broken = [
  ['is absent', new URL('./absent.ts', import.meta.url)],
  ['throws at its start', new URL('./throwing-worker.ts', import.meta.url)],
  ['ends at its start', new URL('./leaving-worker.ts', import.meta.url)],
] as const;
const start = (more: { readonly deadlineMs?: number; readonly workerUrl?: URL } = {}) =>
  createRedactor({ tokenKey: 'test', ownCredentials: [], ...more });

describe('the deadline', () => {
  it('withholds a chunk that takes too long, and later text still passes', async () => {
    const slow = start({ deadlineMs: 60, workerUrl: slowWorker });

    const hung = await slow.redact('please hang');
    const next = await slow.redact('fine');
    await slow.close();

    expect(hung).toEqual({ text: withheld, redactions: 1, receipt: { withheld: 1 } });
    expect(next.text).toBe('fine');
  });

  it('withholds only the chunk it could not check', async () => {
    const slow = start({ deadlineMs: 60, workerUrl: slowWorker });

    const { text } = await slow.redact(`hang ${'a,'.repeat(20_000)}`);
    await slow.close();

    expect(text.startsWith(withheld)).toBe(true);
    expect(text.length).toBeGreaterThan(20_000);
    expect(text).not.toContain('hang');
  });

  it('withholds with a chunk the rest of whatever runs on behind it', async () => {
    const slow = start({ deadlineMs: 60, workerUrl: slowWorker });

    const { text } = await slow.redact(`hang password=${'aB3d'.repeat(10_000)}, and so on`);
    await slow.close();

    expect(text).toBe(`${withheld}, and so on`);
  });

  it('is met by text made to be slow, with room for a busy machine', async () => {
    const roomy = start({ deadlineMs: 2_000 });
    const attacks = [
      'okta ',
      'password= ',
      'password="',
      'secret="',
      'aws_secret_',
      'age-secret-key-1="',
      'eyJaaaaaaaaaa.',
      '-----BEGIN PRIVATE KEY-----',
      '4111 1111 ',
      '+1(',
      '@a.',
      'address: 1 ab ',
      '"user":{"a":1,',
      '::1',
      'addr=abc \ud83dkind: secret\ndata:\n a\nsecret="addr=abc --pass=abc address: 1 ab <password>\n--access-token="',
      'secret.a.a.aage-secret-key-1="a" /pass="{=%20',
      'ghp_aaaaaaaaglpat-aaaaaaaaxoxb-aaaaaaaask-aaaaaaaafigd_aaaaaaaahvs.aaaaaaaa',
      '-eyJ',
      'pwd=x&',
    ];

    const results = await Promise.all(attacks.map((attack) => roomy.redact(attack.repeat(16_384 / attack.length))));
    await roomy.close();

    expect(results.filter(({ text }) => text.includes(withheld))).toEqual([]);
  });
});

describe('a worker', () => {
  it.each(broken)('that %s lets nothing pass', async (_how, workerUrl) => {
    const redactor = start({ workerUrl });

    expect((await redactor.redact('password=hunter22 and more')).text).toBe(withheld);
    expect((await redactor.redact('again')).text).toBe(withheld);
    await redactor.close();
  });

  it.each(['throw', 'exit', 'lie'])(
    'that dies by %s withholds what it was asked, and the next text passes',
    async (way) => {
      const dying = start({ deadlineMs: 500, workerUrl: slowWorker });

      const lost = await dying.redact(`please ${way}`);
      const next = await dying.redact('fine');
      await dying.close();

      expect(lost.text).toBe(withheld);
      expect(next.text).toBe('fine');
    },
  );

  it('that is closed lets nothing pass any more, not even what was under way', async () => {
    const closed = start();
    const underWay = closed.redact('password=hunter22');
    await closed.close();

    expect((await underWay).text).not.toContain('hunter22');
    expect((await closed.redact('later')).text).toBe(withheld);
  });
});

it('a giant text is checked to its end, and the loop stays free meanwhile', async () => {
  const redactor = start({ deadlineMs: 2_000 });
  const line = '2026-11-21 09:00:00 INFO request 200 in 35 ms trace=4bf92f3577b34da6a3ce929d0e0e4736\n';
  const giant = `${line.repeat(30_000)}password=hunter22`;
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 5);

  const { text, receipt } = await redactor.redact(giant);
  clearInterval(timer);
  await redactor.close();

  expect(text.slice(0, -60)).toBe(giant.slice(0, text.length - 60));
  expect(text).toMatch(/password=\[SECRET:assigned-secret:[0-9a-f]{8}\]$/u);
  expect(receipt).toEqual({ 'assigned-secret': 1 });
  expect(turns).toBeGreaterThan(10);
});

it('halves of surrogate pairs and letters that change length by case shift nothing', async () => {
  const redactor = start({ deadlineMs: 2_000 });
  const strange = fc.array(
    fc.constantFrom('\ud83d', '\ude00', '\u0130', '\u212a', '\u0000', '\ufffd', '\u{1f600}', 'x', '\n', '\u2028'),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(strange, strange, async (before, after) => {
      const [head, tail] = [before.join(''), after.join('')];
      const { text } = await redactor.redact(`${head} password="hunter22" ${tail}`);

      expect(text.replace(/\[SECRET:assigned-secret:[0-9a-f]{8}\]/u, '?')).toBe(`${head} password="?" ${tail}`);
    }),
    { numRuns: 200 },
  );
  await redactor.close();
});

it('random bytes are passed in their order or masked, never lost', async () => {
  const redactor = start({ deadlineMs: 2_000 });
  const noise = randomBytes(40_000).toString('latin1');

  const { text, redactions } = await redactor.redact(noise);
  await redactor.close();

  const kept = text.split(/\[(?:SECRET|PII):[a-z-]+:[0-9a-f]{8}\]/u);
  let from = 0;
  const lost = kept.filter((piece) => {
    const at = noise.indexOf(piece, from);
    from = at + piece.length;
    return at < 0;
  });
  expect(lost).toEqual([]);
  expect(kept.length).toBe(redactions + 1);
});
