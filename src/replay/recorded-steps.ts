/** The steps of one round over the tape: what was taken from the world is given back, what was said is said again. */
import type { Json } from '../core/json.ts';
import type { Told } from '../core/recording.ts';
import { tapeKey } from '../flow/tape.ts';
import type { Durable } from '../ports.ts';
import { type Differences, Diverged } from './differences.ts';

export type RecordedSteps = {
  readonly durable: Durable;
  /** The moment of the step that is being said again. */
  nowMs(): number;
  /** What was said then and not now. */
  leftOver(): readonly string[];
};

type Taping = { readonly round: string; readonly tape: ReadonlyMap<string, Json>; readonly differences: Differences };

const isTold = (value: unknown): value is Told<unknown> =>
  value !== null && typeof value === 'object' && 'atMs' in value && 'shown' in value;

export function createRecordedSteps({ round, tape, differences }: Taping): RecordedSteps {
  let nowMs = 0;
  const prefix = tapeKey(round, '');
  const unsaid = new Set([...tape].flatMap(([key, kept]) => (key.startsWith(prefix) && isTold(kept) ? [key] : [])));

  const say = async (name: string, then: Told<unknown>, run: () => Promise<unknown>): Promise<unknown> => {
    unsaid.delete(tapeKey(round, name));
    nowMs = then.atMs;
    const now = await run();
    if (!isTold(now)) throw new Diverged(`this code says nothing in the step ${name}`);
    differences.expectSame(now.value, then.value, `${name} concludes something else than then`);
    differences.expectSame(now.shown, then.shown, `${name} shows something else than then`);
    return now;
  };
  const reason = async (then: Json, run: () => Promise<unknown>): Promise<unknown> => {
    const now = await run();
    differences.expectSame(
      withoutDuration(now),
      withoutDuration(then),
      'the investigation settles otherwise than then',
    );
    return now;
  };
  const step = async (name: string, run: () => Promise<unknown>): Promise<unknown> => {
    const kept = tape.get(tapeKey(round, name));
    if (kept === undefined) throw new Diverged(`this code takes the step ${name}, which was not taken then`);
    if (isTold(kept)) return say(name, kept, run);
    return name === 'investigate' ? reason(kept, run) : kept;
  };
  return {
    nowMs: () => nowMs,
    leftOver: () => [...unsaid].map((key) => key.slice(prefix.length)),
    durable: {
      // What is on the tape is what the step gave then.
      step: step as Durable['step'],
      waitFor: () => Promise.reject(new Diverged('an investigation waits for nobody')),
      pauseUntil: () => Promise.reject(new Diverged('an investigation waits for nothing')),
    },
  };
}

/** How long the model took is not decided by code. */
function withoutDuration(settled: unknown): unknown {
  if (settled === null || typeof settled !== 'object' || !('spent' in settled)) return settled;
  const { spent } = settled;
  return { ...settled, spent: spent !== null && typeof spent === 'object' ? { ...spent, durationMs: 0 } : spent };
}
