import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { ApprovalRow, PlanState } from '../core/approval.ts';
import type { Place } from '../core/incident.ts';
import type { SealedPlan } from '../core/plan.ts';
import type { RunbookEnd } from '../core/runbook-history.ts';
import type { PlanRow, PlanSaving, Store, Transaction } from '../ports.ts';
import type { Database } from './open-database.ts';
import { parsePlan } from './stored-plan.ts';
import type { Tables } from './tables.ts';

type PlanRoom = Pick<
  Store,
  'savePlan' | 'plan' | 'planForUpdate' | 'plansOf' | 'runbookEnds' | 'movePlan' | 'addApproval' | 'runningOn'
>;

/** In these a plan can still run; every other state is its last. */
const unsettled: readonly PlanState[] = ['pending', 'approved', 'running'];

export function planRoom(database: Database): PlanRoom {
  return {
    async savePlan(transaction, sealed, place) {
      if (transaction !== null) return savePlan(database.writer(transaction), sealed, place);
      return database.transact((own) => savePlan(database.writer(own), sealed, place));
    },
    async plan(id) {
      const row = await newest(database.reader(), id).executeTakeFirst();
      return row === undefined ? null : parsePlan(row, await approvalsOf(database.reader(), row));
    },
    async planForUpdate(transaction, id) {
      const writer = database.writer(transaction);
      const row = await newest(writer, id).forUpdate().executeTakeFirst();
      return row === undefined ? null : parsePlan(row, await approvalsOf(writer, row));
    },
    plansOf: (incident) => plansOf(database.reader(), incident),
    runbookEnds: () => runbookEnds(database.reader()),
    // biome-ignore lint/complexity/useMaxParams: the port has five.
    movePlan: (transaction, id, from, to, atMs) => movePlan(database.writer(transaction), { id, from, to, atMs }),
    addApproval: (transaction, plan, approval) => addApproval(database, transaction, { plan, ...approval }),
    async runningOn(service) {
      const query = database.reader().selectFrom('plan').select('id').distinct().where('state', '=', 'running');
      return (await query.where('service', '=', service).orderBy('id').execute()).map((row) => row.id);
    },
  };
}

const newest = (rows: Kysely<Tables>, id: string) =>
  rows.selectFrom('plan').selectAll().where('id', '=', id).orderBy('version', 'desc').limit(1);

async function approvalsOf(rows: Kysely<Tables>, plan: { id: string; version: number }): Promise<ApprovalRow[]> {
  const query = rows.selectFrom('approval').where('plan', '=', plan.id).where('version', '=', plan.version);
  const found = await query
    .select(['by', 'digest', 'at_ms as atMs', 'break_glass', 'strength', 'automatic'])
    .orderBy('at_ms')
    .orderBy('by')
    .execute();
  return found.map(({ by, digest, atMs, break_glass: breakGlass, strength, automatic }) => ({
    by,
    digest,
    atMs,
    ...(breakGlass ? { breakGlass } : {}),
    ...(strength === 'strong' ? { strength } : {}),
    ...(automatic ? { automatic } : {}),
  }));
}

/** One query after the other: inside a transaction they share a connection. */
async function plansOf(rows: Kysely<Tables>, incident: string): Promise<PlanRow[]> {
  const plans: PlanRow[] = [];
  for (const row of await rows
    .selectFrom('plan')
    .selectAll()
    .where('incident', '=', incident)
    .orderBy('saved')
    .execute()) {
    plans.push(parsePlan(row, await approvalsOf(rows, row)));
  }
  return plans;
}

const runbookEnd = z.object({ runbook: z.string(), state: z.enum(['done', 'failed']), at_ms: z.number() });

/** Only plans that a runbook was named in: an undo of one is another plan. */
async function runbookEnds(rows: Kysely<Tables>): Promise<readonly RunbookEnd[]> {
  const name = sql<string | null>`document -> 'runbook' ->> 'name'`;
  const found = await rows
    .selectFrom('plan')
    .select((fields) => [name.as('runbook'), 'state', fields.fn.max('settled_at_ms').as('at_ms')])
    .where('state', 'in', ['done', 'failed'])
    .where(name, 'is not', null)
    .groupBy([name, 'state'])
    .execute();
  return found.map((row) => {
    const { runbook, state, at_ms: atMs } = runbookEnd.parse(row);
    return { runbook, state, atMs };
  });
}

/**
 * Saving the same version again changes nothing, so that a repeated step is harmless. What people approved and what
 * runs is never replaced: the row lock makes that hold against a decision in the same moment.
 */
async function savePlan(writer: Kysely<Tables>, { plan, digest }: SealedPlan, place: Place): Promise<PlanSaving> {
  const { id, version, incident, service } = plan;
  const last = await newest(writer, id).forUpdate().executeTakeFirst();
  if (last?.version === version && last.digest === digest) return 'saved';
  if (last !== undefined && last.version >= version) {
    throw new Error(`Plan ${id} already has version ${last.version}: a changed plan needs a higher version.`);
  }
  if (last?.state === 'approved' || last?.state === 'running') return 'in-flight';
  const settle = { state: 'superseded', settled_at_ms: plan.createdAtMs };
  await writer.updateTable('plan').set(settle).where('id', '=', id).where('state', '=', 'pending').execute();
  const documents = { document: JSON.stringify(plan), place: JSON.stringify(place) };
  const row = { id, version, incident, service, digest, ...documents, state: 'pending', settled_at_ms: null };
  await writer.insertInto('plan').values(row).execute();
  return 'saved';
}

type Move = { id: string; from: readonly PlanState[]; to: PlanState; atMs: number };

async function movePlan(writer: Kysely<Tables>, { id, from, to, atMs }: Move): Promise<boolean> {
  const columns = { state: to, settled_at_ms: unsettled.includes(to) ? null : atMs };
  const version = newest(writer, id).clearSelect().select('version');
  const query = writer.updateTable('plan').set(columns).where('id', '=', id).where('version', '=', version);
  return (await query.where('state', 'in', [...from]).executeTakeFirst()).numUpdatedRows > 0n;
}

/**
 * False when the person had approved already; breaking the glass replaces that approval. Throws when the digest is not
 * that of the newest version: the caller holds its row lock and has compared them.
 */
async function addApproval(
  database: Database,
  transaction: Transaction,
  approval: ApprovalRow & { readonly plan: string },
): Promise<boolean> {
  const writer = database.writer(transaction);
  const { plan, by, digest, atMs, breakGlass = false, strength = 'chat', automatic = false } = approval;
  const row = await newest(writer, plan).executeTakeFirst();
  if (row === undefined || row.digest !== digest) throw new Error(`${digest} is not the digest of plan ${plan}.`);
  const change = { digest, at_ms: atMs, break_glass: breakGlass, strength, automatic };
  const query = writer
    .insertInto('approval')
    .values({ plan, version: row.version, by, ...change })
    .onConflict((conflict) =>
      breakGlass ? conflict.columns(['plan', 'version', 'by']).doUpdateSet(change) : conflict.doNothing(),
    );
  return ((await query.executeTakeFirst()).numInsertedOrUpdatedRows ?? 0n) > 0n;
}
