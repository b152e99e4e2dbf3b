/** Turns that go wrong: each ends, within its bounds, in a card that stands. */
import { describe, expect, it } from 'vitest';
import type { Scripted } from '../../support/messages-server.ts';
import { modelStage } from '../../support/model-stage.ts';
import {
  challenge,
  expectEngineAlone,
  expectHarmless,
  expectSaid,
  proven,
  read,
  submission,
  submitting,
} from '../../support/scripted-model.ts';

const stage = modelStage();
const said = 'The queue of payments holds 962';

describe('a model that asks wrongly', () => {
  it.each<[string, Scripted, string]>([
    ['wrong arguments', read(7), 'The input does not fit'],
    ['no arguments', { uses: [{ name: 'queue_depth', input: {} }] }, 'The input does not fit'],
    [
      'a tool that is not there',
      { uses: [{ name: 'restart_service', input: { service: 'payments' } }] },
      'no such tool',
    ],
    ['evidence that is not there', { uses: [{ name: 'look_closer', input: { evidence: 'E99' } }] }, 'no evidence E99'],
    [
      'a place that is not there',
      { uses: [{ name: 'look_closer', input: { evidence: 'E1', pointer: '/x' } }] },
      'nothing is at',
    ],
  ])('is told so after %s, and its findings stand', async (_, wrong, told) => {
    const seen = await stage.look({ script: [wrong, submitting(proven), challenge()] });
    expectSaid(seen, said);
    expect(JSON.stringify(seen.server.requests[1]?.messages.at(-1))).toContain(told);
    expect(seen.reads).toEqual([{ service: 'payments' }]);
    expect(seen.server.complaints).toEqual([]);
  });

  it('gets what it asked rightly beside it', async () => {
    const mixed = { uses: [...usesOf(read(7)), ...usesOf(read('checkout')), { name: 'approve_plan', input: {} }] };
    const seen = await stage.look({ script: [mixed, submitting(proven), challenge()] });
    expectSaid(seen, said);
    expect(seen.reads).toEqual([{ service: 'payments' }, { service: 'checkout' }]);
  });
});

describe('a model that breaks off', () => {
  it.each<[string, Scripted]>([
    ['the stream ends early', { cut: 'end', uses: usesOf(read('checkout')) }],
    ['the connection breaks', { cut: 'reset', uses: usesOf(read('checkout')) }],
    ['an error is streamed', { cut: 'error-event', uses: usesOf(read('checkout')) }],
    ['it is overloaded once', { status: 529, type: 'overloaded_error' }],
    ['the service fails once', { status: 500, type: 'api_error' }],
  ])('is asked again when %s, and its half turn reads nothing', async (_, trouble) => {
    const seen = await stage.look({ script: [trouble, submitting(proven), challenge()] });
    expectSaid(seen, said);
    expect(seen.reads).toEqual([{ service: 'payments' }]);
  });

  it.each<[string, Scripted, string]>([
    [
      'is overloaded for as long as anybody waits',
      { status: 529, type: 'overloaded_error' },
      'the model is overloaded',
    ],
    ['always breaks off', { cut: 'reset', uses: usesOf(read('checkout')) }, 'the model connection broke off'],
    ['refuses', { uses: [], stop: 'refusal', text: 'I will not.' }, 'the model declined to answer'],
    [
      'is cut off at its limit',
      { ...submitting(proven), stop: 'max_tokens' },
      'the model was cut off at its token limit',
    ],
  ])('leaves the engine alone, and says so, when it %s', async (_, trouble, why) => {
    const startedAtMs = performance.now();
    const seen = await stage.look({ script: () => trouble });
    expectEngineAlone(seen, why);
    expect(seen.server.requests.length).toBeLessThanOrEqual(6);
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
  });

  it('leaves the engine alone when it never answers', async () => {
    const budget = { toolCallsMax: 9, modelTurnsMax: 9, outputTokensMax: 60_000, dollarsMax: 3, durationMsMax: 300 };
    const seen = await stage.look({ script: () => ({ hangMs: 60_000 }), settings: { budget } });
    expectHarmless(seen);
    expect(seen.foot).toContain('Running without the model');
  });
});

describe('a model that does not end', () => {
  it('makes the same call for ever: the vendor is asked once, and the budget ends it', async () => {
    const seen = await stage.look({ script: () => read('checkout') });
    expectHarmless(seen);
    expect(seen.foot).toContain('Running without the model: the budget of');
    expect(seen.reads).toEqual([{ service: 'payments' }, { service: 'checkout' }]);
    expect(seen.server.requests.length).toBeLessThanOrEqual(9);
  });

  it('makes a new call for ever: the reads end at their bound', async () => {
    const seen = await stage.look({ script: (turn) => read(`a${turn}`, `b${turn}`, `c${turn}`) });
    expectHarmless(seen);
    expect(seen.foot).toContain('the budget of tool calls was used up');
    expect(seen.reads).toHaveLength(1 + 9);
    expect(seen.foot).toContain('9 of 9 reads');
  });

  it('asks a thousand things in one turn: what the budget allows is read, each use is answered', async () => {
    const thousand = read(...Array.from({ length: 1_000 }, (_, index) => `s${index}`));
    const seen = await stage.look({ script: [thousand, submitting(proven), challenge()] });
    expectSaid(seen, said);
    expect(seen.reads).toHaveLength(1 + 9);
    expect(seen.server.complaints).toEqual([]);
  });

  it('only ponders on the board: it ends', async () => {
    const board = { name: 'update_board', input: { moves: [], next: [] } };
    const seen = await stage.look({ script: () => ({ uses: [board] }) });
    expectHarmless(seen);
    expect(seen.foot).toContain('Running without the model');
  });
});

describe('a model that submits what cannot be read', () => {
  it.each<[string, Scripted]>([
    ['JSON that is cut', { uses: [{ name: 'submit_findings', input: null, json: '{"outcome":"causes","hypo' }] }],
    ['no JSON at all', { uses: [{ name: 'submit_findings', input: null, json: 'the database did it' }] }],
    ['a list', { uses: [{ name: 'submit_findings', input: [1, 2, 3] }] }],
    [
      'an action',
      { uses: [{ name: 'submit_findings', input: { outcome: 'causes', hypotheses: [], action: 'restart' } }] },
    ],
    ['an outcome of its own', { uses: [{ name: 'submit_findings', input: { outcome: 'fixed', hypotheses: [] } }] }],
    ['10,000 hypotheses', submission(...Array.from({ length: 10_000 }, () => ({ kind: 'quota' })))],
    ['a claim of a megabyte', submitting({ ...proven, text: 'x'.repeat(1_000_000) })],
  ])('is told what is expected, then the engine stands alone: %s', async (_, broken) => {
    const seen = await stage.look({ script: () => broken });
    expectHarmless(seen);
    expect(seen.foot).toContain('Running without the model');
    expect(seen.hypotheses.every(({ by }) => by === 'engine')).toBe(true);
    expect(seen.server.complaints).toEqual([]);
    expect(seen.server.requests.length).toBeLessThanOrEqual(6);
  });
});

function usesOf(scripted: Scripted) {
  return 'uses' in scripted ? scripted.uses : [];
}
