/** The kill switch while an action's call is under way: the call is cut off, whoever pulled it in whichever process. */
import type { World } from './world.ts';

export type CutOff = {
  /** Aborts soon after somebody pulled the kill switch. */
  readonly signal: AbortSignal;
  /** Resolves a moment after that: an action that did not hear the signal is waited for no longer. */
  readonly over: Promise<void>;
  close(): void;
};

/** With the time to look for the effect afterwards (`call-action.ts`) less than the five seconds that are promised. */
const pollMs = 1_000;
const graceMs = 500;

export function watchKillSwitch(world: World): CutOff {
  const cut = new AbortController();
  const closed = new AbortController();
  const heard = async (): Promise<void> => {
    do await pause(world, pollMs, closed.signal);
    while (!(await isPulled(world)));
    cut.abort(new Error('the kill switch was pulled'));
    await pause(world, graceMs, closed.signal);
  };
  const over = heard().catch(() => new Promise<void>(() => undefined));
  return { signal: cut.signal, over, close: () => closed.abort() };
}

/** What cannot be read now is read the next time; every step asks the policy, which fails closed. */
const isPulled = ({ store }: World): Promise<boolean> => store.stopped().catch(() => false);

/** Waits real milliseconds, on whatever clock the story has. Rejects when aborted. */
export function pause({ clock }: World, realMs: number, signal: AbortSignal): Promise<void> {
  const clockMs = Math.max(1, realMs / clock.realMs(1));
  return clock.waitUntil(clock.nowMs() + clockMs, signal);
}
