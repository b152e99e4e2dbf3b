import type { Logger } from 'pino';
import { forgetOld } from '../flow/retention.ts';
import type { World } from '../flow/world.ts';

const hourMs = 3_600_000;

/** Deletes recordings past their age now and every hour; returns what ends it. A failure is logged and tried again. */
export function keepForgetting(
  world: Pick<World, 'store' | 'clock' | 'engine'>,
  { days, log }: { readonly days: number; readonly log: Logger },
): () => void {
  const once = async (): Promise<void> => {
    try {
      const incidents = await forgetOld(world, days);
      if (incidents.length > 0) log.info({ incidents, days }, 'deleted old recordings');
    } catch (error) {
      log.warn({ err: error }, 'old recordings could not be deleted');
    }
  };
  void once();
  const timer = setInterval(() => void once(), hourMs);
  timer.unref();
  return () => clearInterval(timer);
}
