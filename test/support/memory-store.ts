import { createHash } from 'node:crypto';
import type { AuditRow } from '../../src/core/audit-entry.ts';
import type { Evidence, Gap } from '../../src/core/evidence.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import type { Incident } from '../../src/core/incident.ts';
import { nothingSpent, type SharedSpending, type Spending, spendingOf, utcDay } from '../../src/core/spending.ts';
import type { PlanRow, Store } from '../../src/ports.ts';

export type MemoryRows = {
  readonly incidents: Incident[];
  readonly evidence: Evidence[];
  readonly gaps: Map<string, readonly Gap[]>;
  readonly hypotheses: Map<string, readonly Hypothesis[]>;
  readonly plans: PlanRow[];
  readonly audit: AuditRow[];
};

export const emptyRows = (): MemoryRows => ({
  incidents: [],
  evidence: [],
  gaps: new Map(),
  hypotheses: new Map(),
  plans: [],
  audit: [],
});

const unused = (): never => {
  throw new Error('the pages do not write this');
};

/** The reading half of the store's port over plain arrays, for pages. */
export function createMemoryStore(rows: MemoryRows): Store {
  return {
    transact: unused,
    claim: unused,
    audit: (_transaction, entry) => {
      const seq = rows.audit.length + 1;
      const prev = rows.audit.at(-1)?.hash ?? '0'.repeat(64);
      const hash = createHash('sha256')
        .update(prev)
        .update(JSON.stringify({ seq, ...entry }))
        .digest('hex');
      rows.audit.push({ ...entry, seq, prev, hash });
      return Promise.resolve(seq);
    },
    auditRows: ({ incident, kind, afterSeq = 0, limit = 1_000 }) =>
      Promise.resolve(
        rows.audit
          .filter(
            (row) =>
              (kind === undefined || row.kind === kind) &&
              row.seq > afterSeq &&
              (incident === undefined || row.incident === incident),
          )
          .slice(0, limit),
      ),
    auditHead: () => Promise.resolve(rows.audit.at(-1) ?? null),
    spend: () => Promise.resolve(),
    spending: (incident, atMs) => Promise.resolve(spentIn(rows.audit, incident, atMs)),
    openIncident: unused,
    incident: (id) => Promise.resolve(rows.incidents.find((each) => each.id === id) ?? null),
    incidentAt: ({ channel }) =>
      Promise.resolve(
        rows.incidents.findLast((each) => each.place.channel === channel && each.phase !== 'closed') ?? null,
      ),
    lastIncidentAt: ({ channel }) =>
      Promise.resolve(rows.incidents.findLast((each) => each.place.channel === channel) ?? null),
    incidents: (limit) => Promise.resolve(rows.incidents.toReversed().slice(0, limit)),
    setPhase: unused,
    setSymptom: unused,
    addEvidence: unused,
    keepOnTape: unused,
    tape: () => Promise.resolve([]),
    keepRaw: unused,
    raw: () => Promise.resolve(null),
    forgetRaw: unused,
    forgetRawBefore: unused,
    evidence: (incident) => Promise.resolve(rows.evidence.filter((each) => each.incident === incident)),
    evidenceById: (incident, id) =>
      Promise.resolve(rows.evidence.find((each) => each.incident === incident && each.id === id) ?? null),
    saveGaps: unused,
    gaps: (incident) => Promise.resolve(rows.gaps.get(incident) ?? []),
    saveHypotheses: unused,
    hypotheses: (incident) => Promise.resolve(rows.hypotheses.get(incident) ?? []),
    savePlan: unused,
    plan: (id) => Promise.resolve(rows.plans.find(({ plan }) => plan.id === id) ?? null),
    planForUpdate: unused,
    plansOf: (incident) => Promise.resolve(rows.plans.filter(({ plan }) => plan.incident === incident)),
    runbookEnds: () => Promise.resolve([]),
    movePlan: unused,
    addApproval: unused,
    intend: unused,
    effect: unused,
    settleEffect: unused,
    effectsSince: unused,
    runningOn: unused,
    setStopped: unused,
    stopped: () => Promise.resolve(false),
  };
}

function spentIn(rows: readonly AuditRow[], incident: string | null, atMs: number): SharedSpending {
  const sum = (of: (row: AuditRow) => boolean): Spending =>
    rows
      .filter(of)
      .flatMap((row) => spendingOf(row) ?? [])
      .reduce(
        (total, spent) => ({
          dollars: total.dollars + spent.dollars,
          inputTokens: total.inputTokens + spent.inputTokens,
          outputTokens: total.outputTokens + spent.outputTokens,
          seconds: total.seconds + spent.seconds,
          toolCalls: total.toolCalls + spent.toolCalls,
          vendorCalls: total.vendorCalls + spent.vendorCalls,
        }),
        nothingSpent,
      );
  return {
    incident: sum((row) => incident !== null && row.incident === incident),
    day: sum((row) => utcDay(row.atMs) === utcDay(atMs)),
  };
}
