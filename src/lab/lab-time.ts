import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { LabClock } from './lab-clock.ts';

const Stored = z.object({ nowMs: z.number() });

/** The virtual time an earlier process left, or null. */
export async function readTime(path: string): Promise<number | null> {
  try {
    return Stored.parse(JSON.parse(await readFile(path, 'utf8'))).nowMs;
  } catch {
    return null;
  }
}

/** Real milliseconds reserved with every write: more than passes between two of them, also on a busy machine. */
const reservedMs = 1_000;

/**
 * Writes the time down every quarter second, with what may pass until the next write: a lab that was killed comes back
 * a little later, never earlier than anything it dated.
 */
export function keepTime(path: string, clock: Pick<LabClock, 'nowMs' | 'speed'>): () => Promise<void> {
  const save = async (aheadMs: number): Promise<void> => {
    await writeFile(`${path}.new`, JSON.stringify({ nowMs: clock.nowMs() + Math.ceil(aheadMs * clock.speed()) }));
    await rename(`${path}.new`, path);
  };
  let saving = save(reservedMs).catch(() => undefined);
  const timer = setInterval(() => {
    saving = saving.then(() => save(reservedMs)).catch(() => undefined);
  }, 250);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await saving;
    await save(0);
  };
}
