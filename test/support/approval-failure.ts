/** The one class of failure of the simulated histories: its cause, its evidence, and the score it may have earned. */

import type { AuditEntry } from '../../src/core/audit-entry.ts';
import type { FailureClass } from '../../src/core/autonomy.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import { taint } from '../../src/core/tainted.ts';

export const simulatedFailure = { cause: 'bad-deploy', remedy: 'rollback-pull-request' } as const;

export const simulatedLead = (word: Hypothesis['word']): Hypothesis => ({
  id: 'H1',
  kind: simulatedFailure.cause,
  entity: 'payments',
  change: null,
  mechanism: taint(''),
  supports: [{ evidence: 'E1', why: taint('') }],
  refutes: [],
  wrongIf: taint(''),
  score: 1,
  word,
  by: 'engine',
});

export const simulatedEvidence: Omit<Evidence, 'incident' | 'provenance'> = {
  id: 'E1',
  tool: 'changes',
  source: 'GitHub',
  input: {},
  query: '',
  window: { fromMs: 0, toMs: 0 },
  result: {},
  sha256: '',
  bytes: 0,
  redactions: 0,
  link: '',
  headline: [],
  chart: null,
  truncated: false,
  takenAtMs: 0,
};

/** What ten incidents left behind in which the shadow was right. */
export const earnedRows = (atMs: number, failure: FailureClass = simulatedFailure): readonly AuditEntry[] =>
  Array.from({ length: 10 }, (_, index): readonly AuditEntry[] => {
    const plan = `earlier-${failure.remedy}-${index}`;
    const entry = { incident: `INC-${1_000 + index}`, actor: 'causeway', atMs };
    const body = { plan, digest: plan, ...failure, mode: 'shadow', would: true };
    return [
      { kind: 'autonomy', ...entry, body },
      { kind: 'plan.state', ...entry, body: { plan, digest: plan, state: 'approved' } },
      { kind: 'recovery', ...entry, body: { plan, verdict: 'worked' } },
    ];
  }).flat();
