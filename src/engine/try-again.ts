import { setTimeout as pause } from 'node:timers/promises';

/**
 * Pauses between the tries of a step that throws, milliseconds: about four minutes in all. Steps throw when the world is
 * broken, most often a chat platform or a database that is away for a moment; they are keyed, so a repeat is safe.
 */
export const stepPausesMs: readonly number[] = [500, 2_000, 8_000, 30_000, 80_000, 120_000];

export type Trying = {
  readonly pausesMs: readonly number[];
  readonly ending: AbortSignal;
  /** An error after which another try would do harm. */
  readonly final?: (error: unknown) => boolean;
  /** Told before each pause. */
  readonly failed: (error: unknown, pauseMs: number) => void;
};

/** Runs until it does not throw; after the last pause, or at shutdown, the error stands. */
export async function tryAgain<Value>(run: () => Promise<Value>, trying: Trying): Promise<Value> {
  const { pausesMs, ending, failed, final } = trying;
  try {
    return await run();
  } catch (error) {
    const [pauseMs, ...rest] = pausesMs;
    if (pauseMs === undefined || ending.aborted || final?.(error) === true) throw error;
    failed(error, pauseMs);
    await pause(pauseMs, undefined, { signal: ending }).catch(() => undefined);
    return tryAgain(run, { ...trying, pausesMs: rest });
  }
}
