import { describe, expect, test } from 'vitest';
import { createLabClock } from '../../src/lab/lab-clock.ts';

const startAtMs = Date.UTC(2026, 10, 12, 14);
const calm = new AbortController().signal;

const handClock = (speed: number) => {
  const wall = { ms: 1000 };
  const clock = createLabClock({ startAtMs, speed, realNowMs: () => wall.ms });
  return { wall, clock };
};

test('virtual time is real time multiplied by the speed, across changes of speed', () => {
  const { wall, clock } = handClock(10);
  wall.ms += 100;
  clock.setSpeed(2);
  wall.ms += 50;
  expect(clock.nowMs()).toBe(startAtMs + 1000 + 100);
  expect(clock.realMs(60_000)).toBe(30_000);
});

test('a paused clock stands still and goes on from there', () => {
  const { wall, clock } = handClock(1);
  clock.setSpeed(0);
  wall.ms += 5000;
  expect(clock.nowMs()).toBe(startAtMs);
  clock.setSpeed(1);
  wall.ms += 7;
  expect(clock.nowMs()).toBe(startAtMs + 7);
});

test('a negative speed is refused', () => {
  const { clock } = handClock(1);
  expect(() => clock.setSpeed(-1)).toThrow(RangeError);
});

test('a clock can be picked up where an earlier one stopped', () => {
  const first = handClock(50);
  first.wall.ms += 40;
  const storedMs = first.clock.nowMs();
  const second = createLabClock({ startAtMs: storedMs, speed: 1, realNowMs: () => 9 });
  expect(second.nowMs()).toBe(startAtMs + 2000);
});

describe('waiting', () => {
  test('never ends early, and speeding up wakes those who wait', async () => {
    const clock = createLabClock({ startAtMs, speed: 1 });
    const waited = clock.waitUntil(startAtMs + 3_600_000, calm).then(() => clock.nowMs());
    clock.setSpeed(100_000_000);
    expect(await waited).toBeGreaterThanOrEqual(startAtMs + 3_600_000);
    clock.close();
  });

  test('slowing down keeps those who wait waiting until their moment', async () => {
    const clock = createLabClock({ startAtMs, speed: 1000 });
    const waited = clock.waitUntil(startAtMs + 60_000, calm).then(() => clock.nowMs());
    clock.setSpeed(200);
    await new Promise((resolve) => setTimeout(resolve, 90));
    clock.setSpeed(2000);
    expect(await waited).toBeGreaterThanOrEqual(startAtMs + 60_000);
    clock.close();
  });

  test('for a moment that has passed ends at once', async () => {
    const clock = createLabClock({ startAtMs, speed: 0 });
    await clock.waitUntil(startAtMs - 1, calm);
    expect(clock.nowMs()).toBe(startAtMs);
  });

  test('can be given up, with the reason', async () => {
    const clock = createLabClock({ startAtMs, speed: 1 });
    const leaving = new AbortController();
    const waited = clock.waitUntil(startAtMs + 3_600_000, leaving.signal);
    leaving.abort(new Error('shutting down'));
    await expect(waited).rejects.toThrow('shutting down');
    await expect(clock.waitUntil(startAtMs + 1, leaving.signal)).rejects.toThrow('shutting down');
  });
});

test('fast forward runs for the given virtual time and then as before', async () => {
  const clock = createLabClock({ startAtMs, speed: 1 });
  clock.fastForward({ forMs: 600_000, speed: 20_000 });
  expect(clock.speed()).toBe(20_000);
  await clock.waitUntil(startAtMs + 600_000, calm);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(clock.speed()).toBe(1);
  expect(clock.nowMs()).toBeLessThan(startAtMs + 3_600_000);
  clock.close();
});
