import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely, PostgresDialect } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import type { Transaction } from '../ports.ts';
import type { Tables } from './tables.ts';

export type Transactions = {
  /** Commits what `work` wrote, or nothing when it throws. Runs it again after a deadlock: `work` touches only rows. */
  transact<Value>(work: (transaction: Transaction) => Promise<Value>): Promise<Value>;
  /** Where to write: in the transaction, or on its own when null. Throws for null inside `transact`: a lost write. */
  writer(transaction: Transaction | null): Kysely<Tables>;
  /** Where to read: in the transaction around the call, if any, so that it sees its own writes. */
  reader(): Kysely<Tables>;
  /** The connection of a transaction, for the durable engine's own rows. */
  clientOf(transaction: Transaction): PoolClient;
};

type Open = { readonly client: PoolClient; readonly kysely: Kysely<Tables>; done: boolean };

const attempts = 5;
const databaseError = z.object({ code: z.string() });

/** SQLSTATE 40001 and 40P01: this transaction gave way to another, and may simply run again. */
function gaveWay(error: unknown): boolean {
  const parsed = databaseError.safeParse(error);
  return parsed.success && (parsed.data.code === '40001' || parsed.data.code === '40P01');
}

export function createTransactions(pool: Pool, kysely: Kysely<Tables>): Transactions {
  const opened = new WeakMap<Transaction, Open>();
  const around = new AsyncLocalStorage<Open>();

  const openOf = (transaction: Transaction): Open => {
    const open = opened.get(transaction);
    if (open === undefined || open.done) throw new Error('This transaction has ended; it cannot be used any more.');
    return open;
  };

  const surrounding = (): Open | null => {
    const open = around.getStore();
    return open === undefined || open.done ? null : open;
  };

  const once = async <Value>(work: (transaction: Transaction) => Promise<Value>): Promise<Value> => {
    const client = await pool.connect();
    const transaction = newTransaction();
    const open: Open = { client, kysely: onClient(client), done: false };
    opened.set(transaction, open);
    let broken = false;
    try {
      await client.query('begin');
      const value = await around.run(open, () => work(transaction));
      await client.query('commit');
      return value;
    } catch (error) {
      await client.query('rollback').catch(() => {
        broken = true;
      });
      throw error;
    } finally {
      open.done = true;
      client.release(broken);
    }
  };

  return {
    async transact(work) {
      if (surrounding() !== null)
        throw new Error('transact was called inside transact: pass the transaction on instead.');
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(work);
        } catch (error) {
          if (attempt === attempts || !gaveWay(error)) throw error;
        }
      }
    },
    writer(transaction) {
      if (transaction !== null) return openOf(transaction).kysely;
      if (surrounding() === null) return kysely;
      throw new Error('A row was to be written outside the transaction around it: pass the transaction on.');
    },
    reader: () => surrounding()?.kysely ?? kysely,
    clientOf: (transaction) => openOf(transaction).client,
  };
}

/** The port's transaction is a token without content; only this file knows what it stands for. */
const newTransaction = (): Transaction => Object.freeze({}) as Transaction;

/** Kysely on one connection that somebody else begins, ends and releases. */
function onClient(client: PoolClient): Kysely<Tables> {
  const borrowed = { query: client.query.bind(client), release: () => undefined };
  const pool = { connect: async () => borrowed, end: async () => undefined };
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}
