import { amount } from '../../core/amount.ts';
import { gradeLabels, grades } from '../../core/calibration.ts';
import type { Card, Line } from '../../core/card.ts';
import type { Incident } from '../../core/incident.ts';
import type { SealedPlan } from '../../core/plan.ts';
import type { RecoveryVerdict } from '../../core/recovery.ts';
import { duration, sentence } from './words.ts';

export type ReceiptView = {
  readonly sealed: SealedPlan;
  readonly approvedBy: string;
  readonly outcome: Line;
  /** All of it happened. */
  readonly done: boolean;
  readonly auditSeq: number;
  readonly auditHash: string;
};

/** What was done, by whose approval, and where the audit log says so. */
export function receiptCard({ sealed, approvedBy, outcome, done, auditSeq, auditHash }: ReceiptView): Card {
  return {
    kind: 'receipt',
    fallback: sentence(`Receipt: ${sealed.plan.title}`),
    title: ['Receipt'],
    facts: [
      { label: done ? 'Done' : 'Plan', value: [sealed.plan.title] },
      { label: 'Result', value: outcome },
      { label: 'Approved by', value: [approvedBy] },
      { label: 'Ran as', value: [sealed.plan.runsAs] },
      { label: 'Plan digest', value: [{ code: sealed.digest.slice(-8) }, ' unchanged'] },
      { label: 'Log entry', value: [`${auditSeq} `, { code: auditHash.slice(0, 16) }] },
    ],
    actions: [{ id: 'verify-receipt', label: 'Verify Receipt', value: sealed.plan.id, style: 'plain' }],
  };
}

export type RunLogView = {
  readonly title: string;
  readonly steps: readonly {
    readonly id: string;
    readonly says: string;
    readonly state: 'pending' | 'in_progress' | 'complete' | 'error';
    readonly output: Line;
  }[];
};

/** The live log of a running plan: one message, edited. */
export function runLogCard({ title, steps }: RunLogView): Card {
  const finished = steps.every(({ state }) => state === 'complete' || state === 'error');
  return {
    kind: 'run-log',
    fallback: sentence(`Run log: ${title}`),
    title: [finished ? 'Run finished' : 'Running'],
    tasks: {
      title: finished
        ? `Ran ${steps.length} steps`
        : `Step ${steps.filter(({ state }) => state === 'complete').length + 1} of ${steps.length}`,
      items: steps.map(({ id, says, state, output }) => ({ id, title: [says], state, output })),
    },
  };
}

export type ResolutionView = {
  readonly incident: Incident;
  readonly verdict: RecoveryVerdict | 'nothing-wrong';
  readonly before: number | null;
  readonly after: number | null;
  readonly cause: string | null;
  readonly mitigatedAtMs: number | null;
  readonly url: string;
};

/** The one closing message at top level. Says plainly when it did not help. */
export function resolutionCard(view: ResolutionView): Card {
  const { incident, verdict, before, after, cause, mitigatedAtMs, url } = view;
  const words = {
    worked: 'Recovered',
    'did-not': 'Not recovered',
    unclear: 'Recovery unclear',
    'nothing-wrong': 'Nothing is wrong',
  };
  const measured =
    before !== null && after !== null ? `${amount(before)} before the action, ${amount(after)} after` : 'not measured';
  return {
    kind: 'resolution',
    fallback: sentence(`${incident.id}: ${words[verdict].toLowerCase()}`),
    title: [`${incident.id}: ${words[verdict].toLowerCase()}`],
    facts: [
      {
        label: 'Signal',
        value: [incident.symptom ? `${incident.symptom.service} ${incident.symptom.metric}: ${measured}` : measured],
      },
      { label: 'Cause', value: [cause ?? 'none found'] },
      {
        label: 'From onset to mitigation',
        value: [
          mitigatedAtMs !== null && incident.onsetMs !== null
            ? duration(mitigatedAtMs - incident.onsetMs)
            : 'does not apply',
        ],
      },
    ],
    actions: grades.map((grade) => ({
      id: 'grade-verdict',
      label: gradeLabels[grade],
      value: `${incident.id}:${grade}`,
      style: 'plain',
    })),
    foot: [
      'Was the verdict right? One click · ',
      { label: 'postmortem', href: `${url}/postmortem` },
      ' · ',
      { label: 'incident', href: url },
    ],
  };
}
