import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { entryText } from '../core/audit-chain.ts';
import { type AuditEntry, type AuditRow, auditKinds } from '../core/audit-entry.ts';
import type { Store } from '../ports.ts';
import type { Database } from './open-database.ts';
import { withSpending } from './spending.ts';
import { storedJson } from './stored-evidence.ts';
import type { Tables } from './tables.ts';

type AuditRoom = Pick<Store, 'audit' | 'auditRows' | 'auditHead'>;

const storedEntry: z.ZodType<AuditEntry> = z.object({
  kind: z.enum(auditKinds),
  incident: z.string().nullable(),
  actor: z.string(),
  atMs: z.number(),
  body: z.record(z.string(), storedJson),
});

const storedSeq = z.coerce.number();

const storedRow = z.object({
  seq: storedSeq,
  entry: z.string().transform((text): unknown => JSON.parse(text)),
  prev: z.string(),
  hash: z.string(),
});

function parseAuditRow(row: unknown): AuditRow {
  const { seq, entry, prev, hash } = storedRow.parse(row);
  return { ...storedEntry.parse(entry), seq, prev, hash };
}

export function auditRoom(database: Database): AuditRoom {
  return {
    audit: (transaction, entry) => append(database.writer(transaction), entry),
    async auditRows({ incident, kind, afterSeq = 0, limit }) {
      const all = database.reader().selectFrom('audit').selectAll().where('seq', '>', String(afterSeq)).orderBy('seq');
      const some = kind === undefined ? all : all.where('kind', '=', kind);
      const mine = incident === undefined ? some : some.where('incident', '=', incident);
      return (await (limit === undefined ? mine : mine.limit(limit)).execute()).map(parseAuditRow);
    },
    async auditHead() {
      const newest = database.reader().selectFrom('audit').selectAll().orderBy('seq', 'desc').limit(1);
      const row = await newest.executeTakeFirst();
      return row === undefined ? null : parseAuditRow(row);
    },
  };
}

/** The head's row lock is held until the caller commits, so that the order of rows is the order of commits. */
async function append(writer: Kysely<Tables>, entry: AuditEntry): Promise<number> {
  const { incident, kind } = entry;
  const query = sql<{ seq: string }>`select audit_append(${incident}, ${kind}, ${entryText(entry)}) as seq`;
  const { rows } = await withSpending(entry, query).execute(writer);
  return storedSeq.parse(rows[0]?.seq);
}
