import { genesisHash, rowHash } from '../../src/core/audit-chain.ts';
import type { AuditRow } from '../../src/core/audit-entry.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Json } from '../../src/core/json.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Clock, PlanRow, Store, Transaction } from '../../src/ports.ts';
import { createMemoryStore, emptyRows } from './memory-store.ts';

type EffectRow = {
  readonly plan: string;
  readonly step: string;
  readonly intent: Json;
  readonly outcome: Json | null;
  readonly atMs: number;
};

/** Everything committed. Never changed in place, so that a draft is a copy and a rollback is forgetting it. */
export type Rows = {
  readonly incidents: readonly Incident[];
  readonly plans: readonly PlanRow[];
  readonly claims: readonly string[];
  readonly audit: readonly AuditRow[];
  readonly effects: readonly EffectRow[];
  readonly stopped: boolean;
};

type Draft = { rows: Rows; readonly whenCommitted: (() => void)[] };

/** The process that uses the store: `point` is a moment at which others run, the database fails or the process dies. */
export type Caller = {
  readonly clock: Pick<Clock, 'nowMs'>;
  alive(): boolean;
  point(where: 'read' | 'write' | 'commit'): Promise<void>;
};

export type SimulatedDatabase = {
  rows(): Rows;
  /** Runs it when the transaction commits, never otherwise. */
  onCommit(transaction: Transaction, apply: () => void): void;
  /** The server notices that its client died: open transactions roll back. */
  dropConnections(): void;
  connect(caller: Caller): Store;
  /** For setting a scene. */
  write(change: (rows: Rows) => Rows): void;
};

const empty: Rows = { incidents: [], plans: [], claims: [], audit: [], effects: [], stopped: false };
/** What a process that died says: nothing more. */
const dead = (): Promise<never> => new Promise(() => undefined);
const pages = createMemoryStore(emptyRows());

type RowHash = typeof rowHash;

/** The store's port in memory with serialisable transactions: one at a time, nothing seen before it commits. */
export function createSimulatedDatabase(hashOf: RowHash = rowHash): SimulatedDatabase {
  let committed = empty;
  let busy = false;
  let waiting: (() => void)[] = [];
  const drafts = new WeakMap<Transaction, Draft>();

  const draftOf = (transaction: Transaction): Draft => {
    const draft = drafts.get(transaction);
    if (draft === undefined) throw new Error('This transaction has ended; it cannot be used any more.');
    return draft;
  };
  const begin = async (caller: Caller): Promise<void> => {
    if (!caller.alive()) return dead();
    if (busy) return new Promise((resolve) => void waiting.push(resolve));
    busy = true;
  };
  const end = (): void => {
    const next = waiting.shift();
    if (next === undefined) busy = false;
    else next();
  };

  const connect = (caller: Caller): Store => {
    const commit = async ({ rows, whenCommitted }: Draft): Promise<void> => {
      if (!caller.alive()) return dead();
      committed = rows;
      for (const apply of whenCommitted) apply();
    };
    const transact = async <Value>(work: (transaction: Transaction) => Promise<Value>): Promise<Value> => {
      await caller.point('read');
      await begin(caller);
      if (!caller.alive()) return dead();
      const transaction = Object.freeze({}) as Transaction;
      const draft: Draft = { rows: committed, whenCommitted: [] };
      drafts.set(transaction, draft);
      try {
        const value = await work(transaction);
        await caller.point('commit');
        await commit(draft);
        return value;
      } finally {
        drafts.delete(transaction);
        if (caller.alive()) end();
      }
    };
    const write = async <Value>(
      transaction: Transaction | null,
      change: (rows: Rows) => readonly [Rows, Value],
    ): Promise<Value> => {
      if (transaction === null) {
        const value = await transact((own) => write(own, change));
        await caller.point('write');
        return value;
      }
      await caller.point('write');
      const draft = draftOf(transaction);
      const [rows, value] = change(draft.rows);
      draft.rows = rows;
      return value;
    };
    const read = async <Value>(look: (rows: Rows) => Value): Promise<Value> => {
      await caller.point('read');
      return look(committed);
    };
    const afterwards = async <Value>(work: (transaction: Transaction) => Promise<Value>): Promise<Value> => {
      const value = await transact(work);
      await caller.point('write');
      return value;
    };
    return {
      ...pages,
      transact: afterwards,
      ...auditOf(write, { read, hashOf }),
      ...incidentsOf(write, read),
      ...plansOf(write, read),
      ...effectsOf(write, { read, clock: caller.clock }),
    };
  };

  return {
    connect,
    rows: () => committed,
    onCommit: (transaction, apply) => void draftOf(transaction).whenCommitted.push(apply),
    dropConnections: () => {
      busy = false;
      waiting = [];
    },
    write: (change) => {
      committed = change(committed);
    },
  };
}

type Write = <Value>(transaction: Transaction | null, change: (rows: Rows) => readonly [Rows, Value]) => Promise<Value>;
type Read = <Value>(look: (rows: Rows) => Value) => Promise<Value>;

type AuditRoom = Pick<Store, 'audit' | 'auditRows' | 'auditHead' | 'claim'>;

function auditOf(write: Write, { read, hashOf }: { read: Read; hashOf: RowHash }): AuditRoom {
  return {
    audit: (transaction, entry) =>
      write(transaction, (rows) => {
        const last = rows.audit.at(-1);
        const seq = (last?.seq ?? 0) + 1;
        const prev = last?.hash ?? genesisHash;
        return [{ ...rows, audit: [...rows.audit, { ...entry, seq, prev, hash: hashOf(prev, seq, entry) }] }, seq];
      }),
    auditRows: ({ incident, kind, afterSeq = 0 }) =>
      read(({ audit }) =>
        audit.filter(
          (row) =>
            row.seq > afterSeq &&
            (incident === undefined || row.incident === incident) &&
            (kind === undefined || row.kind === kind),
        ),
      ),
    auditHead: () => read(({ audit }) => audit.at(-1) ?? null),
    claim: (transaction, key) =>
      write(transaction, (rows) =>
        rows.claims.includes(key) ? [rows, false] : [{ ...rows, claims: [...rows.claims, key] }, true],
      ),
  };
}

function incidentsOf(write: Write, read: Read): Pick<Store, 'incident' | 'incidentAt' | 'setPhase'> {
  return {
    incident: (id) => read(({ incidents }) => incidents.find((each) => each.id === id) ?? null),
    incidentAt: ({ channel }) =>
      read(({ incidents }) => incidents.findLast(({ place }) => place.channel === channel) ?? null),
    setPhase: (transaction, id, phase) =>
      write(transaction, (rows) => {
        const incidents = rows.incidents.map((each) => (each.id === id ? { ...each, phase } : each));
        return [{ ...rows, incidents }, undefined];
      }),
  };
}

const newestOf = (rows: Rows, id: string): PlanRow | null => rows.plans.findLast(({ plan }) => plan.id === id) ?? null;

const replaced = (rows: Rows, row: PlanRow, change: Partial<PlanRow>): Rows => ({
  ...rows,
  plans: rows.plans.map((each) => (each === row ? { ...each, ...change } : each)),
});

/** As good as drawn: no two versions share one, and whoever writes scenarios can know it. */
export const nonceOf = ({ id, version }: Plan): string => `${id}-${version}`;

type PlanRoom =
  | 'savePlan'
  | 'plan'
  | 'planForUpdate'
  | 'plansOf'
  | 'runbookEnds'
  | 'movePlan'
  | 'addApproval'
  | 'runningOn';

function plansOf(write: Write, read: Read): Pick<Store, PlanRoom> {
  return {
    savePlan: (transaction, sealed, place) =>
      write(transaction, (rows) => {
        const last = newestOf(rows, sealed.plan.id);
        if (last?.plan.version === sealed.plan.version) return [rows, 'saved'];
        if (last?.state === 'approved' || last?.state === 'running') return [rows, 'in-flight'];
        const settle = { state: 'superseded', settledAtMs: sealed.plan.createdAtMs } as const;
        const before = last?.state === 'pending' ? replaced(rows, last, settle) : rows;
        const nonce = nonceOf(sealed.plan);
        const row: PlanRow = { ...sealed, place, state: 'pending', approvals: [], settledAtMs: null, nonce };
        return [{ ...before, plans: [...before.plans, row] }, 'saved'];
      }),
    plan: (id) => read((rows) => newestOf(rows, id)),
    planForUpdate: (transaction, id) => write(transaction, (rows) => [rows, newestOf(rows, id)]),
    plansOf: (incident) => read(({ plans }) => plans.filter(({ plan }) => plan.incident === incident)),
    runbookEnds: () => read(() => []),
    // biome-ignore lint/complexity/useMaxParams: the port has five.
    movePlan: (transaction, id, from, to, atMs) =>
      write(transaction, (rows) => {
        const row = newestOf(rows, id);
        if (row === null || !from.includes(row.state)) return [rows, false];
        const settledAtMs = to === 'approved' || to === 'running' ? null : atMs;
        return [replaced(rows, row, { state: to, settledAtMs }), true];
      }),
    addApproval: (transaction, id, approval) =>
      write(transaction, (rows) => {
        const row = newestOf(rows, id);
        if (row?.digest !== approval.digest) throw new Error(`${approval.digest} is not the digest of plan ${id}.`);
        const others = row.approvals.filter(({ by }) => by !== approval.by);
        if (others.length < row.approvals.length && !approval.breakGlass) return [rows, false];
        return [replaced(rows, row, { approvals: [...others, approval] }), true];
      }),
    runningOn: (service) =>
      read(({ plans }) =>
        plans.filter(({ plan, state }) => state === 'running' && plan.service === service).map(({ plan }) => plan.id),
      ),
  };
}

type EffectRoom = 'intend' | 'effect' | 'settleEffect' | 'effectsSince' | 'setStopped' | 'stopped';

function effectsOf(
  write: Write,
  { read, clock }: { read: Read; clock: Pick<Clock, 'nowMs'> },
): Pick<Store, EffectRoom> {
  const of =
    (plan: string, step: string) =>
    (row: EffectRow): boolean =>
      row.plan === plan && row.step === step;
  return {
    intend: (plan, step, intent) =>
      write(null, (rows) => {
        if (rows.effects.some(of(plan, step))) return [rows, false];
        const row = { plan, step, intent, outcome: null, atMs: clock.nowMs() };
        return [{ ...rows, effects: [...rows.effects, row] }, true];
      }),
    effect: (plan, step) => read(({ effects }) => effects.find(of(plan, step)) ?? null),
    settleEffect: (plan, step, outcome) =>
      write(null, (rows) => {
        const effects = rows.effects.map((row) => (of(plan, step)(row) ? { ...row, outcome } : row));
        return [{ ...rows, effects }, undefined];
      }),
    effectsSince: (sinceMs) => read(({ effects }) => effects.filter(({ atMs }) => atMs >= sinceMs).length),
    setStopped: (transaction, stopped) => write(transaction, (rows) => [{ ...rows, stopped }, undefined]),
    stopped: () => read(({ stopped }) => stopped),
  };
}
