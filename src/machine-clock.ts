import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './ports.ts';

/** Longest single timer Node takes. */
const timerMsMax = 2_147_483_647;

/** The machine's own time, in production. */
export const machineClock: Clock = {
  nowMs: () => Date.now(),
  realMs: (durationMs) => durationMs,
  waitUntil: async (untilMs, signal) => {
    for (let leftMs = untilMs - Date.now(); leftMs > 0; leftMs = untilMs - Date.now()) {
      await sleep(Math.min(leftMs, timerMsMax), undefined, { signal });
    }
  },
};
