/** Whether somebody asked to stop the investigation that is under way. */
import type { Incident } from '../core/incident.ts';
import type { Round } from './round.ts';
import type { World } from './world.ts';

export type StopWatch = {
  /** Aborts soon after somebody asked, also in the middle of a turn. */
  readonly signal: AbortSignal;
  /** Who asked, by name, or null. */
  readonly stoppedBy: () => Promise<string | null>;
  close(): void;
};

/** How soon a stop said in another process is heard. */
const pollMs = 500;

export function watchStop(world: World, incident: Incident, round: Round): StopWatch {
  const controller = new AbortController();
  const stoppedBy = async (): Promise<string | null> => {
    const rows = await world.store.auditRows({ incident: incident.id, kind: 'investigation.stop' });
    const asked = rows.find(({ kind, atMs }) => kind === 'investigation.stop' && atMs >= round.atMs);
    if (!asked) return null;
    return world.catalogue.people.find(({ id }) => id === asked.actor)?.name ?? asked.actor;
  };
  const timer = setInterval(() => {
    // What cannot be read now is read before the next turn.
    void stoppedBy().then(
      (who) => who !== null && controller.abort(),
      () => undefined,
    );
  }, pollMs);
  timer.unref();
  return { signal: controller.signal, stoppedBy, close: () => clearInterval(timer) };
}
