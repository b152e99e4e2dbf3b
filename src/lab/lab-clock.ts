/** A clock that runs faster than the wall, forwards only, and can be picked up again where it was. */
import type { Clock } from '../ports.ts';

export type LabClock = Clock & {
  readonly speed: () => number;
  /** Virtual seconds per real second, at least 0 (paused). */
  setSpeed(speed: number): void;
  /** Runs at `speed` until `forMs` of virtual time have passed, then as before. The fastest of several wins. */
  fastForward(request: { readonly forMs: number; readonly speed: number }): void;
  /** Takes back all timers; waiting promises never settle. */
  close(): void;
};

export type LabClockRequest = {
  /** Virtual milliseconds since the epoch: the start of the world, or where a stored one stopped. */
  readonly startAtMs: number;
  readonly speed: number;
  /** Real milliseconds that only go up. */
  readonly realNowMs?: () => number;
};

type Waiter = { readonly untilMs: number; readonly wake: () => void; timer: NodeJS.Timeout | null };

/** `setTimeout` takes no more than 31 bits of milliseconds. */
const longestTimerMs = 2_147_483_647;

/** Throws a RangeError on a negative or infinite speed. */
export const createLabClock = (request: LabClockRequest): LabClock => {
  const realNowMs = request.realNowMs ?? (() => performance.now());
  const waiters = new Set<Waiter>();
  const boosts = new Set<{ readonly speed: number }>();
  let usualSpeed = checked(request.speed);
  let anchor = { realMs: realNowMs(), virtualMs: request.startAtMs, speed: usualSpeed };

  const exactMs = (): number => anchor.virtualMs + (realNowMs() - anchor.realMs) * anchor.speed;

  const arm = (waiter: Waiter): void => {
    if (waiter.timer !== null) clearTimeout(waiter.timer);
    const leftMs = waiter.untilMs - exactMs();
    if (leftMs <= 0) waiter.wake();
    if (leftMs <= 0 || anchor.speed === 0) return;
    const delayMs = Math.min(longestTimerMs, Math.ceil(leftMs / anchor.speed));
    waiter.timer = setTimeout(() => arm(waiter), delayMs);
  };

  const settleSpeed = (): void => {
    const speed = Math.max(usualSpeed, ...[...boosts].map((boost) => boost.speed));
    anchor = { realMs: realNowMs(), virtualMs: exactMs(), speed };
    for (const waiter of waiters) arm(waiter);
  };

  const waitUntil: Clock['waitUntil'] = (untilMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const leave = (): void => {
        if (waiter.timer !== null) clearTimeout(waiter.timer);
        waiters.delete(waiter);
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        leave();
        reject(signal.reason);
      };
      const waiter: Waiter = {
        untilMs,
        timer: null,
        wake: () => {
          leave();
          resolve();
        },
      };
      waiters.add(waiter);
      signal.addEventListener('abort', abort, { once: true });
      arm(waiter);
    });

  return {
    nowMs: () => Math.floor(exactMs()),
    realMs: (durationMs) => durationMs / anchor.speed,
    waitUntil,
    speed: () => anchor.speed,
    setSpeed: (speed) => {
      usualSpeed = checked(speed);
      settleSpeed();
    },
    fastForward: ({ forMs, speed }) => {
      const boost = { speed: checked(speed) };
      boosts.add(boost);
      const untilMs = exactMs() + forMs;
      settleSpeed();
      const end = (): void => {
        waiters.delete(waiter);
        boosts.delete(boost);
        settleSpeed();
      };
      const waiter: Waiter = { untilMs, timer: null, wake: end };
      waiters.add(waiter);
      arm(waiter);
    },
    close: () => {
      for (const { timer } of waiters) if (timer !== null) clearTimeout(timer);
      waiters.clear();
    },
  };
};

const checked = (speed: number): number => {
  if (!(Number.isFinite(speed) && speed >= 0))
    throw new RangeError(`The clock's speed must be 0 or more, not ${speed}`);
  return speed;
};
