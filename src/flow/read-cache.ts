/** Within one investigation the same question is asked once: a read that was made is answered from the ledger. */
import { canonicalJson } from '../core/digest.ts';
import type { Json } from '../core/json.ts';
import type { Clock } from '../ports.ts';
import type { Gathered } from './gather.ts';

/** How long the answer about a window that is still open counts as now. */
const freshForMs = 60_000;

type Kept = { readonly answer: Promise<Gathered>; readonly askedAtMs: number };
export type ReadCache = (asked: { tool: string; input: Json }, read: () => Promise<Gathered>) => Promise<Gathered>;

/** Failures are asked again; what was found, or was not there, is kept. Two who ask at once share one call. */
export function createReadCache(clock: Clock, earlier: readonly Gathered[]): ReadCache {
  const kept = new Map<string, Kept>();
  const keep = (tool: string, input: Json, answer: Promise<Gathered>): void => {
    kept.set(canonicalJson([tool, input]), { answer, askedAtMs: clock.nowMs() });
  };
  for (const gathered of earlier) if (!gathered.gap) keep(gathered.tool, gathered.input, Promise.resolve(gathered));
  return async ({ tool, input }, read) => {
    const known = kept.get(canonicalJson([tool, input]));
    if (known !== undefined && isFresh(known, input, clock.nowMs())) return known.answer;
    const answer = read();
    keep(tool, input, answer);
    const gathered = await answer.catch((error: unknown) => {
      kept.delete(canonicalJson([tool, input]));
      throw error;
    });
    if (gathered.gap) kept.delete(canonicalJson([tool, input]));
    return gathered;
  };
}

/** A window that had ended when it was asked about does not change any more. */
function isFresh({ askedAtMs }: Kept, input: Json, nowMs: number): boolean {
  const end = input !== null && typeof input === 'object' && 'to' in input ? input['to'] : null;
  const endedAtMs = typeof end === 'string' ? Date.parse(end) : Number.NaN;
  return endedAtMs <= askedAtMs - freshForMs || nowMs - askedAtMs <= freshForMs;
}
