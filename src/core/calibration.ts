import type { AuditRow } from './audit-entry.ts';
import { type VerdictWord, verdictWords } from './hypothesis.ts';
import type { Json } from './json.ts';

/** How people judge a verdict once the incident is over, in one click: the cause itself, its neighbour, or neither. */
export const grades = ['right', 'one-hop-short', 'right-area', 'wrong'] as const;
export type Grade = (typeof grades)[number];

export const gradeLabels: { readonly [Each in Grade]: string } = {
  right: 'Right',
  'one-hop-short': 'One Hop Short',
  'right-area': 'Right Area',
  wrong: 'Wrong',
};

/** `INC-7:right`, as the buttons carry it; null for anything else. */
export function parseGrade(value: string): { readonly incident: string; readonly grade: Grade } | null {
  const [incident = '', said = ''] = value.split(':');
  const grade = grades.find((each) => each === said);
  return grade === undefined || incident === '' ? null : { incident, grade };
}

/** What was graded: the leading verdict as it stood. `score` is null when there was no ranked cause. */
type Graded = { readonly grade: Grade; readonly word: VerdictWord; readonly score: number | null };

export type Calibration = {
  /** Verdict words that were graded, in their order: how often said, how often right. */
  readonly words: readonly { readonly word: VerdictWord; readonly said: number; readonly right: number }[];
  readonly grades: { readonly [Each in Grade]: number };
  /** Mean squared distance of the score from right (1) or not (0), 0 to 1, less is better; null without scores. */
  readonly brier: number | null;
};

/** From `verdict.grade` rows, oldest first: the last grade of an incident counts. */
export function calibrate(rows: readonly Pick<AuditRow, 'incident' | 'body'>[]): Calibration {
  const last = new Map(rows.flatMap(({ incident, body }) => (incident === null ? [] : [[incident, body] as const])));
  const graded = [...last.values()].flatMap((body) => parseBody(body) ?? []);
  const words = verdictWords.flatMap((word) => {
    const said = graded.filter((each) => each.word === word);
    return said.length === 0
      ? []
      : [{ word, said: said.length, right: said.filter(({ grade }) => grade === 'right').length }];
  });
  const count = (grade: Grade): number => graded.filter((each) => each.grade === grade).length;
  return {
    words,
    grades: {
      right: count('right'),
      'one-hop-short': count('one-hop-short'),
      'right-area': count('right-area'),
      wrong: count('wrong'),
    },
    brier: brierOf(graded),
  };
}

function parseBody({ grade, word, score }: { readonly [key: string]: Json }): Graded | null {
  const knownGrade = grades.find((each) => each === grade);
  const knownWord = verdictWords.find((each) => each === word);
  if (knownGrade === undefined || knownWord === undefined) return null;
  return { grade: knownGrade, word: knownWord, score: typeof score === 'number' ? score : null };
}

/** Brier 1950. */
function brierOf(graded: readonly Graded[]): number | null {
  const squares = graded.flatMap(({ grade, score }) =>
    score === null ? [] : [(score - Number(grade === 'right')) ** 2],
  );
  return squares.length === 0 ? null : squares.reduce((sum, each) => sum + each, 0) / squares.length;
}
