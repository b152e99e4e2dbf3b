import type { Hypothesis } from '../../src/core/hypothesis.ts';
import { taint } from '../../src/core/tainted.ts';

/** A likely cause in payments that no change explains, with nothing said for or against it. */
export const sampleHypothesis: Hypothesis = {
  id: 'H1',
  kind: 'resource-exhaustion',
  entity: 'payments',
  change: null,
  mechanism: taint(''),
  supports: [],
  refutes: [],
  wrongIf: taint(''),
  score: 0.8,
  word: 'Likely',
  by: 'engine',
};
