import { z } from 'zod';
import type { ActionFailure } from '../../src/action.ts';
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
};

type Fate = 'lost' | 'away' | 'throws';

const parameters = z.object({ change: z.string() });
const lostAnswer = failed<ActionFailure>({ kind: 'unknown', reason: 'the connection was cut' });
const away = failed<ActionFailure>({ kind: 'unavailable', reason: 'the target is away' });

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
  const call = async (given: unknown, key: string): Promise<Result<Json, ActionFailure>> => {
    await point();
    const asked = answer(['lost', 'away', 'throws'], null);
    if (!asked.ok) return asked;
    const outcome = land(key, parameters.parse(given).change);
    await point();
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
      execute: async (given, { key }) => {
        const [plan = ''] = key.split(':');
        target.inFlight.add(plan);
        try {
          return await call(given, key);
        } finally {
          target.inFlight.delete(plan);
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
