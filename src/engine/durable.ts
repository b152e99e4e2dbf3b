import { DBOS, DBOSWorkflowConflictError } from '@dbos-inc/dbos-sdk';
import { assertStillOwnsWorkflow } from '@dbos-inc/dbos-sdk/datasource';
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
  /** Other processes work on the same rows, and may have taken a workflow over. */
  readonly shared: boolean;
};

/** Another process runs this workflow now: this one was taken for dead. */
export const isTakenOver = (error: unknown): boolean => error instanceof DBOSWorkflowConflictError;

/**
 * A workflow that outlives its engine must do nothing more: it belongs to the next launch, which replays it. It can
 * neither return nor throw, because either would be recorded as its end, so it waits for ever.
 */
const forever = (): Promise<never> => new Promise(() => undefined);

/** DBOS's idea of a workflow as the story's. Must be called inside a DBOS workflow. */
export function durableOver({ clock, ending, pausesMs, failed, shared }: Launch): Durable {
  /** Once taken over, nothing runs any more, not even what the workflow does when it fails. */
  let takenOver: unknown = null;
  const noted = (error: unknown): unknown => {
    if (isTakenOver(error)) takenOver = error;
    return error;
  };
  const whileRunning = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (ending.aborted) return forever();
    if (takenOver !== null) throw takenOver;
    try {
      const value = await work();
      return ending.aborted ? await forever() : value;
    } catch (error) {
      if (ending.aborted) return forever();
      throw noted(error);
    }
  };

  /** A process that was only frozen must find out before it acts: the engine looks when it records, which is after. */
  const owned = async <Value>(run: () => Promise<Value>): Promise<Value> => {
    const { workflowID } = DBOS;
    if (shared && workflowID !== undefined) await assertStillOwnsWorkflow(workflowID);
    return run();
  };

  /** Nothing is recorded of a step that the shutdown interrupted: the next launch repeats it. */
  const persistent = async <Value>(name: string, run: () => Promise<Value>): Promise<Value> => {
    const tell = (error: unknown, pauseMs: number): void => failed(name, error, pauseMs);
    try {
      return await tryAgain(() => owned(run), { pausesMs, ending, failed: tell, final: isTakenOver });
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
