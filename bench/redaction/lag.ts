import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createRedactor } from '../../src/redact/redactor.ts';
import type { Log } from './read-logs.ts';

const idleMs = 2_000;

/** How long the main loop is held while texts are redacted all at once, beside how long it is held while idle. */
export async function measureLag(logs: readonly Log[]): Promise<readonly string[]> {
  const redactor = createRedactor({ tokenKey: 'bench', ownCredentials: [] });
  await redactor.redact('warm');
  const idle = await lagWhile(() => wait(idleMs));
  const clean = await lagWhile(() => Promise.all(logs.map(({ text }) => redactor.redact(text))));
  const dense = Array.from(
    { length: 10_000 },
    (_, at) => `user=dana-${at}@example.test password=hunter-${at} to=+1415555${1000 + (at % 9000)}\n`,
  ).join('');
  const masked = await lagWhile(() => redactor.redact(dense));
  await redactor.close();
  return [
    `main loop held by the clock, idle: ${idle}`,
    `main loop held by the clock, over clean logs: ${clean}`,
    `main loop held by the clock, over 30,000 finds: ${masked}`,
  ];
}

/** By the clock, with whatever else the machine does, and by the processor time of this thread from turn to turn. */
async function lagWhile(work: () => Promise<unknown>): Promise<string> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  let before = process.threadCpuUsage();
  let worstUs = 0;
  const turns = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    worstUs = Math.max(worstUs, user + system);
    before = process.threadCpuUsage();
  }, 1);
  delay.enable();
  await work();
  delay.disable();
  clearInterval(turns);
  // The monitor counts from one timer to the next, so its own interval is in the figure.
  const held = (nanoseconds: number): string => Math.max(0, nanoseconds / 1e6 - 5).toFixed(0);
  const clock = `99 of 100 turns within ${held(delay.percentile(99))} ms, at most ${held(delay.max)} ms`;
  return `${clock}; busy itself at most ${(worstUs / 1000).toFixed(0)} ms`;
}
