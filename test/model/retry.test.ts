/** Our own patience with the Messages API: how long, how often, and when not at all. Real SDK, real HTTP, real waits. */
import { describe, expect, it } from 'vitest';
import type { ModelRequest, Scripted } from '../support/messages-server.ts';
import { challenge, findingsWith, newest, run, startedAtMs, supportedClaim } from './investigation-fixture.ts';

const busy = (retryAfter?: string): Scripted => ({
  status: 429,
  type: 'rate_limit_error',
  ...(retryAfter === undefined ? {} : { retryAfter }),
});
const overloaded: Scripted = { status: 529, type: 'overloaded_error' };
const good: readonly Scripted[] = [findingsWith(supportedClaim), challenge('survived')];
const read: Scripted & { uses: object } = { uses: [{ name: 'read_logs', input: { service: 'payments' } }] };

/** When each request arrived, in milliseconds since the first. */
async function arrivals(script: readonly Scripted[], setting: Parameters<typeof run>[1] = {}) {
  const at: number[] = [];
  const ran = await run((turn: number) => {
    at.push(performance.now());
    return script[turn] ?? { status: 400, type: 'invalid_request_error' };
  }, setting);
  return { ...ran, waits: at.slice(1).map((each, index) => each - (at[index] ?? 0)) };
}

describe('a rate limit', () => {
  it('is waited for as many seconds as it says', async () => {
    const { investigation, waits } = await arrivals([busy('1'), ...good]);
    expect(investigation.kind).toBe('submitted');
    expect(waits[0]).toBeGreaterThanOrEqual(1_000);
    expect(waits[0]).toBeLessThan(1_600);
  });

  it('is waited for until the date that it names, by its own clock', async () => {
    const inTwoSeconds = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 2_000).toUTCString();
    // A clock of ours that is a year off changes nothing.
    const { investigation, waits } = await arrivals([busy(inTwoSeconds), ...good], {
      nowMs: () => startedAtMs - 3.2e10,
    });
    expect(investigation.kind).toBe('submitted');
    expect(waits[0]).toBeGreaterThanOrEqual(1_000);
    expect(waits[0]).toBeLessThan(4_000);
  });

  it.each(['soon', '-5', ''])('with the advice "%s" is backed off from as without any', async (advice) => {
    const { investigation, waits } = await arrivals([busy(advice), ...good], { retryBaseMs: 100 });
    expect(investigation.kind).toBe('submitted');
    expect(waits[0]).toBeGreaterThanOrEqual(70);
    expect(waits[0]).toBeLessThan(500);
  });

  it('that is the spend limit is never asked again', async () => {
    const { investigation, server } = await run(() => ({
      status: 429,
      type: 'rate_limit_error',
      code: 'enforced_spend_limit_reached',
    }));
    expect(investigation).toMatchObject({ kind: 'unavailable', why: 'the model account has reached its spend limit' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('waits', () => {
  it.each([
    ['least', 0, [50, 100, 200], 690],
    ['most', 1, [100, 200, 400], 5_000],
  ])('double, the %s of them by chance %d', async (...[, chance, least, together]) => {
    const { waits } = await arrivals([overloaded, overloaded, overloaded, ...good], {
      retryBaseMs: 100,
      random: () => chance,
    });
    for (const [index, leastMs] of least.entries()) expect(waits[index]).toBeGreaterThanOrEqual(leastMs - 2);
    expect(waits.slice(0, 3).reduce((sum, wait) => sum + wait, 0)).toBeLessThan(together);
  });

  it('that the time budget has no room for are not begun', async () => {
    const { investigation, server, elapsedMs } = await run(() => busy('10'), { budget: { durationMsMax: 5_000 } });
    expect(investigation).toMatchObject({ kind: 'unavailable', why: 'the model rate limit is reached' });
    expect(server.requests).toHaveLength(1);
    expect(elapsedMs).toBeLessThan(2_000);
  });

  it('through an overload that never ends stay within the time budget, and the engine answers', async () => {
    const signal = AbortSignal.timeout(600);
    const { investigation, elapsedMs } = await run(() => overloaded, {
      retryBaseMs: 200,
      signal,
      budget: { durationMsMax: 600 },
    });
    expect(investigation.kind).toBe('unavailable');
    expect(elapsedMs).toBeLessThan(1_500);
  });
});

describe('a stream that is cut', () => {
  it.each<[string, Scripted]>([
    ['before it began, cleanly', { cut: 'end', at: 'start', uses: [] }],
    ['before it began, by a break', { cut: 'reset', at: 'start', uses: [] }],
    ['before it began, by an error', { cut: 'error-event', at: 'start', uses: [] }],
    ['in the middle of a tool call, cleanly', { cut: 'end', ...read }],
    ['in the middle of a tool call, by a break', { cut: 'reset', ...read }],
    ['in the middle of a tool call, by an error', { cut: 'error-event', ...read }],
    ['after its stop reason, cleanly', { cut: 'end', at: 'stop-reason', ...read }],
    ['after its stop reason, by a break', { cut: 'reset', at: 'stop-reason', ...read }],
    ['after its stop reason, by an error', { cut: 'error-event', at: 'stop-reason', ...read }],
  ])('%s is asked for again, and runs no tool', async (_, trouble) => {
    const { investigation, reads, server } = await run([trouble, ...good]);
    expect(investigation).toMatchObject({ kind: 'submitted', challenge: 'survived', spent: { modelTurns: 2 } });
    expect(reads).toEqual([]);
    expect(server.requests[1]?.messages).toEqual(server.requests[0]?.messages);
  });
});

describe('an answer that is none', () => {
  it.each([
    ['text/html', '<p>Sign in</p>'],
    ['application/json', '{"choices":[{"message":{"content":"hi"}}]}'],
    ['text/plain', ''],
  ])('of the type %s is not asked for again', async (contentType, page) => {
    const { investigation, server } = await run(() => ({ page, contentType }));
    expect(investigation).toMatchObject({
      kind: 'unavailable',
      why: 'the model service gave no Messages API answer',
    });
    expect(server.requests).toHaveLength(1);
  });

  it('because the model paused is gone on with', async () => {
    const paused: Scripted = { uses: [], text: 'One moment.', stop: 'pause_turn' };
    const { investigation, server } = await run([paused, ...good]);
    expect(investigation).toMatchObject({ kind: 'submitted', challenge: 'survived' });
    const [, again]: readonly (ModelRequest | undefined)[] = server.requests;
    expect(again?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(newest(server, 1)).toContain('Nothing was submitted');
    expect(server.complaints).toEqual([]);
  });
});
