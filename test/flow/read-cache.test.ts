import { expect, it } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import type { Gathered } from '../../src/flow/gather.ts';
import { createReadCache } from '../../src/flow/read-cache.ts';

const startMs = Date.parse('2026-11-21T10:00:00Z');
const closed = { service: 'cart', from: '2026-11-21T09:00:00Z', to: '2026-11-21T09:30:00Z' };
const open = { service: 'cart', from: '2026-11-21T09:00:00Z', to: '2026-11-21T10:00:00Z' };

function world(earlier: readonly Gathered[] = []) {
  let nowMs = startMs;
  const clock = { nowMs: () => nowMs, realMs: (ms: number) => ms, waitUntil: () => Promise.resolve() };
  const cache = createReadCache(clock, earlier);
  let reads = 0;
  const answer = (input: Json, gap: Gathered['gap'] = null): Gathered => ({
    tool: 'logs',
    index: -1,
    input,
    evidence: `E${reads}`,
    view: null,
    signals: {},
    gap,
    empty: null,
  });
  const ask = (input: Json, gap: Gathered['gap'] = null) =>
    cache({ tool: 'logs', input }, async () => {
      reads += 1;
      return answer(input, gap);
    });
  return { ask, answer, reads: () => reads, pass: (ms: number) => (nowMs += ms) };
}

const failure = { tool: 'logs', reason: 'no', blocks: 'x', fix: 'y' };

it('asks the vendor once for a window that is over, however late and whatever the order of members', async () => {
  const { ask, reads, pass } = world();
  const first = await ask(closed);
  pass(3_600_000);
  const again = await ask({ to: closed.to, from: closed.from, service: 'cart' });

  expect(again).toBe(first);
  expect(reads()).toBe(1);
});

it('asks again after a minute for a window that was still open', async () => {
  const { ask, reads, pass } = world();
  await ask(open);
  pass(59_000);
  await ask(open);
  expect(reads()).toBe(1);

  pass(2_000);
  await ask(open);
  expect(reads()).toBe(2);
});

it('shares one call between two who ask at once', async () => {
  const { ask, reads } = world();
  const [one, other] = await Promise.all([ask(closed), ask(closed)]);

  expect(one).toBe(other);
  expect(reads()).toBe(1);
});

it('does not keep a failure', async () => {
  const { ask, reads } = world();
  await ask(closed, failure);
  await ask(closed);
  expect(reads()).toBe(2);
});

it('knows what the first look read', async () => {
  const { answer } = world();
  const { ask, reads } = world([answer(closed)]);
  await ask(closed);
  expect(reads()).toBe(0);
});

it('tells another input and another tool apart', async () => {
  const { ask, reads } = world();
  await ask(closed);
  await ask({ ...closed, service: 'checkout' });
  expect(reads()).toBe(2);
});
