import type { LabGitHub } from './github.ts';
import type { LabClock } from './lab-clock.ts';

/** How fast the lab runs while a merge is deployed and the signal recovers: people should not wait ten minutes. */
export type Haste = { readonly mergeAfterMs: number; readonly speed: number; readonly forMs: number };

/**
 * A simulated teammate with merge rights: merges an open rollback once its checks are green and it is `mergeAfterMs` old,
 * then lets the lab's clock run faster. Knows nothing of the truth: wrong rollbacks are merged as well.
 */
export function startTeammate({
  github,
  clock,
  haste,
}: {
  github: LabGitHub;
  clock: LabClock;
  haste: Haste;
}): () => void {
  let busy = false;
  const look = async (): Promise<void> => {
    const ready = (await github.openPulls()).filter(
      ({ checks, createdAtMs }) => checks === 'success' && clock.nowMs() - createdAtMs >= haste.mergeAfterMs,
    );
    for (const pull of ready) {
      const merged = await github.mergePull(pull.repository, pull.number);
      if (merged.kind === 'merged') clock.fastForward({ forMs: haste.forMs, speed: haste.speed });
    }
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void look()
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  }, 250);
  timer.unref();
  return () => clearInterval(timer);
}
