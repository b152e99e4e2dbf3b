import type { EvidenceId, HypothesisId } from './evidence.ts';
import type { Tainted } from './tainted.ts';

export const causeKinds = [
  'bad-deploy',
  'config-change',
  'feature-flag',
  'resource-exhaustion',
  'dependency-failure',
  'infrastructure',
  'traffic-surge',
  'data',
  'certificate',
  'quota',
  'network',
  'monitor-fault',
  'unknown',
] as const;
export type CauseKind = (typeof causeKinds)[number];

/** Set by code from the ledger (`core/verdict.ts`), never by a model. */
export const verdictWords = ['Confirmed', 'Likely', 'Possible', 'Inconclusive', 'NothingWrong', 'RuledOut'] as const;
export type VerdictWord = (typeof verdictWords)[number];

/** The change a cause points at: enough to find it again at the code host. */
export type ChangeRef = {
  readonly repository: string;
  readonly sha: string;
  readonly pullNumber: number | null;
  readonly mergedAtMs: number;
};

export type Citation = { readonly evidence: EvidenceId; readonly why: Tainted };

export type Hypothesis = {
  readonly id: HypothesisId;
  readonly kind: CauseKind;
  /** Catalogue id of the service at fault. */
  readonly entity: string;
  readonly change: ChangeRef | null;
  /** How the cause produces the symptom. Quotes telemetry or is model prose: outside text either way. */
  readonly mechanism: Tainted;
  readonly supports: readonly Citation[];
  readonly refutes: readonly Citation[];
  /** The observation that would prove it wrong. */
  readonly wrongIf: Tainted;
  /** Engine score, 0 to 1. */
  readonly score: number;
  readonly word: VerdictWord;
  readonly by: 'engine' | 'model';
  /** No class A or B evidence that it cites speaks of the cause it names. Absent: some does, or the engine named it. */
  readonly hearsay?: boolean;
};
