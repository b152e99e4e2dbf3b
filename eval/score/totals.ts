import { type Calibration, calibrate } from '../../src/core/calibration.ts';
import type { Said, Score } from './grade-case.ts';

export type Scored = {
  readonly said: Said;
  readonly score: Score;
  readonly dollars: number;
  readonly firstCardMs: number | null;
  readonly verdictMs: number | null;
  /** Reads that the product gave up because no answer came in time: a busy machine makes answers worse. */
  readonly lateReads: number;
};

export type Totals = {
  readonly cases: number;
  readonly grades: { readonly [grade in Score['grade']]: number };
  /** Right of all cases; right of those it said Likely or Confirmed; said nothing of all. Null where nothing was counted. */
  readonly accuracy: number | null;
  readonly precisionAtCommit: number | null;
  readonly committed: number;
  readonly abstentionRate: number | null;
  readonly confidentlyWrong: number;
  readonly missed: number;
  readonly calibration: Calibration;
  readonly lateReads: number;
  readonly dollars: number;
  readonly firstCardSeconds: number | null;
  readonly verdictSeconds: number | null;
};

const share = (part: number, of: number): number | null => (of === 0 ? null : part / of);

/** The middle one, in seconds. */
function median(valuesMs: readonly (number | null)[]): number | null {
  const sorted = valuesMs.filter((value) => value !== null).toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined ? null : middle / 1_000;
}

export function totalsOf(all: readonly Scored[]): Totals {
  const count = (holds: (score: Score) => boolean): number => all.filter(({ score }) => holds(score)).length;
  const grade = (name: Score['grade']): number => count((score) => score.grade === name);
  const committed = count((score) => score.committed);
  // An abstention claims nothing that could be right.
  const claims = all.filter(({ score }) => score.grade !== 'abstained');
  return {
    cases: all.length,
    grades: {
      right: grade('right'),
      'one-hop-short': grade('one-hop-short'),
      'right-area': grade('right-area'),
      wrong: grade('wrong'),
      abstained: grade('abstained'),
    },
    accuracy: share(grade('right'), all.length),
    precisionAtCommit: share(
      count((score) => score.committed && score.grade === 'right'),
      committed,
    ),
    committed,
    abstentionRate: share(grade('abstained'), all.length),
    confidentlyWrong: count((score) => score.confidentlyWrong),
    missed: count((score) => score.missed),
    calibration: calibrate(
      claims.map(({ said, score }, index) => ({
        incident: `INC-${index + 1}`,
        body: { grade: score.grade, word: said.word, score: said.score },
      })),
    ),
    lateReads: all.reduce((sum, { lateReads }) => sum + lateReads, 0),
    dollars: all.reduce((sum, { dollars }) => sum + dollars, 0),
    firstCardSeconds: median(all.map(({ firstCardMs }) => firstCardMs)),
    verdictSeconds: median(all.map(({ verdictMs }) => verdictMs)),
  };
}
