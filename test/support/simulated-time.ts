import { setImmediate as drained } from 'node:timers/promises';
import type { Clock } from '../../src/ports.ts';

/** Dice of one seed: the same seed throws the same. */
export type Dice = {
  /** 0 to below 1. */
  next(): number;
  below(count: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
};

/** mulberry32 over a mixed seed, so that neighbouring seeds have nothing in common. */
export function createDice(seed: number): Dice {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ (seed >>> 3);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] ?? items[0],
  };
}

type Event = { readonly atMs: number; readonly run: () => void; cancelled: boolean };

/** Time that only passes when nothing else can happen. */
export type VirtualTime = {
  nowMs(): number;
  /** Runs it then; returns how to call it off. */
  at(atMs: number, run: () => void): () => void;
  sleep(durationMs: number): Promise<void>;
  /** A machine's clock: off by what `skewMs` says. */
  clock(skewMs: () => number): Clock;
  /** Plays until nothing is left to happen. Throws after `eventsMax`: then something goes round in circles. */
  play(eventsMax: number): Promise<void>;
};

export function createVirtualTime(startMs: number): VirtualTime {
  let now = startMs;
  const events: Event[] = [];

  const at = (atMs: number, run: () => void): (() => void) => {
    const event: Event = { atMs: Math.max(now, atMs), run, cancelled: false };
    let index = events.length;
    while (index > 0 && (events[index - 1]?.atMs ?? 0) > event.atMs) index -= 1;
    events.splice(index, 0, event);
    return () => {
      event.cancelled = true;
    };
  };

  const clock = (skewMs: () => number): Clock => ({
    nowMs: () => now + skewMs(),
    realMs: (durationMs) => durationMs,
    waitUntil: (untilMs, signal) =>
      new Promise((resolve, reject) => {
        const cancel = at(untilMs - skewMs(), resolve);
        const stop = (): void => {
          cancel();
          reject(signal.reason);
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      }),
  });

  /** Everything due at one moment starts together. */
  const takeDue = (): readonly Event[] => {
    while (events[0]?.cancelled) events.shift();
    const [first] = events;
    if (first === undefined) return [];
    const count = events.findIndex(({ atMs }) => atMs > first.atMs);
    return events.splice(0, count === -1 ? events.length : count).filter(({ cancelled }) => !cancelled);
  };

  return {
    nowMs: () => now,
    at,
    clock,
    sleep: (durationMs) => new Promise((resolve) => void at(now + durationMs, resolve)),
    async play(eventsMax) {
      for (let played = 0; ; played += 1) {
        await drained();
        const due = takeDue();
        const [first] = due;
        if (first === undefined) return;
        if (played > eventsMax) throw new Error(`more than ${eventsMax} events: it does not end`);
        now = first.atMs;
        for (const event of due) event.run();
      }
    },
  };
}
