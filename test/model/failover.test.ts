/** One model is out, the next takes the same conversation: across the real SDK and two counterparts over HTTP. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelEntry } from '../../src/core/model-entry.ts';
import type { ModelSettings } from '../../src/core/model-settings.ts';
import { type MessagesServer, type Script, type Scripted, startMessagesServer } from '../support/messages-server.ts';
import { modelAt, sonnet } from '../support/model-settings.ts';
import { unreachableUrl } from '../tools/counterpart.ts';
import { challenge, findingsWith, run, supportedClaim } from './investigation-fixture.ts';

const qwen: ModelEntry = { provider: 'compatible', model: 'qwen3' };
const read = (service: string) => ({ uses: [{ name: 'read_logs', input: { service } }] });
const overloaded: Scripted = { status: 529, type: 'overloaded_error' };
const closers: MessagesServer[] = [];

afterEach(async () => {
  for (const server of closers.splice(0)) await server.close();
});

async function second(script: Script): Promise<MessagesServer> {
  const server = await startMessagesServer(script);
  closers.push(server);
  return server;
}

/** The first model at `url`, and another at a server of its own. */
const thenQwen =
  (local: MessagesServer | string, change: Partial<ModelSettings> = {}) =>
  (url: string): ModelSettings =>
    modelAt(url, {
      order: [sonnet, qwen],
      variable: 'CAUSEWAY_MODELS',
      compatible: { baseUrl: typeof local === 'string' ? local : local.url, apiKey: null, price: null },
      ...change,
    });

const rest: Script = (turn) => [findingsWith(supportedClaim), challenge('survived')][turn] ?? overloaded;

describe('when the first model is out', () => {
  it.each<[string, Scripted, string]>([
    ['overload', overloaded, 'is overloaded'],
    ['a server error', { status: 503, type: 'api_error' }, 'service has an error'],
    ['a rejected key', { status: 401, type: 'authentication_error' }, 'service does not accept ANTHROPIC_API_KEY'],
    ['a forbidden model', { status: 403, type: 'permission_error' }, 'service does not accept ANTHROPIC_API_KEY'],
    ['no credit', { status: 402, type: 'billing_error' }, 'account has no credit'],
    [
      'an unknown id',
      { status: 404, type: 'not_found_error' },
      'service does not know claude-sonnet-5-5; set CAUSEWAY_MODELS',
    ],
    [
      'its spend limit',
      { status: 429, type: 'rate_limit_error', code: 'enforced_spend_limit_reached' },
      'account has reached its spend limit',
    ],
    [
      'a page instead of an answer',
      { page: '<p>Sign in</p>', contentType: 'text/html' },
      'service gave no Messages API answer',
    ],
  ])('the next one takes over from %s, and the reason is told', async (_, trouble, why) => {
    const local = await second(rest);
    const { investigation } = await run(() => trouble, { models: thenQwen(local) });

    expect(investigation).toMatchObject({ kind: 'submitted', challenge: 'survived', spent: { modelTurns: 2 } });
    expect(investigation.models).toEqual([
      { model: 'claude-sonnet-5-5', why },
      { model: 'qwen3', why: null },
    ]);
    expect(local.complaints).toEqual([]);
  });

  it('the next one takes over where nobody listens', async () => {
    const dead = await unreachableUrl();
    const { investigation, server } = await run(rest, {
      models: (url) => thenQwen(url, { anthropic: { apiKey: 'k', baseUrl: dead } })(url),
    });

    expect(investigation).toMatchObject({ kind: 'submitted', challenge: 'survived' });
    expect(investigation.models?.[0]).toEqual({ model: 'claude-sonnet-5-5', why: 'connection broke off' });
    expect(server.requests.map(({ model }) => model)).toEqual(['qwen3', 'qwen3']);
  });

  it('says of each why nobody answered', async () => {
    const local = await second(() => ({ status: 404, type: 'not_found_error' }));
    const { investigation } = await run(() => overloaded, { models: thenQwen(local) });

    expect(investigation).toMatchObject({
      kind: 'unavailable',
      why: 'claude-sonnet-5-5 is overloaded; qwen3 service does not know qwen3; set CAUSEWAY_MODELS',
    });
  });

  it('nobody takes over from a refusal: that is an answer', async () => {
    const local = await second(rest);
    const { investigation } = await run(() => ({ uses: [], stop: 'refusal' }), { models: thenQwen(local) });

    expect(investigation).toMatchObject({ kind: 'unavailable', why: 'the model declined to answer' });
    expect(local.requests).toEqual([]);
  });
});

describe('in the middle of a conversation', () => {
  const thinking: readonly Scripted[] = [
    { ...read('payments'), thinks: 'The pool looks small.' },
    { ...read('checkout'), thinks: 'And checkout waits.', text: 'Reading checkout.' },
  ];

  it('hands on every message, without the thinking that only the first can read', async () => {
    const local = await second(rest);
    const { server, reads } = await run((turn) => thinking[turn] ?? overloaded, { models: thenQwen(local) });

    const [before] = server.requests.slice(-1);
    const [after] = local.requests;
    expect(reads).toEqual(['payments', 'checkout']);
    expect(server.complaints).toEqual([]);
    expect(local.complaints).toEqual([]);
    expect(JSON.stringify(before?.messages)).toContain('The pool looks small.');
    expect(after?.messages).toEqual(
      before?.messages.map(({ role, content }) => ({
        role,
        content: content.filter(({ type }) => type !== 'thinking'),
      })),
    );
    expect({ system: after?.system, tools: after?.tools }).toEqual({ system: before?.system, tools: before?.tools });
  });

  it('stays with the one that took over, and gives it its own thinking back', async () => {
    const opus: ModelEntry = { provider: 'anthropic', model: 'claude-opus-5-5' };
    const { server, investigation } = await run(
      (turn, { model, messages }) => {
        if (model === sonnet.model) return turn === 0 ? (thinking[0] ?? overloaded) : overloaded;
        return JSON.stringify(messages).includes('mine')
          ? findingsWith(supportedClaim)
          : { ...read('quiet'), thinks: 'mine' };
      },
      { models: (url) => modelAt(url, { order: [sonnet, opus] }) },
    );
    const asked = server.requests.map(({ model }) => model);
    expect(investigation.kind).toBe('submitted');
    expect(asked.slice(asked.indexOf(opus.model))).toEqual([opus.model, opus.model, opus.model]);
    expect(server.complaints).toEqual([]);
  });

  it('leaves out thinking after a result that was taken out of the conversation since', async () => {
    const long = 'line of a log\n'.repeat(1_000);
    const { server, investigation } = await run(
      (turn) => (turn < 30 ? { ...read(`service-${turn}`), thinks: `thought ${turn}` } : findingsWith(supportedClaim)),
      { logView: long, budget: { toolCallsMax: 60, modelTurnsMax: 60, dollarsMax: 50, outputTokensMax: 200_000 } },
    );
    const shown = JSON.stringify(server.requests.at(-1)?.messages);
    expect(investigation.kind).toBe('submitted');
    expect(shown).toContain('Left out to save room');
    expect(shown).not.toContain('"thought 2"');
    expect(shown).toContain('"thought 29"');
  });
});

describe('what a failover costs and leaves behind', () => {
  it('counts each answer at the price of who gave it', async () => {
    const local = await second(rest);
    const { investigation, rows } = await run((turn) => (turn === 0 ? read('payments') : overloaded), {
      models: thenQwen(local, { compatible: { baseUrl: local.url, apiKey: null, price: { input: 1, output: 3 } } }),
    });
    const first = (1_000 * 2 + 100 * 2.5 + 10_000 * 0.1 + 200 * 10) / 1_000_000;
    const other = (11_100 * 1 + 200 * 3) / 1_000_000;
    expect(rows.flatMap(({ kind, body }) => (kind === 'model.response' ? [body['dollars']] : []))).toEqual([
      first,
      0,
      other,
      other,
    ]);
    expect(investigation.spent.dollars).toBeCloseTo(first + 2 * other, 10);
  });

  it('records who was asked, turn by turn', async () => {
    const local = await second(rest);
    const { rows } = await run((turn) => (turn === 0 ? read('payments') : overloaded), { models: thenQwen(local) });

    const asked = rows.map(({ kind, body }) => [kind, body['turn'], body['provider'], body['model']]);
    const first = (kind: string, turn: number) => [kind, turn, undefined, 'claude-sonnet-5-5'];
    const other = (kind: string, turn: number) => [kind, turn, 'compatible', 'qwen3'];
    expect(asked).toEqual([
      first('model.request', 1),
      first('model.response', 1),
      first('model.request', 2),
      first('model.response', 2),
      other('model.request', 2),
      other('model.response', 2),
      other('model.request', 3),
      other('model.response', 3),
    ]);
    expect(rows[3]?.body).toMatchObject({ failure: 'the model is overloaded', tries: 4, dollars: 0 });
  });
});
