import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const Stored = z.object({ nowMs: z.number() });

/** The virtual time an earlier process left, or null. */
export async function readTime(path: string): Promise<number | null> {
  try {
    return Stored.parse(JSON.parse(await readFile(path, 'utf8'))).nowMs;
  } catch {
    return null;
  }
}

/** Writes the time down every quarter second, so that a restarted lab never goes back further than that. */
export function keepTime(path: string, clock: { nowMs(): number }): () => Promise<void> {
  const save = async (): Promise<void> => {
    await writeFile(`${path}.new`, JSON.stringify({ nowMs: clock.nowMs() }));
    await rename(`${path}.new`, path);
  };
  let saving = save().catch(() => undefined);
  const timer = setInterval(() => {
    saving = saving.then(save).catch(() => undefined);
  }, 250);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await saving;
  };
}
