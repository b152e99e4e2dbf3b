/** What the record of graded verdicts allows to be said, and what it takes back. */
import type { Calibration, Share } from './calibration.ts';
import type { CauseKind, Hypothesis, VerdictWord } from './hypothesis.ts';

/** Of a share with 95 % confidence (Wilson 1927); null for nothing at all. */
export function wilsonInterval({ said, right }: Share): { readonly low: number; readonly high: number } | null {
  if (said === 0) return null;
  const z = 1.96;
  const share = right / said;
  const centre = share + (z * z) / (2 * said);
  const spread = z * Math.sqrt((share * (1 - share)) / said + (z * z) / (4 * said * said));
  const whole = 1 + (z * z) / said;
  return { low: Math.max(0, (centre - spread) / whole), high: Math.min(1, (centre + spread) / whole) };
}

/** With fewer grades a share says nothing. */
export const tellingMin = 5;

/** "17 of 20, between 64 and 95 %", or that it is too few to say. */
export function shareWords({ said, right }: Share): string {
  const interval = wilsonInterval({ said, right });
  if (said < tellingMin || interval === null) return `${right} of ${said}, too few to say`;
  return `${right} of ${said}, between ${Math.round(interval.low * 100)} and ${Math.round(interval.high * 100)} %`;
}

/** How often a word must be right to mean something. Words that promise nothing have no bar. */
export const promises: { readonly [Word in VerdictWord]?: number } = { Confirmed: 0.9, Likely: 0.6 };

const lower: { readonly [Word in VerdictWord]?: VerdictWord } = { Confirmed: 'Likely', Likely: 'Possible' };
const gradedMin = 8;

/** A word that may not be said of a kind for now, with the record that says so. */
export type Lowering = Share & { readonly word: VerdictWord; readonly kind: CauseKind; readonly to: VerdictWord };

/**
 * Words that were graded at least eight times for a kind of cause and were right less often than the word promises, even
 * at the upper end of the interval. The record can only lower a word, by one; it never raises one.
 */
export function loweringsOf({ pairs }: Pick<Calibration, 'pairs'>): readonly Lowering[] {
  return pairs.flatMap(({ word, kind, said, right }) => {
    const promise = promises[word];
    const to = lower[word];
    const interval = wilsonInterval({ said, right });
    if (promise === undefined || to === undefined || interval === null || said < gradedMin) return [];
    return interval.high < promise ? [{ word, kind, said, right, to }] : [];
  });
}

/** The hypotheses with each word that the record takes back lowered by one, and what was lowered. */
export function lowerByRecord(
  hypotheses: readonly Hypothesis[],
  lowerings: readonly Lowering[],
): { readonly hypotheses: readonly Hypothesis[]; readonly lowered: readonly string[] } {
  const lowered: string[] = [];
  const judged = hypotheses.map((each) => {
    const found = lowerings.find(({ word, kind }) => word === each.word && kind === each.kind);
    if (!found) return each;
    lowered.push(
      `${each.id} is ${found.to} and not ${found.word}: of ${found.said} graded verdicts of this kind that I called ${found.word}, ${found.right} were right`,
    );
    return { ...each, word: found.to };
  });
  return { hypotheses: judged, lowered };
}
