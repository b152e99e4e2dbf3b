/** Everything the store knows of one incident, and what follows from it for the page. Derivations are pure. */
import type { AuditRow } from '../../core/audit-entry.ts';
import type { Chart, Evidence, Gap } from '../../core/evidence.ts';
import type { Hypothesis } from '../../core/hypothesis.ts';
import type { Incident } from '../../core/incident.ts';
import type { Json } from '../../core/json.ts';
import { type ModelCost, modelCostOf } from '../../core/model-cost.ts';
import { type ReadingCost, readingCostOf } from '../../core/reading-cost.ts';
import type { PlanRow, Store } from '../../ports.ts';

export type IncidentRecord = {
  readonly incident: Incident;
  readonly evidence: readonly Evidence[];
  readonly gaps: readonly Gap[];
  readonly hypotheses: readonly Hypothesis[];
  readonly plans: readonly PlanRow[];
  readonly rows: readonly AuditRow[];
};

const pageSize = 1_000;
const rowsMax = 20_000;

export async function loadRecord(store: Store, incident: Incident): Promise<IncidentRecord> {
  const [evidence, gaps, hypotheses, plans, rows] = await Promise.all([
    store.evidence(incident.id),
    store.gaps(incident.id),
    store.hypotheses(incident.id),
    store.plansOf(incident.id),
    auditRowsOf(store, incident.id),
  ]);
  return { incident, evidence, gaps, hypotheses, plans, rows };
}

async function auditRowsOf(store: Store, incident: string): Promise<readonly AuditRow[]> {
  const all: AuditRow[] = [];
  for (let afterSeq = 0; all.length < rowsMax; ) {
    const batch = await store.auditRows({ incident, afterSeq, limit: pageSize });
    all.push(...batch);
    const last = batch.at(-1);
    if (!last || batch.length < pageSize) break;
    afterSeq = last.seq;
  }
  return all;
}

export type Milestone = { readonly label: string; readonly atMs: number | null };

/** Onset, detected, first card, verdict, approved, mitigated; null where it has not happened. */
export function milestonesOf({ incident, rows }: IncidentRecord): readonly Milestone[] {
  const first = (is: (row: AuditRow) => boolean): number | null => rows.find(is)?.atMs ?? null;
  const firstCard = first(({ kind, body }) => kind === 'message.posted' && isFirstCard(body));
  return [
    { label: 'Onset', atMs: incident.onsetMs },
    { label: 'Detected', atMs: incident.symptom?.triggeredAtMs ?? incident.openedAtMs },
    { label: 'First card', atMs: firstCard ?? first(({ kind }) => kind === 'message.posted') },
    { label: 'Verdict', atMs: first(({ kind }) => kind === 'verdict') },
    { label: 'Approved', atMs: first(({ kind, body }) => kind === 'plan.state' && body['state'] === 'approved') },
    { label: 'Mitigated', atMs: recoveryOf(rows)?.atMs ?? null },
  ];
}

export const recoveryOf = (rows: readonly AuditRow[]): AuditRow | undefined =>
  rows.findLast(({ kind, body }) => kind === 'recovery' && body['verdict'] === 'worked');

/** The alerting series: all points that any reading with the symptom's query brought, with the incident's own marks. */
export function signalOf(record: IncidentRecord): { readonly chart: Chart; readonly evidence: Evidence } | null {
  const { incident, evidence } = record;
  const charted = evidence.filter(({ chart }) => chart?.series.some(({ points }) => points.length > 0));
  const best = charted.toSorted((a, b) => closeness(b, incident) - closeness(a, incident))[0];
  if (!best?.chart) return null;
  const same = charted.filter(({ tool, query }) => tool === best.tool && query === best.query);
  return { evidence: best, chart: withMarks(inFront(mergeCharts(same), record), record) };
}

function closeness({ query, chart }: Evidence, { symptom }: Incident): number {
  if (!symptom) return chart?.marks.some(({ kind }) => kind === 'onset') ? 1 : 0;
  const about = symptom.query.includes(query) || query.includes(symptom.query);
  const metric = symptom.metric.split('_')[0] ?? symptom.metric;
  const said = `${query} ${chart?.title ?? ''}`.toLowerCase();
  return (about ? 8 : 0) + (said.includes(symptom.service) ? 4 : 0) + (said.includes(metric) ? 2 : 0);
}

function mergeCharts(readings: readonly Evidence[]): Chart {
  const charts = readings.flatMap(({ chart }) => chart ?? []);
  const names = new Set(charts.flatMap(({ series }) => series.map(({ name }) => name)));
  const merged = [...names].map((name) => {
    const points = charts.flatMap(({ series }) => series.find((each) => each.name === name)?.points ?? []);
    return {
      name,
      points: [...new Map(points.map(([atMs, value]) => [atMs, value] as const))].toSorted(([a], [b]) => a - b),
    };
  });
  const last = charts.at(-1);
  return { title: last?.title ?? '', unit: last?.unit ?? '', series: merged, marks: last?.marks ?? [] };
}

/** The sentence under a chart is about its first line: the alerting service, else the one the leading cause names. */
function inFront(chart: Chart, { incident, hypotheses }: IncidentRecord): Chart {
  const wanted = incident.symptom?.service ?? hypotheses[0]?.entity;
  const [first, others] = [
    chart.series.filter(({ name }) => name === wanted),
    chart.series.filter(({ name }) => name !== wanted),
  ];
  return { ...chart, series: [...first, ...others] };
}

/** Onset and recovery come from the incident; changes are drawn as lettered ticks instead. */
function withMarks(chart: Chart, { incident, rows }: IncidentRecord): Chart {
  const { onsetMs } = incident;
  const recovery = recoveryOf(rows);
  const others = chart.marks.filter(({ kind }) => kind === 'threshold');
  return {
    ...chart,
    marks: [
      ...others,
      ...(onsetMs === null
        ? chart.marks.filter(({ kind }) => kind === 'onset')
        : [{ atMs: onsetMs, label: 'Onset', kind: 'onset' as const }]),
      ...(recovery ? [{ atMs: recovery.atMs, label: 'Recovered', kind: 'recovery' as const }] : []),
    ],
  };
}

export type ShownChange = {
  readonly key: string;
  readonly says: string;
  readonly atMs: number;
  readonly hypothesis: Hypothesis | null;
  readonly suspect: boolean;
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Changes that some cause points at, and the changes marked on the signal; the leading cause's is the suspect. */
export function changesOf({ hypotheses, evidence }: IncidentRecord): readonly ShownChange[] {
  const lead = hypotheses[0];
  const pointed = hypotheses.flatMap((hypothesis) => {
    const { change } = hypothesis;
    if (!change) return [];
    const ref = change.pullNumber === null ? change.sha.slice(0, 12) : `#${change.pullNumber}`;
    const suspect = hypothesis === lead && hypothesis.word !== 'RuledOut';
    return [{ says: `${change.repository} ${ref}`, atMs: change.mergedAtMs, hypothesis, suspect }];
  });
  const marked = evidence
    .flatMap(({ chart }) => chart?.marks ?? [])
    .filter(({ kind, atMs }) => kind === 'change' && !pointed.some((change) => change.atMs === atMs))
    .map(({ label, atMs }) => ({ says: label, atMs, hypothesis: null, suspect: false }));
  const unique = new Map(
    [...marked, ...pointed.toReversed()].map((change) => [`${change.says} ${change.atMs}`, change]),
  );
  return [...unique.values()]
    .toSorted((a, b) => a.atMs - b.atMs)
    .slice(-letters.length)
    .map((change, index) => ({ ...change, key: letters[index] ?? '?' }));
}

export type Cost = {
  readonly dollars: number;
  readonly model: ModelCost;
  readonly toolCalls: number;
  readonly failedCalls: number;
  readonly reading: ReadingCost;
  readonly posts: number;
  readonly threadPosts: number;
  readonly label: string | null;
  readonly dropped: number;
};

/** What the investigation used, counted from the audit rows. */
export function costOf(rows: readonly AuditRow[]): Cost {
  const of = (kind: AuditRow['kind']): readonly AuditRow[] => rows.filter((row) => row.kind === kind);
  const posted = of('message.posted').filter(({ body }) => body['message'] !== undefined && !isFirstCard(body));
  const verdict = of('verdict').at(-1);
  return {
    dollars: of('model.response').reduce((sum, { body }) => sum + (numberIn(body['dollars']) ?? 0), 0),
    model: modelCostOf(rows),
    toolCalls: of('tool.intent').length,
    failedCalls: of('tool.result').filter(({ body }) => body['outcome'] === 'failed').length,
    reading: readingCostOf(rows),
    posts: posted.filter(({ body }) => (body['thread'] ?? null) === null).length,
    threadPosts: posted.filter(({ body }) => (body['thread'] ?? null) !== null).length,
    label: typeof verdict?.body['label'] === 'string' ? verdict.body['label'] : null,
    dropped: numberIn(verdict?.body['dropped']) ?? 0,
  };
}

/** The status is posted once and marked a second time when it first carries a ranking. */
const isFirstCard = ({ key }: AuditRow['body']): boolean => typeof key === 'string' && key.startsWith('first-card:');

const numberIn = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);
