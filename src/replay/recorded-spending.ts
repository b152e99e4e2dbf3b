import { z } from 'zod';
import type { Json } from '../core/json.ts';
import { tapeKey } from '../flow/tape.ts';
import type { Store } from '../ports.ts';
import { Diverged } from './differences.ts';

const spent = z.object({
  dollars: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  seconds: z.number(),
  toolCalls: z.number(),
  vendorCalls: z.number(),
});
const sharedSpending = z.object({ incident: spent, day: spent });

/** What had been spent before each turn of a round, in the order it was read. */
export function recordedSpending(tape: ReadonlyMap<string, Json>, round: string): Store['spending'] {
  let turn = 0;
  return async () => {
    turn += 1;
    const kept = sharedSpending.safeParse(tape.get(tapeKey(round, `spent:${turn}`)));
    if (!kept.success) throw new Diverged(`what was spent before turn ${turn} was not read then`);
    return kept.data;
  };
}
