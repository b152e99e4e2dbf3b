/** What a person at a terminal gets for a wrong word: one clear line, the fix, exit code 2, and no stack. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const guard = fileURLToPath(new URL('../../src/start-guard.js', import.meta.url));
let home: string;
let broken: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'causeway-commands-'));
  broken = join(home, 'broken.json');
  writeFileSync(broken, '{ "window": ');
});
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));

async function causeway(words: readonly string[], { input = '', variables = {} } = {}) {
  const child = spawn(process.execPath, [guard, 'cli', ...words], {
    env: { ...env, CAUSEWAY_HOME: join(home, 'store'), ...variables },
  });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code };
}

describe('a wrong command line', () => {
  it.each([
    ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
    ['an unknown fault', ['demo', '--headless', '--fault', 'gremlins'], 'Known: bad-deploy,'],
    ['a document that is not there', ['rank', '--in', '/nowhere/case.json'], 'cannot be read'],
    ['no document', ['rank'], '--schema'],
    ['an export that is not there', ['audit', 'verify', '--export', '/nowhere.jsonl'], 'causeway audit export'],
    ['an unknown incident', ['incident', 'show', 'INC-99'], 'There is no incident INC-99'],
    ['an unknown runbook', ['runbook', 'run', 'reboot', '--dry-run'], 'disable-feature-flag'],
  ])(
    '%s: says what is known, exit code 2',
    async (_, words, says) => {
      const { stderr, code } = await causeway(words);
      expect({ code, says: stderr.includes(says), stack: /\n\s+at /u.test(stderr) }).toEqual({
        code: 2,
        says: true,
        stack: false,
      });
    },
    30_000,
  );

  it('a broken document and a broken checkpoint are named, with what to give instead', async () => {
    const document = await causeway(['rank', '--in', broken]);
    const checkpoint = await causeway(['audit', 'verify', '--checkpoint', broken]);
    expect([document.code, checkpoint.code]).toEqual([2, 2]);
    expect(document.stderr).toContain('is not JSON');
    expect(checkpoint.stderr).toContain('audit verify --json');
  }, 30_000);

  it('wrong variables are told all at once', async () => {
    const variables = { PORT: 'http', LOG_LEVEL: 'loud', SLACK_BOT_TOKEN: 'xoxb-1' };
    const { stderr, code } = await causeway(['incident', 'show', 'INC-1'], { variables });
    expect(code).toBe(2);
    for (const name of ['PORT', 'SLACK_APP_TOKEN']) expect(stderr).toContain(name);
  }, 30_000);
});

it('redact passes text through without its secrets, and counts them', async () => {
  const input = 'first line\nGITHUB_TOKEN=ghp_0123456789abcdefghijklmnopqrstuvwxyzAB\nlast line\n';
  const { stdout, stderr, code } = await causeway(['redact'], { input });
  expect(code).toBe(0);
  expect(stdout).not.toContain('ghp_0123456789');
  expect(stdout).toMatch(/^first line\n.*\nlast line\n$/u);
  expect(stderr).toMatch(/^masked +1$/mu);
}, 30_000);
