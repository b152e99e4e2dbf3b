import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Json } from '../core/json.ts';
import type { Clock, Durable } from '../ports.ts';
import { tryAgain } from './try-again.ts';

/** One launch of the engine in this process. */
export type Launch = {
  readonly clock: Clock;
  /** Aborted at shutdown. */
  readonly ending: AbortSignal;
  /** Pauses between the tries of a step that throws. */
  readonly pausesMs: readonly number[];
  readonly failed: (step: string, error: unknown, pauseMs: number) => void;
};

/**
 * A workflow that outlives its engine must do nothing more: it belongs to the next launch, which replays it. It can
 * neither return nor throw, because either would be recorded as its end, so it waits for ever.
 */
const forever = (): Promise<never> => new Promise(() => undefined);

/** DBOS's idea of a workflow as the story's. Must be called inside a DBOS workflow. */
export function durableOver({ clock, ending, pausesMs, failed }: Launch): Durable {
  const whileRunning = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (ending.aborted) return forever();
    try {
      const value = await work();
      return ending.aborted ? await forever() : value;
    } catch (error) {
      if (ending.aborted) return forever();
      throw error;
    }
  };

  /** Nothing is recorded of a step that the shutdown interrupted: the next launch repeats it. */
  const persistent = async <Value>(name: string, run: () => Promise<Value>): Promise<Value> => {
    const tell = (error: unknown, pauseMs: number): void => failed(name, error, pauseMs);
    try {
      return await tryAgain(run, { pausesMs, ending, failed: tell });
    } catch (error) {
      if (ending.aborted) return forever();
      throw error;
    }
  };

  return {
    step: (name, run) => whileRunning(() => DBOS.runStep(() => persistent(name, run), { name })),
    waitFor: <Message extends Json>(topic: string, timeoutMs: number) =>
      whileRunning(() => DBOS.recv<Message>(topic, { timeoutSeconds: clock.realMs(timeoutMs) / 1000 })),
    pauseUntil: (untilMs) => whileRunning(() => clock.waitUntil(untilMs, ending)),
  };
}
