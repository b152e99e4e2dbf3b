import { execFile } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import type { Logger } from 'pino';
import { lockDirectory } from './directory-lock.ts';
import { createGate } from './gate.ts';
import { keepMaintained } from './maintenance.ts';
import { isInitialised, openBackend } from './open-backend.ts';
import { openSession, type Sessions } from './session-stream.ts';

const waitLimitMs = 30_000;
const connections = 10;

const runFile = promisify(execFile);

/**
 * Creating the files needs several times the memory of using them, and WebAssembly never gives memory back: it happens
 * in a process that ends. A directory that was left half made has no use, so it is made again.
 */
async function initialise(directory: string): Promise<void> {
  const unfinished = `${directory}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const program = fileURLToPath(new URL('./initialise-directory.ts', import.meta.url));
  await runFile(process.execPath, [program, unfinished]);
  rmSync(directory, { recursive: true, force: true });
  renameSync(unfinished, directory);
}

/**
 * PGlite in this process, behind an ordinary `pg.Pool`. One process per directory: a second one fails with
 * `StoreInUseError`. The pool has ten connections but one session: transactions run one after the other.
 */
export async function openEmbedded(
  homeDirectory: string,
  log: Logger,
): Promise<{ pool: pg.Pool; close: () => Promise<void> }> {
  const unlock = await lockDirectory(homeDirectory);
  try {
    const directory = join(homeDirectory, 'store');
    if (!isInitialised(directory)) await initialise(directory);
    const backend = await openBackend(directory);
    const version = await backend.query<{ server_version: string }>('show server_version');
    const sessions: Sessions = {
      backend,
      gate: createGate(waitLimitMs),
      serverVersion: `${version.rows[0]?.server_version ?? 'unknown'} (PGlite)`,
      open: new Set<Duplex>(),
    };
    const pool = new pg.Pool({
      max: connections,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: waitLimitMs,
      user: 'postgres',
      database: 'postgres',
      stream: () => openSession(sessions),
    });
    const stopMaintenance = keepMaintained(pool, log);
    const close = async (): Promise<void> => {
      await stopMaintenance();
      await pool.end();
      await backend.close();
      await unlock();
    };
    return { pool, close };
  } catch (error) {
    await unlock();
    throw error;
  }
}
