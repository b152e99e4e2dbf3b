import { z } from 'zod';
import type { ActionContext, ActionFailure } from '../../src/action.ts';
import type { Json } from '../../src/core/json.ts';
import { done, failed, type Result } from '../../src/core/result.ts';
import type { ConnectedAction } from '../../src/flow/world.ts';
import type { Landing } from './approval-oracle.ts';
import type { Dice } from './simulated-time.ts';

export type SimulatedTarget = {
  readonly landings: Landing[];
  readonly inFlight: Set<string>;
  /** What the target looks like now; plans were made for `abc`. */
  readonly base: () => string;
  /** How often a call or its answer gets lost. */
  readonly lost: number;
  nowMs(): number;
  readonly landed: (landing: Landing) => void;
  /** A call is on its way. */
  readonly asked: () => void;
  /** A call came back to the process that made it. */
  readonly answered: (call: { readonly beganAtMs: number; readonly endedAtMs: number }) => void;
};

type Fate = 'lost' | 'away' | 'throws';

const parameters = z.object({ change: z.string() });
const lostAnswer = failed<ActionFailure>({ kind: 'unknown', reason: 'the connection was cut' });
const away = failed<ActionFailure>({ kind: 'unavailable', reason: 'the target is away' });

/** Also of a signal that was aborted before: it fires no event any more, and HTTP clients refuse it at once. */
const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

type Given = { readonly target: SimulatedTarget; readonly dice: Dice; readonly point: () => Promise<void> };

/** An action on a target that repeats whatever it is told, loses calls before the effect and answers after it. */
export function simulatedAction({ target, dice, point }: Given): ConnectedAction {
  const land = (key: string, change: string): Json => {
    const [plan = '', step = ''] = key.split(':');
    const landing = { plan, step, change, atMs: target.nowMs() };
    target.landings.push(landing);
    target.landed(landing);
    return { landed: change };
  };
  /** What the caller hears: the truth, or that the connection broke. */
  const answer = (fates: readonly [Fate, ...Fate[]], outcome: Json | null): Result<Json | null, ActionFailure> => {
    if (!dice.chance(target.lost)) return done(outcome);
    const fate = dice.pick(fates);
    if (fate === 'throws') throw new Error('the socket hung up');
    return fate === 'lost' ? lostAnswer : away;
  };
  /** On its way, there or back; false when the caller hung up. */
  const travelled = async (signal: AbortSignal): Promise<boolean> => {
    await Promise.race([point(), aborted(signal)]);
    return !signal.aborted;
  };
  const call = async (given: unknown, { key, signal }: ActionContext): Promise<Result<Json, ActionFailure>> => {
    const { change } = parameters.parse(given);
    if (!(await travelled(signal))) {
      // What was on its way when the caller hung up arrives, or does not.
      if (dice.chance(0.5)) land(key, change);
      return lostAnswer;
    }
    const asked = answer(['lost', 'away', 'throws'], null);
    if (!asked.ok) return asked;
    const outcome = land(key, change);
    if (!(await travelled(signal))) return lostAnswer;
    const told = answer(['lost', 'throws'], outcome);
    return told.ok ? done(outcome) : told;
  };
  return {
    action: { name: 'rollback-pull-request', description: 'a change that is counted', parameters },
    connected: {
      dryRun: async () => done([]),
      check: async (preconditions) => {
        await point();
        const stale = preconditions.some(({ expected }) => expected !== target.base());
        return stale ? failed<ActionFailure>({ kind: 'stale', reason: 'the base moved' }) : done(null);
      },
      execute: async (given, context) => {
        const [plan = ''] = context.key.split(':');
        const beganAtMs = target.nowMs();
        target.inFlight.add(plan);
        target.asked();
        try {
          return await call(given, context);
        } finally {
          target.inFlight.delete(plan);
          target.answered({ beganAtMs, endedAtMs: target.nowMs() });
        }
      },
      reconcile: async (_given, { key }) => {
        await point();
        if (dice.chance(target.lost / 2)) return away;
        const found = target.landings.find(({ plan, step }) => `${plan}:${step}` === key);
        return done(found ? { landed: found.change } : null);
      },
      undo: () => [],
    },
  };
}
