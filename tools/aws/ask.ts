/** How every AWS tool asks: page after page within bounds of number and time, and let go at once when it is stopped. */
import type { Finding } from '../../src/tool.ts';
import { type Answering, orFailure } from '../reading/failure.ts';
import { awsRefusal } from './refusal.ts';

/** After this much of the time a call is given, what is there is taken and the rest is said. */
const patienceShare = 0.75;

/** What a call may still use: the caller's signal, and a moment on the process's own timer, milliseconds. */
export type Bounds = { readonly signal: AbortSignal; readonly deadlineMs: number };

/**
 * Runs a call; what AWS refused becomes a failed finding. When the caller stops, it is answered at once, whatever the SDK
 * is in the middle of (it cannot be stopped while it assumes a role), and what was started is ended behind its back.
 */
export function askAws(
  { timeoutMs, ...answering }: Omit<Answering, 'refusal'> & { readonly timeoutMs: number },
  run: (bounds: Bounds) => Promise<Finding>,
): Promise<Finding> {
  const { signal } = answering;
  return orFailure({ ...answering, refusal: awsRefusal }, async () => {
    signal.throwIfAborted();
    const stopped = Promise.withResolvers<never>();
    const stop = () => stopped.reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([
        run({ signal, deadlineMs: performance.now() + patienceShare * timeoutMs }),
        stopped.promise,
      ]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  });
}

export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | undefined };
export type Paged<Item> = { readonly items: readonly Item[]; readonly truncated: boolean };

/**
 * Follows tokens for at most `pagesMax` pages and, after the first page, until the deadline: a page that is still on its
 * way then is left. Rejects as `ask` does.
 */
export async function readPages<Item>(
  { pagesMax, signal, deadlineMs }: Bounds & { readonly pagesMax: number },
  ask: (token: string | undefined, signal: AbortSignal) => Promise<Page<Item>>,
): Promise<Paged<Item>> {
  const first = await ask(undefined, signal);
  const items = [...first.items];
  let token = first.next;
  const timely = untilDeadline(signal, deadlineMs);
  for (let page = 1; page < pagesMax && token !== undefined && !timely.aborted; page += 1) {
    const answered = await ask(token, timely).catch((error: unknown) => late(error, { timely, signal }));
    if (answered === null) break;
    items.push(...answered.items);
    token = answered.next;
  }
  return { items, truncated: token !== undefined };
}

// A timer takes whole milliseconds, and not more than 32 bits hold.
const untilDeadline = (signal: AbortSignal, deadlineMs: number): AbortSignal =>
  AbortSignal.any([
    signal,
    AbortSignal.timeout(Math.min(2 ** 31 - 1, Math.max(0, Math.ceil(deadlineMs - performance.now())))),
  ]);

/** Null for a page that did not come in time; anything else, the caller's stop among it, is thrown on. */
function late(error: unknown, { timely, signal }: { timely: AbortSignal; signal: AbortSignal }): null {
  if (signal.aborted || !timely.aborted) throw error;
  return null;
}
