/** An investigation in which models took over from each other, or shortened views, is gone through again offline. */
import { afterAll, afterEach, expect, it } from 'vitest';
import { recordingOf } from '../../src/commands/replay.ts';
import type { ModelEntry } from '../../src/core/model-entry.ts';
import type { ModelSettings } from '../../src/core/model-settings.ts';
import type { Recording } from '../../src/core/recording.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { replayIncident } from '../../src/replay/replay-incident.ts';
import { oneDatabase } from '../store/one-database.ts';
import { sayMention } from '../support/flow-world.ts';
import { createLiveStage, type LiveStage, queueTool } from '../support/live-stage.ts';
import type { Script, Scripted } from '../support/messages-server.ts';
import { modelAt, sonnet } from '../support/model-settings.ts';

const database = oneDatabase();
const redactor = createRedactor({ tokenKey: 'replay', ownCredentials: [] });
let stage: LiveStage;
afterEach(() => stage.close());
afterAll(() => redactor.close());

const qwen: ModelEntry = { provider: 'compatible', model: 'qwen3' };
const small: ModelEntry = { provider: 'anthropic', model: 'claude-haiku-5-5' };
const read: Scripted = { uses: [{ name: 'queue_depth', input: { service: 'payments' } }], thinks: 'The queue?' };
const refused: Scripted = { status: 401, type: 'authentication_error' };
const findings: Scripted = {
  uses: [
    {
      name: 'submit_findings',
      input: {
        outcome: 'causes',
        hypotheses: [
          {
            kind: 'quota',
            entity: 'payments',
            change: null,
            claims: [
              { text: 'The queue holds 7', citations: [{ evidence: 'E2', number: { pointer: '/depth', value: 7 } }] },
            ],
            wrongIf: 'the queue drains',
            against: [],
          },
        ],
      },
    },
  ],
};
const survives: Scripted = { uses: [{ name: 'submit_challenge', input: { verdict: 'survived', objection: 'none' } }] };

/** What the conversation is at decides: read, submit, be challenged. */
const byStep: Script = (_, { messages }) => {
  if (messages.length === 1) return read;
  return JSON.stringify(messages.at(-1)).includes('argue against') ? survives : findings;
};

async function investigated(script: Script, models: (url: string) => ModelSettings, view?: string): Promise<Recording> {
  stage = await createLiveStage(database(), script, { models, ...(view === undefined ? {} : { view }) });
  await sayMention(stage.flow, 'why is checkout slow?');
  return recorded('first/no-plan');
}

async function recorded(lastStep: string): Promise<Recording> {
  const incident = await stage.until('settled');
  const { store } = stage.world;
  await expect
    .poll(async () => (await store.tape(incident.id)).map(({ key }) => key), { timeout: 10_000 })
    .toContain(lastStep);
  const recording = await recordingOf(store, incident.id);
  if (recording === null) throw new Error('the incident is gone');
  return recording;
}

const replayed = async (recording: Recording) => {
  await stage.model.close();
  return replayIncident(recording, { tools: [queueTool], redactor });
};

const thenQwen = (url: string): ModelSettings =>
  modelAt(url, {
    order: [sonnet, qwen],
    variable: 'CAUSEWAY_MODELS',
    compatible: { baseUrl: url, apiKey: null, price: { input: 0, output: 0 } },
  });

it('is the same with a failover in the middle, and tells on the status who took over and why', async () => {
  const recording = await investigated(
    (turn, request) => (request.model === sonnet.model && turn > 0 ? refused : byStep(turn, request)),
    thenQwen,
  );
  const asked = recording.audit.flatMap(({ kind, body }) => (kind === 'model.request' ? [body['model']] : []));
  expect(asked).toEqual(['claude-sonnet-5-5', 'claude-sonnet-5-5', 'qwen3', 'qwen3']);
  expect(JSON.stringify(recording.audit.findLast(({ kind }) => kind === 'verdict')?.body)).toContain(
    'Investigated with the model qwen3 (claude-sonnet-5-5 service does not accept ANTHROPIC_API_KEY), 3 turns',
  );
  expect(await replayed(recording)).toMatchObject({ rounds: 1, differences: [] });
});

it('is the same when a second look begins with the first model again', async () => {
  const other: Scripted = { uses: [{ name: 'queue_depth', input: { service: 'orders' } }] };
  await investigated((turn, request) => {
    if (request.model === sonnet.model && turn === 1) return refused;
    return turn > 3 && request.messages.length === 1 ? other : byStep(turn, request);
  }, thenQwen);
  await sayMention(stage.flow, 'look again', 'again');
  const { store } = stage.world;
  const { id } = await stage.until('settled');
  const ended = async () => (await store.tape(id)).filter(({ key }) => key.endsWith('/no-plan')).length;
  await expect.poll(ended, { timeout: 10_000 }).toBe(2);
  const recording = await recordingOf(store, id);
  if (recording === null) throw new Error('the incident is gone');
  const asked = recording.audit.flatMap(({ kind, body }) => (kind === 'model.request' ? [body['model']] : []));
  expect(asked.slice(0, 4)).toEqual(['claude-sonnet-5-5', 'claude-sonnet-5-5', 'qwen3', 'qwen3']);
  expect(new Set(asked.slice(4))).toEqual(new Set(['claude-sonnet-5-5']));
  expect(await replayed(recording)).toMatchObject({ rounds: 2, differences: [] });
});

it('is the same when all models failed, and says of each why', async () => {
  const recording = await investigated(() => refused, thenQwen);
  expect(JSON.stringify(recording.audit.findLast(({ kind }) => kind === 'verdict')?.body)).toContain(
    'Running without the model: claude-sonnet-5-5 service does not accept ANTHROPIC_API_KEY; ' +
      'qwen3 service does not accept COMPATIBLE_API_KEY',
  );
  expect(await replayed(recording)).toMatchObject({ rounds: 1, differences: [] });
});

it('is the same with views that a small model shortened', async () => {
  const view = Array.from({ length: 60 }, (_, index) => `row ${index + 1}: the queue held ${index * 31} of 100`).join(
    '\n',
  );
  const recording = await investigated(
    (turn, request) =>
      request.model === small.model ? { uses: [{ name: 'keep_rows', input: { rows: [40] } }] } : byStep(turn, request),
    (url) => modelAt(url, { digest: small }),
    view.repeat(2),
  );
  const digests = recording.audit.filter(({ body }) => body['purpose'] === 'digest');
  expect(digests.map(({ kind }) => kind)).toEqual(['model.request', 'model.response']);
  expect(await replayed(recording)).toMatchObject({ rounds: 1, differences: [] });
});

it('differs when the one that took over is recorded to have said something else', async () => {
  const recording = await investigated(
    (turn, request) => (request.model === sonnet.model && turn > 0 ? refused : byStep(turn, request)),
    thenQwen,
  );
  const raw = recording.raw?.map(({ sha256, document }) => ({
    sha256,
    document: JSON.parse(JSON.stringify(document).replaceAll('"value":7', '"value":8')),
  }));
  const { differences } = await replayed({ ...recording, raw: raw ?? [] });
  expect(differences.length).toBeGreaterThan(0);
});
