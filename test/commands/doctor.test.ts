/** `doctor` as a person runs it: the whole command, against counterparts on this machine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Diagnosis } from '../../src/commands/doctor/diagnosis.ts';
import { doctor } from '../../src/commands/doctor.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from '../tools/counterpart.ts';
import { captured } from './captured.ts';

const nowMs = Date.parse('2026-11-21T10:00:00Z');
const scopes =
  'app_mentions:read,channels:history,channels:join,channels:read,chat:write,commands,files:write,users:read';

async function diagnose(variables: { readonly [name: string]: string }) {
  const { exitCode, stdout } = await captured(() => doctor(variables, { json: true, nowMs }));
  const diagnoses = z.custom<readonly Diagnosis[]>(Array.isArray).parse(JSON.parse(stdout));
  return { exitCode, of: (name: string) => diagnoses.find((each) => each.name === name) };
}

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
    fix: 'set ANTHROPIC_API_KEY',
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
  answer                                                          | model            | state        | says
  ${{ body: { data: [{ id: 'claude-x', type: 'model' }] } }}      | ${'claude-x'}    | ${'ok'}      | ${'lists 1 models'}
  ${{ body: { data: [{ id: 'claude-x', type: 'model' }] } }}      | ${'another'}     | ${'problem'} | ${'another is not among'}
  ${{ status: 401, body: { error: { type: 'authentication' } } }} | ${'claude-x'}    | ${'problem'} | ${'(401)'}
  ${{ status: 404, body: {} }}                                    | ${'local-model'} | ${'unknown'} | ${'lists no models'}
`('says of a model endpoint: $says', async ({ answer, model, state, says }) => {
  const vendor = await startVendor(() => answer);
  const { of } = await diagnose({ ANTHROPIC_API_KEY: 'key', ANTHROPIC_BASE_URL: vendor.url, CAUSEWAY_MODEL: model });
  expect(of('model')).toMatchObject({ state, says: expect.stringContaining(says) });
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
