/** Calls an approved step's action: with the plan's key, in limited time, and cut off by the kill switch. */
import type { ActionContext, ActionFailure } from '../action.ts';
import type { Json } from '../core/json.ts';
import type { PlanStep } from '../core/plan.ts';
import { done, failed, type Result } from '../core/result.ts';
import type { PlanRow } from '../ports.ts';
import { pause, watchKillSwitch } from './kill-switch.ts';
import type { ConnectedAction, World } from './world.ts';

/** One step of a plan that was approved. */
export type Call = { readonly world: World; readonly row: PlanRow; readonly step: PlanStep };

/** `stopped`: the kill switch cut the call off, so that whatever it said is not known to be all that happened. */
export type CallFailure = ActionFailure & { readonly stopped?: true };

/** How long the effect of a call that was cut off is looked for, real milliseconds. */
const lookAfterStopMs = 1_500;
const cutOffReason = 'everything was stopped in the middle of its call, and whether it took effect is not known';

/** Re-reads what the plan assumed. */
export const checkStep = (call: Call): Promise<Result<null, CallFailure>> =>
  cutOff(call, ({ connected, parameters, context }) =>
    connected.check(call.row.plan.preconditions, parameters, context),
  );

/** Looks for the effect of an earlier attempt: its outcome, or null when it certainly did not happen. */
export const findEffect = (call: Call): Promise<Result<Json | null, CallFailure>> =>
  cutOff(call, ({ connected, parameters, context }) => connected.reconcile(parameters, context));

/** Makes the effect. When the answer got lost or the call was cut off, looks for the effect instead of repeating it. */
export async function makeEffect(call: Call): Promise<Result<Json, CallFailure>> {
  const result = await cutOff(call, ({ connected, parameters, context }) => connected.execute(parameters, context));
  if (result.ok || result.failure.kind !== 'unknown') return result;
  const found = await (result.failure.stopped ? lookBriefly(call) : findEffect(call));
  return found.ok && found.value !== null ? done(found.value) : result;
}

type Prepared = { readonly parameters: unknown; readonly context: ActionContext } & Pick<ConnectedAction, 'connected'>;

function prepare({ world, row, step }: Call, signal: AbortSignal): Prepared {
  const found = world.actions.find(({ action }) => action.name === step.action);
  if (!found) throw new Error(`action ${step.action} is not in the catalogue`);
  const context = {
    signal,
    nowMs: world.clock.nowMs(),
    key: `${row.plan.id}:${step.id}`,
    approval: { digest: row.digest, by: row.approvals.map(({ by }) => by) },
  };
  return { connected: found.connected, parameters: found.action.parameters.parse(step.parameters), context };
}

/** A step may ask for its own time; a pull request takes less than two minutes. */
const stepLimitMs = ({ parameters }: PlanStep): number => {
  const seconds = parameters['timeoutSeconds'];
  return Math.max(120_000, typeof seconds === 'number' ? seconds * 1000 + 30_000 : 0);
};

/** What an action says of a call that was cut off says nothing of what the target does with it. */
async function cutOff<Value>(
  call: Call,
  work: (prepared: Prepared) => Promise<Result<Value, ActionFailure>>,
): Promise<Result<Value, CallFailure>> {
  const { signal, over, close } = watchKillSwitch(call.world);
  const stopped = failed<CallFailure>({ kind: 'unknown', reason: cutOffReason, stopped: true });
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(stepLimitMs(call.step))]);
    const result = await Promise.race([work(prepare(call, limited)), over.then(() => stopped)]);
    return result.ok || !signal.aborted ? result : stopped;
  } catch (error) {
    if (signal.aborted) return stopped;
    throw error;
  } finally {
    close();
  }
}

/** The kill switch is on: nothing may take long now, and nothing is written by looking. */
async function lookBriefly(call: Call): Promise<Result<Json | null, ActionFailure>> {
  const ended = new AbortController();
  const { connected, parameters, context } = prepare(call, AbortSignal.timeout(lookAfterStopMs));
  const found = connected.reconcile(parameters, context);
  const tooLate = async (): Promise<Result<null, never>> => {
    await pause(call.world, lookAfterStopMs, ended.signal);
    return done(null);
  };
  try {
    return await Promise.race([found, tooLate()]);
  } catch {
    return done(null);
  } finally {
    ended.abort();
  }
}
