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
  /** The next `model.request` that was not made again yet. */
  nextRequest(): AuditRow | null;
  /** When the turn with the model was recorded that comes next, or came last. */
  turnAtMs(): number;
};

/** Entries that say what was decided: the replay must write the same ones in the same order. */
const decisions: readonly AuditKind[] = [
  'engine.ranking',
  'verdict',
  'claim.dropped',
  'hypothesis.board',
  'plan.proposed',
  'model.request',
];

/** What people said to an investigation. */
const said: readonly AuditKind[] = ['human.statement', 'investigation.stop'];

const nothing = async (): Promise<void> => undefined;
const unused = (): never => {
  throw new Diverged('this code asks the store for something an investigation did not need');
};

export function createRecordedStore(
  { incident, evidence, audit, raw = [] }: Recording,
  differences: Differences,
): RecordedStore {
  const visible = new Set<EvidenceId>();
  const expected = new Map(decisions.map((kind) => [kind, audit.filter((row) => row.kind === kind)]));
  const answers = [...answersIn({ audit, raw })];
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
  const saidBy = (wanted: AuditKind | undefined): readonly AuditRow[] => {
    const before = expected.get('model.request')?.[0]?.seq ?? Number.POSITIVE_INFINITY;
    return audit.filter(({ kind, seq }) => kind === wanted && said.includes(kind) && seq < before);
  };
  return {
    show: (ids) => {
      for (const id of ids) visible.add(id);
    },
    nextAnswer: () => answers.shift() ?? null,
    nextRequest: () => expected.get('model.request')?.[0] ?? null,
    turnAtMs: () => expected.get('model.request')?.[0]?.atMs ?? atMs,
    store: {
      ...idle,
      audit: record,
      auditRows: async ({ kind }) => saidBy(kind),
      incident: async () => incident,
      evidence: async () => shown(),
      evidenceById: async (_incident, id) => shown().find((item) => item.id === id) ?? null,
      addEvidence: async (_incident, _key, { tool, input, sha256 }) => {
        const same = (item: Evidence): boolean =>
          item.tool === tool && item.sha256 === sha256 && canonicalJson(item.input) === canonicalJson(input);
        // Another look may have read the same again: that is the next one of its kind.
        const known = evidence.find((item) => same(item) && !visible.has(item.id)) ?? evidence.find(same);
        if (known === undefined) throw new Diverged(`an answer of ${tool} is not in the ledger as it was`);
        visible.add(known.id);
        return known;
      },
    },
  };
}

/** Every answer of the model on record, in its order, with its words where they are still kept. */
export const answersIn = ({ audit, raw = [] }: Pick<Recording, 'audit' | 'raw'>): readonly AuditRow[] =>
  audit.filter(({ kind }) => kind === 'model.response').map((row) => withContent(row, raw));

/** What was said is beside the log since it can be deleted there; before that it was in it. */
function withContent(row: AuditRow, raw: NonNullable<Recording['raw']>): AuditRow {
  const sha256 = row.body['contentSha256'];
  const kept = raw.find((each) => each.sha256 === sha256);
  return kept === undefined ? row : { ...row, body: { ...row.body, content: kept.document } };
}

/** Answers whose words are gone, one sentence each: without them nothing can be gone through again. */
export function missingAnswers({ audit, raw = [] }: Recording): readonly string[] {
  return audit.flatMap((row) => {
    const sha256 = row.kind === 'model.response' ? row.body['contentSha256'] : undefined;
    if (sha256 === undefined || raw.some((each) => each.sha256 === sha256)) return [];
    return [
      `what the model said in turn ${Number(row.body['turn'])} is gone: it was deleted, or is sealed by another key`,
    ];
  });
}

const turnOf = ({ body }: AuditEntry): string => (typeof body['turn'] === 'number' ? `of turn ${body['turn']} ` : '');

const idle: Omit<Store, 'audit' | 'auditRows' | 'incident' | 'evidence' | 'evidenceById' | 'addEvidence'> = {
  // Only handed on to members that do nothing with it.
  transact: (work) => work(undefined as never),
  claim: unused,
  auditHead: unused,
  spend: nothing,
  spending: unused,
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
  keepRaw: async () => '',
  raw: unused,
  forgetRaw: unused,
  forgetRawBefore: unused,
  savePlan: async () => 'saved',
  plan: async () => null,
  planForUpdate: unused,
  plansOf: async () => [],
  runbookEnds: async () => [],
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
