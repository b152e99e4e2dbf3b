import type { Line } from '../core/card.ts';
import type { Place } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import { taint } from '../core/tainted.ts';
import { undoOf } from '../core/undo.ts';
import type { Inbound, PlanRow } from '../ports.ts';
import { receiptCard } from './cards/receipt.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import { undoCard } from './cards/undo.ts';
import type { Execution } from './execute.ts';
import { post, whisper } from './show.ts';
import { walkAudit } from './walk-audit.ts';
import type { World } from './world.ts';

/** Posts what was done and the audit entry that says so. Once per plan. */
export async function giveReceipt(
  world: World,
  { plan, execution, thread }: { plan: string; execution: Execution; thread: Place },
): Promise<void> {
  const row = await world.store.plan(plan);
  if (!row) throw new Error(`plan ${plan} is not in the store`);
  const entry = (await receiptEntry(world, row)) ?? (await writeReceipt(world, row, execution));
  const names = row.approvals.map(({ by, automatic }) =>
    automatic ? 'nobody: its class is set to auto' : (world.catalogue.people.find(({ id }) => id === by)?.name ?? by),
  );
  const card = receiptCard({
    sealed: row,
    approvedBy: names.join(' and ') || 'nobody',
    outcome: outcomeLine(execution),
    done: execution.kind === 'done',
    auditSeq: entry.seq,
    auditHash: entry.hash,
  });
  await post(world, { place: thread, card, key: `receipt:${plan}`, incident: row.plan.incident });
  if (execution.kind === 'not-done' && doneIn(execution).length > 0) await offerUndo(world, { row, execution, thread });
  await world.anchorAudit?.();
}

async function receiptEntry(world: World, row: PlanRow): Promise<{ seq: number; hash: string } | null> {
  const rows = await world.store.auditRows({ incident: row.plan.incident });
  return rows.find(({ kind, body }) => kind === 'receipt' && body['plan'] === row.plan.id) ?? null;
}

async function writeReceipt(world: World, row: PlanRow, execution: Execution): Promise<{ seq: number; hash: string }> {
  await world.store.audit(null, {
    kind: 'receipt',
    incident: row.plan.incident,
    actor: 'causeway',
    atMs: world.clock.nowMs(),
    body: {
      plan: row.plan.id,
      digest: row.digest,
      approvedBy: row.approvals.map(({ by }) => by),
      execution,
    },
  });
  const entry = await receiptEntry(world, row);
  if (!entry) throw new Error('the receipt was not written');
  return entry;
}

export function outcomeLine(execution: Execution): Line {
  if (execution.kind === 'not-done') return notDoneLine(execution);
  const pull = pullOf(execution);
  if (pull) return ['Opened ', { label: `pull request #${pull.number}`, href: pull.url }, '. I do not merge it'];
  return ['Done'];
}

type NotDone = Extract<Execution, { kind: 'not-done' }>;

const doneIn = ({ steps }: NotDone): NotDone['steps'] => steps.filter(({ end }) => end === 'done');

/** Which steps happened, which did not, and which nobody could find out. */
function notDoneLine(execution: NotDone): Line {
  const { steps, why } = execution;
  const done = doneIn(execution);
  const unclear = steps.filter(({ end }) => end === 'unclear');
  if (done.length + unclear.length === 0) return ['Not done: ', taint(why)];
  const named = (label: string, some: NotDone['steps']): readonly string[] =>
    some.length === 0 ? [] : [`${label}: ${some.map(({ says }) => says).join('; ')}. `];
  const left = steps.filter(({ end }) => end === 'not-done');
  return [
    `${done.length} of ${steps.length} steps done. `,
    ...named('Done', done),
    ...named('May have happened, look before anything else', unclear),
    ...named('Not done', left),
    'Stopped because: ',
    taint(why),
  ];
}

async function offerUndo(
  world: World,
  { row, execution, thread }: { row: PlanRow; execution: NotDone; thread: Place },
): Promise<void> {
  const undone = doneIn(execution);
  const card = undoCard(row.plan, {
    what: `Stopped after ${undone.length} of ${execution.steps.length} steps`,
    undo: undoOf(
      row.plan,
      undone.map(({ id }) => id),
    ),
  });
  await post(world, { place: thread, card, key: `undo-offer:${row.plan.id}`, incident: row.plan.incident });
}

/** The pull request an execution opened, if it did. */
export function pullOf(execution: Execution): { number: number; url: string; repository: string | null } | null {
  if (execution.kind !== 'done') return null;
  for (const outcome of execution.outcomes) {
    if (outcome === null || typeof outcome !== 'object' || Array.isArray(outcome)) continue;
    const { pullNumber, url, repository } = outcome as { readonly [key: string]: Json };
    if (typeof pullNumber === 'number' && typeof url === 'string') {
      return { number: pullNumber, url, repository: typeof repository === 'string' ? repository : null };
    }
  }
  return null;
}

/** Walks the whole chain now and says where the receipt stands in it. */
export async function verifyReceipt(world: World, inbound: Extract<Inbound, { type: 'click' }>): Promise<void> {
  const row = await world.store.plan(inbound.value);
  const entry = row ? await receiptEntry(world, row) : null;
  if (!row || !entry) {
    return whisper(world, inbound, {
      card: noticeCard('There is no receipt for this plan', 'Nothing ran.'),
      key: `verify:${inbound.key}`,
    });
  }
  const result = await walkAudit(world.store);
  const lines: Line[] = result.ok
    ? [[`The audit log verifies: ${result.rows} entries. This receipt is entry ${entry.seq}.`]]
    : [[`The audit log does NOT verify: first bad entry ${result.firstBadSeq}.`]];
  await whisper(world, inbound, { card: replyCard('Receipt checked', lines), key: `verify:${inbound.key}` });
}
