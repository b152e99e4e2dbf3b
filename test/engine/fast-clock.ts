import type { Clock } from '../../src/ports.ts';

/** The machine's clock, `speed` times as fast. */
export function fastClock(speed: number): Clock {
  const bornMs = performance.now();
  const nowMs = (): number => 1_795_000_000_000 + (performance.now() - bornMs) * speed;
  return {
    nowMs,
    realMs: (durationMs) => durationMs / speed,
    waitUntil: (untilMs, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, Math.max(0, untilMs - nowMs()) / speed);
        const stop = (): void => {
          clearTimeout(timer);
          reject(signal.reason);
        };
        if (signal.aborted) stop();
        signal.addEventListener('abort', stop, { once: true });
      }),
  };
}
