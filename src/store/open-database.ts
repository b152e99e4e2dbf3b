import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';
import { openEmbedded } from './embedded/open-embedded.ts';
import { migrate } from './migrations/migrate.ts';
import type { Tables } from './tables.ts';
import { createTransactions, type Transactions } from './transactions.ts';

/** One door to the rows, whichever database is behind it. */
export type Database = Transactions & {
  readonly kind: 'postgres' | 'embedded';
  readonly pool: pg.Pool;
  readonly kysely: Kysely<Tables>;
  close(): Promise<void>;
};

const poolSize = 20;
const connectLimitMs = 30_000;
/**
 * A replica that freezes in the middle of a transaction holds its locks, the audit log's among them: the server ends such
 * a session before the lease of the replica is over. No transaction of ours waits for anything but the database.
 */
const idleInTransactionMs = 10_000;

/**
 * Opens PostgreSQL at `databaseUrl`, or the embedded one in `homeDirectory` when that is null, and migrates it.
 * Throws when the server cannot be reached, or `StoreInUseError` when another process has the directory.
 */
export async function openDatabase(options: {
  readonly databaseUrl: string | null;
  readonly homeDirectory: string;
  readonly log: Logger;
}): Promise<Database> {
  const { databaseUrl, homeDirectory, log } = options;
  const { pool, close } = databaseUrl === null ? await openEmbedded(homeDirectory, log) : openServer(databaseUrl);
  const lost = (error: Error): void => log.warn({ err: error }, 'a database connection was lost');
  pool.on('error', lost);
  // The pool does not listen to a connection that is in use; whoever uses it hears of it from the next query.
  pool.on('connect', (client) => client.on('error', lost));
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(kysely);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    kind: databaseUrl === null ? 'embedded' : 'postgres',
    pool,
    kysely,
    close,
    ...createTransactions(pool, kysely),
  };
}

function openServer(databaseUrl: string): { pool: pg.Pool; close: () => Promise<void> } {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: connectLimitMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    application_name: 'causeway',
  });
  return { pool, close: () => pool.end() };
}
