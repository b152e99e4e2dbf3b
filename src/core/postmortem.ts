import type { ApprovalRow, PlanState } from './approval.ts';
import type { AuditRow } from './audit-entry.ts';
import { findContradictions } from './contradiction.ts';
import type { Evidence, Gap } from './evidence.ts';
import type { Hypothesis } from './hypothesis.ts';
import type { Incident } from './incident.ts';
import type { Json } from './json.ts';
import { defang } from './plain-text.ts';
import type { SealedPlan } from './plan.ts';
import { timelineOf } from './timeline.ts';

/** Everything a postmortem is compiled from. Nothing else is added: what the ledger does not say stays open. */
export type Ledger = {
  readonly incident: Incident;
  readonly evidence: readonly Evidence[];
  readonly hypotheses: readonly Hypothesis[];
  readonly gaps: readonly Gap[];
  readonly plans: readonly (SealedPlan & { readonly state: PlanState; readonly approvals: readonly ApprovalRow[] })[];
  readonly audit: readonly AuditRow[];
  readonly names: { readonly [person: string]: string };
  readonly webUrl: string;
};

/** Both clocks, each with the two timestamps it is the difference of; null where a timestamp is missing. */
export type Clocks = {
  readonly onsetMs: number | null;
  readonly detectedAtMs: number | null;
  readonly firstCardAtMs: number | null;
  readonly verdictAtMs: number | null;
  readonly approvedAtMs: number | null;
  readonly mitigatedAtMs: number | null;
  readonly timeToDetectMs: number | null;
  readonly timeToMitigateMs: number | null;
};

export function clocksOf({ incident, audit }: Pick<Ledger, 'incident' | 'audit'>): Clocks {
  const at = (match: (row: AuditRow) => boolean): number | null => audit.find(match)?.atMs ?? null;
  const { onsetMs } = incident;
  const detectedAtMs = incident.symptom?.triggeredAtMs ?? null;
  const mitigatedAtMs = at(({ kind, body }) => kind === 'recovery' && body['verdict'] === 'worked');
  return {
    onsetMs,
    detectedAtMs,
    firstCardAtMs: at(
      ({ kind, body }) =>
        kind === 'message.posted' && typeof body['key'] === 'string' && body['key'].startsWith('first-card:'),
    ),
    verdictAtMs: at(({ kind }) => kind === 'verdict'),
    approvedAtMs: at(({ kind, body }) => kind === 'plan.state' && body['state'] === 'approved'),
    mitigatedAtMs,
    timeToDetectMs: between(onsetMs, detectedAtMs),
    timeToMitigateMs: between(onsetMs, mitigatedAtMs),
  };
}

const between = (fromMs: number | null, toMs: number | null): number | null =>
  fromMs === null || toMs === null ? null : toMs - fromMs;

/** What nobody has answered: gaps, missing clocks, causes below Confirmed. */
export function openQuestions(ledger: Ledger): readonly string[] {
  const clocks = clocksOf(ledger);
  const lead = ledger.hypotheses[0];
  return [
    ...(lead && lead.word !== 'Confirmed'
      ? [`Is ${lead.kind} on ${lead.entity} really the cause? It is ${lead.word}, not Confirmed.`]
      : []),
    ...(lead ? [] : ['What was the cause? None was found.']),
    ...(clocks.onsetMs === null ? ['When did it begin? No onset was measured.'] : []),
    ...(clocks.mitigatedAtMs === null ? ['When was it mitigated? No recovery was measured.'] : []),
    ...ledger.gaps.map(
      ({ tool, blocks }) => `What would ${tool} have shown? It could not be read, which blocks ${blocks}.`,
    ),
    'What would have prevented it, and who does that by when? People write this part.',
  ];
}

/** The same facts as the Markdown, for machines. */
export function postmortemJson(ledger: Ledger): Json {
  const { incident, evidence, hypotheses, plans, audit } = ledger;
  return {
    incident: incident.id,
    symptom: incident.symptom
      ? { service: incident.symptom.service, metric: incident.symptom.metric, threshold: incident.symptom.threshold }
      : null,
    clocks: { ...clocksOf(ledger) },
    causes: hypotheses.map(({ id, kind, entity, change, word, score, supports, refutes }) => ({
      id,
      kind,
      entity,
      change: change ? { ...change } : null,
      verdict: word,
      score,
      supports: supports.map(({ evidence: cited }) => cited),
      refutes: refutes.map(({ evidence: cited }) => cited),
    })),
    disputes: findContradictions(evidence).map(({ kind, service, quantity, window, sides }) => ({
      kind,
      service,
      quantity,
      window: { ...window },
      sides: sides.map((side) => ({ ...side })),
    })),
    evidence: evidence.map(({ id, tool, source, query, window, sha256, link }) => ({
      id,
      tool,
      source,
      query,
      window: { ...window },
      sha256,
      link,
    })),
    actions: plans.map(({ plan, digest, state, approvals }) => ({
      plan: plan.id,
      title: plan.title,
      digest,
      state,
      requester: plan.requester,
      approvals: approvals.map(({ by, atMs }) => ({ by, atMs })),
    })),
    timeline: timelineOf(audit).map(({ atMs, actor, says, seq }) => ({
      atMs,
      actor,
      says: defang(says),
      auditSeq: seq,
    })),
    gaps: ledger.gaps.map((gap) => ({ ...gap })),
    openQuestions: [...openQuestions(ledger)],
  };
}
