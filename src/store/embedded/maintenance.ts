import type pg from 'pg';
import type { Logger } from 'pino';

const everyMs = 10 * 60_000;

/** What a server's background processes do and this one has not got: freeing dead rows, and cutting the write-ahead log. */
export async function maintain(pool: pg.Pool): Promise<void> {
  await pool.query('vacuum');
  await pool.query('checkpoint');
}

/** Maintains the store from time to time until stopped; resolves when nothing of it is running. */
export function keepMaintained(pool: pg.Pool, log: Logger): () => Promise<void> {
  let current: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    current = maintain(pool).catch((error: unknown) => log.warn({ err: error }, 'the store could not be maintained'));
  }, everyMs).unref();
  return () => {
    clearInterval(timer);
    return current;
  };
}
