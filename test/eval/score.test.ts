import { expect, it } from 'vitest';
import { type Answerable, gradeCase, type Said } from '../../eval/score/grade-case.ts';
import { totalsOf } from '../../eval/score/totals.ts';

const truth: Answerable = { kind: 'bad-deploy', entity: 'ledger', change: 'bank/core#7', alternates: [] };
const healthy: Answerable = { kind: 'nothing-wrong', entity: null, change: null, alternates: [] };
const unknowable: Answerable = { kind: 'cannot-tell', entity: null, change: null, alternates: [] };
const two: Answerable = { ...truth, alternates: [{ kind: 'quota', entity: 'wire', change: null }] };

/** `ledger` calls `wire`. */
const neighbours = (one: string, other: string): boolean => [one, other].toSorted().join() === 'ledger,wire';

function said(word: Said['word'], cause: string | null): Said {
  const [kind = '', entity = '', change] = cause?.split(' ') ?? [];
  return { word, score: 0.8, label: '', lead: cause === null ? null : { kind, entity, change: change ?? null } };
}

it.each`
  truth         | word              | cause                              | grade
  ${truth}      | ${'Likely'}       | ${'bad-deploy ledger bank/core#7'} | ${'right'}
  ${truth}      | ${'Likely'}       | ${'bad-deploy ledger bank/core#8'} | ${'one-hop-short'}
  ${truth}      | ${'Likely'}       | ${'data ledger'}                   | ${'one-hop-short'}
  ${truth}      | ${'Likely'}       | ${'bad-deploy wire bank/core#7'}   | ${'right-area'}
  ${truth}      | ${'Possible'}     | ${'bad-deploy mail'}               | ${'wrong'}
  ${truth}      | ${'Inconclusive'} | ${'bad-deploy ledger bank/core#7'} | ${'abstained'}
  ${truth}      | ${'RuledOut'}     | ${'bad-deploy ledger bank/core#7'} | ${'abstained'}
  ${truth}      | ${'Inconclusive'} | ${null}                            | ${'abstained'}
  ${truth}      | ${'NothingWrong'} | ${null}                            | ${'wrong'}
  ${healthy}    | ${'NothingWrong'} | ${null}                            | ${'right'}
  ${healthy}    | ${'Possible'}     | ${'data ledger'}                   | ${'wrong'}
  ${healthy}    | ${'Inconclusive'} | ${null}                            | ${'abstained'}
  ${unknowable} | ${'Inconclusive'} | ${'data ledger'}                   | ${'right'}
  ${unknowable} | ${'Possible'}     | ${'data ledger'}                   | ${'right-area'}
  ${unknowable} | ${'Likely'}       | ${'data ledger'}                   | ${'wrong'}
  ${two}        | ${'Likely'}       | ${'quota wire'}                    | ${'right'}
`('$word $cause is $grade where the truth is $truth.kind', ({ truth: answer, word, cause, grade }) => {
  expect(gradeCase(answer, said(word, cause), neighbours).grade).toBe(grade);
});

it('calls only a wrong Confirmed confidently wrong, and a wrong all-clear missed', () => {
  const wrong = gradeCase(truth, said('Confirmed', 'data wire'), neighbours);
  const hop = gradeCase(truth, said('Confirmed', 'data ledger'), neighbours);
  const likely = gradeCase(truth, said('Likely', 'data mail'), neighbours);
  const right = gradeCase(truth, said('Confirmed', 'bad-deploy ledger bank/core#7'), neighbours);
  const clear = gradeCase(truth, said('NothingWrong', null), neighbours);
  expect([wrong, hop, likely, right].map(({ confidentlyWrong }) => confidentlyWrong)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect([clear, likely].map(({ missed }) => missed)).toEqual([true, false]);
});

it('adds up: accuracy over all, precision over what it committed to, abstentions beside', () => {
  const told = [
    said('Likely', 'bad-deploy ledger bank/core#7'),
    said('Likely', 'data mail'),
    said('Confirmed', 'bad-deploy ledger bank/core#7'),
    said('Inconclusive', null),
  ];
  const totals = totalsOf(
    told.map((one, index) => ({
      said: one,
      score: gradeCase(truth, one, neighbours),
      dollars: 0.25,
      firstCardMs: 1_000 * (index + 1),
      verdictMs: null,
      lateReads: index,
    })),
  );
  expect(totals).toMatchObject({
    cases: 4,
    accuracy: 0.5,
    precisionAtCommit: 2 / 3,
    committed: 3,
    abstentionRate: 0.25,
    confidentlyWrong: 0,
    dollars: 1,
    firstCardSeconds: 3,
    verdictSeconds: null,
    lateReads: 6,
  });
  expect(totals.calibration.words).toEqual([
    { word: 'Confirmed', said: 1, right: 1 },
    { word: 'Likely', said: 2, right: 1 },
  ]);
  // (0.2² + 0.8² + 0.2²) / 3
  expect(totals.calibration.brier).toBeCloseTo(0.24, 10);
});
