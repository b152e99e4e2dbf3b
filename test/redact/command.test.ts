/** `causeway redact` as a person runs it: a filter. */
import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { redactFilter } from '../../src/commands/redact.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { redactionOptions } from '../../src/redact/settings.ts';
import { captured } from '../commands/captured.ts';

type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

function redact(given: string, { words = [], variables = {} }: { words?: readonly string[]; variables?: object } = {}) {
  return new Promise<Ran>((resolve) => {
    const child = spawn(process.execPath, ['src/cli.ts', 'redact', ...words], {
      env: { PATH: '/usr/bin', ...variables },
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (said.out += String(chunk)));
    child.stderr.on('data', (chunk) => (said.err += String(chunk)));
    child.on('close', (code) => resolve({ code, ...said }));
    child.stdin.end(given);
  });
}

const input = 'one password=hunter22\r\ntwo dana@example.test from 203.0.113.7\n\nlast line without an end';

it('passes everything else byte for byte, and says by kind what it masked', async () => {
  const { code, out, err } = await redact(input);

  expect(code).toBe(0);
  expect(out.replaceAll(/\[[A-Z]+:[a-z-]+:[0-9a-f]{8}\]/gu, '?')).toBe(
    'one password=?\r\ntwo ? from 203.0.113.7\n\nlast line without an end',
  );
  expect(err.split('\n').map((line) => line.split(/ {2,}/u))).toEqual([
    ['assigned-secret', '1'],
    ['email', '1'],
    ['masked', '2'],
    ['withheld, not checked', '0'],
    ['bytes in', String(Buffer.byteLength(input))],
    ['bytes out', String(Buffer.byteLength(out))],
    [''],
  ]);
});

it('goes by the same variables as the service, its own credentials among them', async () => {
  const variables = {
    DD_API_KEY: 'correcthorsebattery',
    DATABASE_URL: 'postgres://app:sw0rdfish99@db.test/x',
    REDACT_PERSONAL_DATA: 'off',
    REDACT_IP_ADDRESSES: 'pseudonymise',
    REDACT_CANARIES: 'canary-one-1 canary-two-2',
  };
  const said = 'a correcthorsebattery b sw0rdfish99 c canary-two-2 dana@example.test 203.0.113.7';
  const { out, err } = await redact(said, { words: ['--json'], variables });

  expect(out).toMatch(/^a \[SECRET:[^ ]+ b \[SECRET:[^ ]+ c \[SECRET:[^ ]+ dana@example\.test \[PII:ip:[^ ]+$/u);
  expect(JSON.parse(err)).toEqual({
    bytesIn: Buffer.byteLength(said),
    bytesOut: Buffer.byteLength(out),
    withheld: 0,
    masked: { ip: 1, 'own-credential': 3 },
  });
});

it('gives a value the token that the installation gives it, and another without its secret', async () => {
  const settings = { REDACT_PERSONAL_DATA: 'on', REDACT_IP_ADDRESSES: 'keep' } as const;
  const tokenWith = async (secret: string): Promise<string> => {
    const redactor = createRedactor({ ...redactionOptions(settings, { variables: {}, secret }), deadlineMs: 2_000 });
    const { text } = await redactor.redact('password=hunter22');
    await redactor.close();
    return text;
  };
  const [one, two, three] = [
    await tokenWith('a'.repeat(32)),
    await tokenWith('a'.repeat(32)),
    await tokenWith('b'.repeat(32)),
  ];

  expect(one).toBe(two);
  expect(three).not.toBe(one);
});

it('says which variable is wrong', async () => {
  const { exitCode, stdout, stderr } = await captured(() => redactFilter({ REDACT_PERSONAL_DATA: 'maybe' }, {}));

  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^REDACT_PERSONAL_DATA: /u);
});
