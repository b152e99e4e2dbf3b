/**
 * What an investigation may still take of the bounds it shares with other looks and other incidents. It is read anew
 * before every turn, so that investigations that run at once pass a bound by at most one turn each.
 */
import type { Gap } from '../core/evidence.ts';
import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { looksUsedUp, readsUsedUp, turnsNearlyUsed, turnsUsedUp, type UsedUp } from '../core/spending.ts';
import type { Round } from './round.ts';
import { tapeKey, tapeRound } from './tape.ts';
import type { World } from './world.ts';

export type Allowance = {
  /** Null while the model may be asked, else why not. What was read is kept on the tape. */
  readonly nextTurn: () => Promise<string | null>;
  /** As of the last turn: time to conclude. */
  readonly nearlyUsed: () => boolean;
  /** As of the last turn: the gap that a read becomes, or null while reads may be made. */
  readonly gapOf: (tool: string) => Gap | null;
  /** Every read that was not made. */
  readonly gaps: () => readonly Gap[];
  /** For the label: that reads were not made, and why; empty when all were. */
  readonly unread: () => string;
};

export function createAllowance(world: World, { incident, round }: { incident: Incident; round: Round }): Allowance {
  const { bounds } = world.settings;
  const notRead = new Map<string, Gap>();
  let turn = 0;
  let nearly = false;
  let reads: UsedUp | null = null;
  return {
    nextTurn: async () => {
      turn += 1;
      const spent = await world.store.spending(incident.id, world.clock.nowMs());
      await world.store.keepOnTape(incident.id, tapeKey(tapeRound(round), `spent:${turn}`), spent as Json);
      reads = readsUsedUp(bounds, spent);
      nearly = turnsNearlyUsed(bounds, spent);
      return turnsUsedUp(bounds, spent)?.says ?? null;
    },
    nearlyUsed: () => nearly,
    gapOf: (tool) => {
      if (reads === null) return null;
      const gap = gapOf(tool, reads);
      notRead.set(tool, gap);
      return gap;
    },
    gaps: () => [...notRead.values()],
    unread: () => (notRead.size > 0 && reads !== null ? `; not everything was read: ${reads.says}` : ''),
  };
}

/**
 * The gap that every read of another look becomes once no vendor call is left, or null. The first look at an incident is
 * never refused: it is the safety net, asks each source a bounded number of questions, and runs once per incident.
 */
export async function lookRefused(
  world: World,
  { incident, round }: { incident: Incident; round: Round },
): Promise<((tool: string) => Gap) | null> {
  if (round.key === null) return null;
  const usedUp = looksUsedUp(world.settings.bounds, await world.store.spending(incident.id, world.clock.nowMs()));
  return usedUp && ((tool) => gapOf(tool, usedUp));
}

const gapOf = (tool: string, { says, variable }: UsedUp): Gap => ({
  tool,
  reason: `not read: ${says}`,
  blocks: 'anything this source alone could show now',
  fix: `wait, or raise ${variable} and restart`,
});
