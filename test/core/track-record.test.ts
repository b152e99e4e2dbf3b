import fc from 'fast-check';
import { expect, it } from 'vitest';
import { calibrate } from '../../src/core/calibration.ts';
import {
  type CauseKind,
  causeKinds,
  type Hypothesis,
  type VerdictWord,
  verdictWords,
} from '../../src/core/hypothesis.ts';
import { taint } from '../../src/core/tainted.ts';
import { lowerByRecord, loweringsOf, shareWords, wilsonInterval } from '../../src/core/track-record.ts';

const hypothesis = (word: VerdictWord, kind: CauseKind = 'bad-deploy'): Hypothesis => ({
  id: 'H1',
  kind,
  entity: 'checkout',
  change: null,
  mechanism: taint(''),
  supports: [],
  refutes: [],
  wrongIf: taint(''),
  score: 0.8,
  word,
  by: 'engine',
});
type Pair = readonly [said: number, right: number, word?: VerdictWord, kind?: CauseKind];
const pair = ([said, right, word = 'Likely', kind = 'bad-deploy']: Pair) => ({ pairs: [{ word, kind, said, right }] });

it('states an interval, and none of nothing', () => {
  const interval = wilsonInterval({ said: 20, right: 17 });
  expect(interval?.low).toBeCloseTo(0.6396, 3);
  expect(interval?.high).toBeCloseTo(0.9476, 3);
  expect(wilsonInterval({ said: 0, right: 0 })).toBeNull();
  expect(shareWords({ said: 20, right: 17 })).toBe('17 of 20, between 64 and 95 %');
  expect(shareWords({ said: 3, right: 3 })).toBe('3 of 3, too few to say');
});

it.each<[string, Pair, VerdictWord, VerdictWord]>([
  ['a word that is seldom right is lowered by one', [10, 2], 'Likely', 'Possible'],
  ['Confirmed becomes Likely, not less', [12, 0, 'Confirmed'], 'Confirmed', 'Likely'],
  ['seven grades are too few', [7, 0], 'Likely', 'Likely'],
  ['a poor share that may be chance is kept', [8, 4], 'Likely', 'Likely'],
  ['another kind keeps its word', [10, 0, 'Likely', 'network'], 'Likely', 'Likely'],
  ['another word is kept', [10, 0, 'Confirmed'], 'Likely', 'Likely'],
  ['Possible promises nothing', [20, 0, 'Possible'], 'Possible', 'Possible'],
])('%s', (...[, graded, before, after]) => {
  const { hypotheses, lowered } = lowerByRecord([hypothesis(before)], loweringsOf(pair(graded)));
  expect(hypotheses[0]?.word).toBe(after);
  expect(lowered).toHaveLength(before === after ? 0 : 1);
  expect(lowered.join()).toContain(before === after ? '' : `of ${graded[0]} graded verdicts`);
});

it('the record never raises a word, whatever it holds', () => {
  const strength: readonly VerdictWord[] = [
    'Confirmed',
    'Likely',
    'Possible',
    'Inconclusive',
    'NothingWrong',
    'RuledOut',
  ];
  const anyPair = fc
    .record({
      word: fc.constantFrom(...verdictWords),
      kind: fc.constantFrom(...causeKinds),
      said: fc.nat(60),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ share, ...rest }) => ({ ...rest, right: Math.round(share * rest.said) }));
  fc.assert(
    fc.property(fc.array(anyPair, { maxLength: 12 }), fc.constantFrom(...verdictWords), (pairs, word) => {
      const after = lowerByRecord([hypothesis(word)], loweringsOf({ pairs })).hypotheses[0]?.word ?? word;
      const fall = strength.indexOf(after) - strength.indexOf(word);
      expect(fall === 0 || fall === 1).toBe(true);
    }),
  );
});

it('counts per kind of cause and per service, the last grade of an incident only', () => {
  const row = (incident: string, grade: string, [kind, entity]: readonly [string, string]) => ({
    incident,
    body: { grade, word: 'Likely', score: 0.5, kind, entity },
  });
  const { kinds, services, pairs } = calibrate([
    row('INC-1', 'right', ['bad-deploy', 'cart']),
    row('INC-1', 'wrong', ['bad-deploy', 'cart']),
    row('INC-2', 'right', ['bad-deploy', 'checkout']),
    row('INC-3', 'right', ['network', 'checkout']),
  ]);
  expect(kinds).toEqual([
    { kind: 'bad-deploy', said: 2, right: 1 },
    { kind: 'network', said: 1, right: 1 },
  ]);
  expect(services).toEqual([
    { service: 'checkout', said: 2, right: 2 },
    { service: 'cart', said: 1, right: 0 },
  ]);
  expect(pairs).toContainEqual({ word: 'Likely', kind: 'bad-deploy', said: 2, right: 1 });
});
