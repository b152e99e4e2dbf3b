import type { PullHistory } from './changes.ts';
import type { Fault } from './fault.ts';
import type { Intervention } from './world.ts';

const minuteMs = 60_000;
/** A merge is built and rolled out; a workflow changes something that every pod reads again. */
const mergeLiveAfterMs = 90_000;
const workflowLiveAfterMs = 30_000;
/** After the fix is live, what is left of the fault falls to a third in this time. */
const recoveryMs = 40_000;

/**
 * A moment at which the fault goes away (`healthy`) or comes back. `againAfterMs`: it only went away for so long, and
 * then grows again as it did at its onset.
 */
export type Turn = { readonly atMs: number; readonly healthy: boolean; readonly againAfterMs?: number };

type Scene = { readonly fault: Fault; readonly history: readonly PullHistory[] };
type Run = Extract<Intervention, { kind: 'workflow' }>;

const turnOf = ({ fault, history }: Scene, intervention: Intervention): Turn | null => {
  const { change } = fault;
  if (intervention.kind === 'merge') {
    if (change?.type !== 'pull' || intervention.repository !== change.pull.repository) return null;
    return { atMs: intervention.atMs + mergeLiveAfterMs, healthy: intervention.heals };
  }
  return rolledBack(history, intervention) ?? remedied(fault, intervention);
};

/** `roll-back.yml` deploys a service as it was before a pull request (`version: before`), or the newest again. */
const rolledBack = (history: readonly PullHistory[], { workflow, inputs, atMs }: Run): Turn | null => {
  const broken = history.find(({ faulty }) => faulty);
  const { service = '', repository, pull, version } = inputs;
  if (workflow !== 'roll-back.yml' || broken === undefined) return null;
  const ships = broken.repository === repository && broken.deploys.some((deploy) => deploy.service === service);
  if (!ships || (version !== 'before' && version !== 'newest')) return null;
  const without = version === 'before' && Number(pull) <= broken.number;
  return { atMs: atMs + mergeLiveAfterMs, healthy: without };
};

const remedied = ({ remedies }: Fault, { workflow, inputs, atMs }: Run): Turn | null => {
  const says = remedies.find((remedy) => remedy.workflow === workflow)?.turns(inputs) ?? null;
  if (says === null) return null;
  const turn = { atMs: atMs + workflowLiveAfterMs, healthy: says !== 'faulty' };
  return typeof says === 'string' ? turn : { ...turn, againAfterMs: says.againAfterMs };
};

/** Relief changes nothing once the fault is really gone; a second relief starts it anew. */
const matters = (turn: Turn, previous: Turn | undefined): boolean => {
  const lasting = previous?.healthy === true && previous.againAfterMs === undefined;
  if (turn.againAfterMs !== undefined) return !lasting;
  return turn.healthy ? !lasting : previous?.healthy === true;
};

/** In time order; only moments that change something. */
export const turnsOf = (scene: Scene, interventions: readonly Intervention[]): readonly Turn[] => {
  const turns: Turn[] = [];
  const inOrder = interventions
    .flatMap((intervention) => turnOf(scene, intervention) ?? [])
    .sort((left, right) => left.atMs - right.atMs);
  for (const turn of inOrder) if (matters(turn, turns.at(-1))) turns.push(turn);
  return turns;
};

/** Minutes since the onset as what creeps sees them; null once the fault is gone. Relief sets the clock back. */
export const creepMinutes = (
  { onsetMs, turns }: { onsetMs: number; turns: readonly Turn[] },
  atMs: number,
): number | null => {
  const turn = turns.findLast((candidate) => candidate.atMs <= atMs);
  if (turn?.healthy !== true) return (atMs - onsetMs) / minuteMs;
  return turn.againAfterMs === undefined ? null : (atMs - turn.atMs - turn.againAfterMs) / minuteMs;
};

const ramp = (sinceMs: number, rampMinutes: number): number =>
  sinceMs < 0 ? 0 : Math.min(1, (sinceMs + minuteMs / 2) / (rampMinutes * minuteMs));

/** How strongly the fault shows at a moment, 0 to 1. */
export const strengthAt = (
  fault: Fault,
  { onsetMs, turns }: { onsetMs: number; turns: readonly Turn[] },
  atMs: number,
): number => {
  const index = turns.findLastIndex((candidate) => candidate.atMs <= atMs);
  const turn = turns[index];
  if (turn === undefined) return ramp(atMs - onsetMs, fault.rampMinutes);
  if (!turn.healthy) return ramp(atMs - turn.atMs, fault.rampMinutes);
  const before = strengthAt(fault, { onsetMs, turns: turns.slice(0, index) }, turn.atMs);
  const left = before * Math.exp(-(atMs - turn.atMs) / recoveryMs);
  const back = turn.againAfterMs === undefined ? 0 : ramp(atMs - turn.atMs - turn.againAfterMs, fault.rampMinutes);
  return Math.max(left < 0.01 ? 0 : left, back);
};
