import type { Hypothesis } from './hypothesis.ts';

/** H1 to Hn in the given order, but for what was ruled out: a refuted cause never leads. */
export function rankHypotheses(judged: readonly Omit<Hypothesis, 'id'>[]): readonly Hypothesis[] {
  const standing = judged.filter(({ word }) => word !== 'RuledOut');
  const ruledOut = judged.filter(({ word }) => word === 'RuledOut');
  return [...standing, ...ruledOut].map((hypothesis, index) => ({ ...hypothesis, id: `H${index + 1}` as const }));
}
