import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { PGlite } from '@electric-sql/pglite';
import { durableFileSystem, durableStartParameters } from './durable-file-system.ts';

export const isInitialised = (directory: string): boolean => existsSync(join(directory, 'PG_VERSION'));

/**
 * V8's optimising compiler takes 500 MB and seconds of a core for one huge function of Postgres, and what it makes is
 * not measurably faster for short transactions, which wait for the disk. Process-wide, for WebAssembly only.
 */
function compileOnce(): void {
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
}

/** Opens PGlite on a directory, initialising it when empty, and proves that a commit reaches the disk. */
export async function openBackend(directory: string): Promise<PGlite> {
  compileOnce();
  const { files, flushes } = durableFileSystem(directory);
  const backend = await PGlite.create({ fs: files, startParams: [...durableStartParameters] });
  const before = flushes();
  await backend.query("select pg_logical_emit_message(true, 'causeway', 'does a commit reach the disk?')");
  if (flushes() === before) {
    await backend.close();
    throw new Error('The embedded store does not flush commits to disk. Set DATABASE_URL to a PostgreSQL instead.');
  }
  return backend;
}
