import type { Fault } from './fault.ts';
import type { Intervention } from './world.ts';

const minuteMs = 60_000;
/** A merge is built and rolled out; a flag is read again by every pod. */
const mergeLiveAfterMs = 90_000;
const workflowLiveAfterMs = 30_000;
/** After the fix is live, what is left of the fault falls to a third in this time. */
const recoveryMs = 40_000;

/** A moment at which the fault goes away (`healthy`) or comes back. */
export type Turn = { readonly atMs: number; readonly healthy: boolean };

const turnOf = (fault: Fault, intervention: Intervention): Turn | null => {
  const { change } = fault;
  if (intervention.kind === 'merge') {
    if (change?.type !== 'pull' || intervention.repository !== change.pull.repository) return null;
    return { atMs: intervention.atMs + mergeLiveAfterMs, healthy: intervention.heals };
  }
  if (change?.type !== 'flag' || intervention.workflow !== 'feature-flag.yml') return null;
  const { flag, enabled } = { flag: '', enabled: '', ...intervention.inputs };
  if (flag !== change.flag.flag || (enabled !== 'true' && enabled !== 'false')) return null;
  return { atMs: intervention.atMs + workflowLiveAfterMs, healthy: enabled === 'false' };
};

/** In time order; only moments that change something. */
export const turnsOf = (fault: Fault, interventions: readonly Intervention[]): readonly Turn[] => {
  const turns = interventions
    .flatMap((intervention) => turnOf(fault, intervention) ?? [])
    .sort((left, right) => left.atMs - right.atMs);
  return turns.filter((turn, index) => turn.healthy !== (turns[index - 1]?.healthy ?? false));
};

/** True while the cause is present, whether or not it shows yet. */
export const isHealed = (turns: readonly Turn[], atMs: number): boolean =>
  turns.findLast((turn) => turn.atMs <= atMs)?.healthy ?? false;

const ramp = (sinceMs: number, rampMinutes: number): number =>
  sinceMs < 0 ? 0 : Math.min(1, (sinceMs + minuteMs / 2) / (rampMinutes * minuteMs));

/** How strongly the fault shows at a moment, 0 to 1. */
export const strengthAt = (
  fault: Fault,
  { onsetMs, turns }: { onsetMs: number; turns: readonly Turn[] },
  atMs: number,
): number => {
  const turn = turns.findLast((candidate) => candidate.atMs <= atMs);
  if (turn === undefined) return ramp(atMs - onsetMs, fault.rampMinutes);
  if (!turn.healthy) return ramp(atMs - turn.atMs, fault.rampMinutes);
  const before = ramp(turn.atMs - onsetMs, fault.rampMinutes);
  const left = before * Math.exp(-(atMs - turn.atMs) / recoveryMs);
  return left < 0.01 ? 0 : left;
};
