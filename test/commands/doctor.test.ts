/** `doctor` as a person runs it: the whole command, against counterparts on this machine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startMessagesServer } from '../support/messages-server.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from '../tools/counterpart.ts';
import { diagnose } from './diagnosed.ts';

const scopes =
  'app_mentions:read,channels:history,channels:join,channels:read,chat:write,commands,files:write,users:read';

const slack = (answer: Answer) => (asked: Asked) => (asked.path === '/api/auth.test' ? answer : { status: 404 });
const slackAs = async (answer: Answer) => {
  const vendor = await startVendor(slack(answer));
  const variables = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_API_URL: `${vendor.url}/api/` };
  return diagnose(variables);
};

it('is well with nothing configured: what is off is no problem, and says what turns it on', async () => {
  const { exitCode, of } = await diagnose({});

  expect(exitCode).toBe(0);
  expect(of('model')).toEqual({
    name: 'model',
    state: 'off',
    says: 'the engine answers alone',
    fix: 'set ANTHROPIC_API_KEY, or CAUSEWAY_MODELS for other providers',
  });
});

it('holds the granted Slack scopes against the manifest, both ways', async () => {
  const body = { ok: true, team: 'Acme' };
  const right = await slackAs({ body, headers: { 'x-oauth-scopes': scopes } });
  const wrong = await slackAs({ body, headers: { 'x-oauth-scopes': `${scopes.replace('commands,', '')},admin` } });

  expect(right.of('slack')).toMatchObject({ state: 'ok', says: 'knows Acme, granted what manifest.yml asks' });
  expect(wrong.exitCode).toBe(1);
  expect(wrong.of('slack')).toMatchObject({ state: 'problem', says: 'missing commands; must not hold admin' });
});

it('says when Slack refuses the token, by its code', async () => {
  const { exitCode, of } = await slackAs({ body: { ok: false, error: 'token_revoked' } });

  expect(exitCode).toBe(1);
  expect(of('slack')?.says).toBe('refused the bot token (token_revoked)');
});

it.each`
  script                                              | state        | says
  ${{ uses: [], text: 'ok' }}                         | ${'ok'}      | ${'answers'}
  ${{ status: 401, type: 'authentication_error' }}    | ${'problem'} | ${'service does not accept ANTHROPIC_API_KEY'}
  ${{ status: 404, type: 'not_found_error' }}         | ${'problem'} | ${'service does not know claude-x; set CAUSEWAY_MODEL'}
  ${{ status: 529, type: 'overloaded_error' }}        | ${'problem'} | ${'is overloaded'}
  ${{ page: '<p>Sign in', contentType: 'text/html' }} | ${'problem'} | ${'service gave no Messages API answer'}
`('asks the model one small thing and says: $says', async ({ script, state, says }) => {
  const model = await startMessagesServer(() => script);
  const { of } = await diagnose({
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: model.url,
    CAUSEWAY_MODEL: 'claude-x',
  });
  await model.close();

  expect(of('model: anthropic:claude-x')).toMatchObject({ state, says });
  expect(of('model: anthropic:claude-x')?.fix === null).toBe(state === 'ok');
});

it('examines every model of the list and the one for digests, each with its fix', async () => {
  const local = await startMessagesServer((_, { model }) =>
    model === 'qwen3' ? { uses: [], text: 'ok' } : { status: 404, type: 'not_found_error' },
  );
  const { exitCode, of } = await diagnose({
    CAUSEWAY_MODELS: 'anthropic:claude-x, compatible:qwen3',
    CAUSEWAY_DIGEST_MODEL: 'compatible:tiny',
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: await unreachableUrl(),
    COMPATIBLE_BASE_URL: local.url,
  });
  await local.close();

  expect(exitCode).toBe(1);
  expect(of('model: anthropic:claude-x')).toMatchObject({ state: 'problem', says: 'connection broke off' });
  expect(of('model: compatible:qwen3')).toMatchObject({ state: 'ok', fix: null });
  expect(of('model: compatible:tiny')?.says).toBe('service does not know tiny; set CAUSEWAY_MODELS');
  expect(of('model: compatible:tiny')?.fix).toContain('CAUSEWAY_DIGEST_MODEL');
});

it('says that a vendor cannot be reached, with what to do', async () => {
  const { exitCode, of } = await diagnose({ PROMETHEUS_URL: await unreachableUrl() });

  expect(exitCode).toBe(1);
  expect(of('prometheus: reachable')).toMatchObject({ state: 'problem' });
  expect(of('prometheus: reachable')?.fix).not.toBeNull();
});

it('tells every problem of a bad causeway.yaml and of half a configuration', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'doctor-')), 'causeway.yaml');
  writeFileSync(file, 'services: [{ id: Cart, title: Cart, tier: 9 }]\n');
  const bad = await diagnose({ CAUSEWAY_CONFIG: file });
  const half = await diagnose({ DATADOG_API_KEY: 'key' });

  expect(bad.exitCode).toBe(1);
  expect(bad.of('causeway.yaml')?.says).toContain('services.0.id');
  expect(half.exitCode).toBe(1);
  expect(half.of('integrations')?.says).toContain('DATADOG_APP_KEY');
});

it('leaves with the exit code, and prints one JSON document', () => {
  const PATH = process.execPath.replace(/\/node$/u, '');
  const run = spawnSync(process.execPath, ['src/start-guard.js', 'cli', 'doctor', '--json'], {
    env: { PATH, DATADOG_API_KEY: 'key' },
    encoding: 'utf8',
  });

  expect(run.status).toBe(1);
  expect(Array.isArray(JSON.parse(run.stdout))).toBe(true);
});
