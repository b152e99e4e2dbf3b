/** The store as the investigation met it: it knows what had been read at each moment, and keeps nothing. */
import type { AuditEntry, AuditKind, AuditRow } from '../core/audit-entry.ts';
import { canonicalJson } from '../core/digest.ts';
import type { Evidence, EvidenceId } from '../core/evidence.ts';
import type { Recording } from '../core/recording.ts';
import type { Store } from '../ports.ts';
import { type Differences, Diverged } from './differences.ts';

export type RecordedStore = {
  readonly store: Store;
  /** Evidence that is there from now on. */
  show(ids: Iterable<EvidenceId>): void;
  /** The next `model.response` that was not asked for yet, with the moment it was recorded. */
  nextAnswer(): AuditRow | null;
  /** When the turn with the model was recorded that comes next, or came last. */
  turnAtMs(): number;
};

/** Entries that say what was decided: the replay must write the same ones in the same order. */
const decisions: readonly AuditKind[] = [
  'engine.ranking',
  'verdict',
  'claim.dropped',
  'plan.proposed',
  'model.request',
];

const nothing = async (): Promise<void> => undefined;
const unused = (): never => {
  throw new Diverged('this code asks the store for something an investigation did not need');
};

export function createRecordedStore({ incident, evidence, audit }: Recording, differences: Differences): RecordedStore {
  const visible = new Set<EvidenceId>();
  const expected = new Map(decisions.map((kind) => [kind, audit.filter((row) => row.kind === kind)]));
  const answers = audit.filter(({ kind }) => kind === 'model.response');
  let atMs = 0;

  const record = async (_transaction: unknown, entry: AuditEntry): Promise<number> => {
    const rows = expected.get(entry.kind);
    if (rows === undefined) return 0;
    const then = rows.shift();
    if (entry.kind === 'model.request') atMs = then?.atMs ?? atMs;
    const what = then === undefined ? 'was not recorded then' : 'says something else than then';
    differences.expectSame(entry.body, then?.body, `${entry.kind} ${turnOf(entry)}${what}`);
    return 0;
  };
  const shown = (): readonly Evidence[] => evidence.filter(({ id }) => visible.has(id));
  /** What people had said when the next turn was asked. */
  const statements = (): readonly AuditRow[] => {
    const before = expected.get('model.request')?.[0]?.seq ?? Number.POSITIVE_INFINITY;
    return audit.filter(({ kind, seq }) => kind === 'human.statement' && seq < before);
  };
  return {
    show: (ids) => {
      for (const id of ids) visible.add(id);
    },
    nextAnswer: () => answers.shift() ?? null,
    turnAtMs: () => expected.get('model.request')?.[0]?.atMs ?? atMs,
    store: {
      ...idle,
      audit: record,
      auditRows: async () => statements(),
      incident: async () => incident,
      evidence: async () => shown(),
      evidenceById: async (_incident, id) => shown().find((item) => item.id === id) ?? null,
      addEvidence: async (_incident, _key, { tool, input, sha256 }) => {
        const same = (item: Evidence): boolean =>
          item.tool === tool && item.sha256 === sha256 && canonicalJson(item.input) === canonicalJson(input);
        const known = evidence.find(same);
        if (known === undefined) throw new Diverged(`an answer of ${tool} is not in the ledger as it was`);
        visible.add(known.id);
        return known;
      },
    },
  };
}

const turnOf = ({ body }: AuditEntry): string => (typeof body['turn'] === 'number' ? `of turn ${body['turn']} ` : '');

const idle: Omit<Store, 'audit' | 'auditRows' | 'incident' | 'evidence' | 'evidenceById' | 'addEvidence'> = {
  // Only handed on to members that do nothing with it.
  transact: (work) => work(undefined as never),
  claim: unused,
  auditHead: unused,
  openIncident: unused,
  incidentAt: unused,
  lastIncidentAt: unused,
  incidents: unused,
  setPhase: nothing,
  setSymptom: nothing,
  saveGaps: nothing,
  gaps: async () => [],
  saveHypotheses: nothing,
  hypotheses: async () => [],
  keepOnTape: nothing,
  tape: unused,
  savePlan: async () => 'saved',
  plan: async () => null,
  planForUpdate: unused,
  plansOf: async () => [],
  movePlan: unused,
  addApproval: unused,
  intend: unused,
  effect: unused,
  settleEffect: unused,
  effectsSince: unused,
  runningOn: unused,
  setStopped: unused,
  stopped: async () => false,
};
