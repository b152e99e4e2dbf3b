import type { AuditRow } from './audit-entry.ts';
import { type CauseKind, causeKinds, type VerdictWord, verdictWords } from './hypothesis.ts';
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
type Graded = {
  readonly grade: Grade;
  readonly word: VerdictWord;
  readonly score: number | null;
  readonly kind: CauseKind | null;
  readonly entity: string | null;
  /** What it really was, where somebody said so. */
  readonly cause: CauseKind | null;
};

/** How often something was said, and how often people found it right. */
export type Share = { readonly said: number; readonly right: number };

export type Calibration = {
  /** Verdict words that were graded, in their order: how often said, how often right. */
  readonly words: readonly (Share & { readonly word: VerdictWord })[];
  /** Per kind of cause, in their order. */
  readonly kinds: readonly (Share & { readonly kind: CauseKind })[];
  /** Per service that was named as the cause, most graded first. */
  readonly services: readonly (Share & { readonly service: string })[];
  /** Per word and kind: what the next verdict of that kind may be lowered by. */
  readonly pairs: readonly (Share & { readonly word: VerdictWord; readonly kind: CauseKind })[];
  /** What was said and what it really was, where people named it; most often first. */
  readonly missed: readonly { readonly said: CauseKind; readonly real: CauseKind; readonly times: number }[];
  readonly grades: { readonly [Each in Grade]: number };
  /** Mean squared distance of the score from right (1) or not (0), 0 to 1, less is better; null without scores. */
  readonly brier: number | null;
};

/** From `verdict.grade` rows, oldest first: the last grade of an incident counts. */
export function calibrate(rows: readonly Pick<AuditRow, 'incident' | 'body'>[]): Calibration {
  const last = new Map(rows.flatMap(({ incident, body }) => (incident === null ? [] : [[incident, body] as const])));
  const graded = [...last.values()].flatMap((body) => parseBody(body) ?? []);
  const share = <Key extends object>(key: Key, is: (each: Graded) => boolean): readonly (Key & Share)[] => {
    const said = graded.filter(is);
    const right = said.filter(({ grade }) => grade === 'right').length;
    return said.length === 0 ? [] : [{ ...key, said: said.length, right }];
  };
  const services = [...new Set(graded.flatMap(({ entity }) => entity ?? []))];
  const count = (grade: Grade): number => graded.filter((each) => each.grade === grade).length;
  return {
    words: verdictWords.flatMap((word) => share({ word }, (each) => each.word === word)),
    kinds: causeKinds.flatMap((kind) => share({ kind }, (each) => each.kind === kind)),
    services: services
      .flatMap((service) => share({ service }, ({ entity }) => entity === service))
      .toSorted((one, other) => other.said - one.said || one.service.localeCompare(other.service)),
    pairs: verdictWords.flatMap((word) =>
      causeKinds.flatMap((kind) => share({ word, kind }, (each) => each.word === word && each.kind === kind)),
    ),
    missed: missedOf(graded),
    grades: {
      right: count('right'),
      'one-hop-short': count('one-hop-short'),
      'right-area': count('right-area'),
      wrong: count('wrong'),
    },
    brier: brierOf(graded),
  };
}

function missedOf(graded: readonly Graded[]): Calibration['missed'] {
  const named = graded.filter(({ grade }) => grade !== 'right');
  return causeKinds
    .flatMap((said) =>
      causeKinds.map((real) => ({
        said,
        real,
        times: named.filter(({ kind, cause }) => kind === said && cause === real).length,
      })),
    )
    .filter(({ times }) => times > 0)
    .toSorted((one, other) => other.times - one.times);
}

function parseBody({ grade, word, score, kind, entity, cause }: { readonly [key: string]: Json }): Graded | null {
  const knownGrade = grades.find((each) => each === grade);
  const knownWord = verdictWords.find((each) => each === word);
  if (knownGrade === undefined || knownWord === undefined) return null;
  return {
    grade: knownGrade,
    word: knownWord,
    score: typeof score === 'number' ? score : null,
    kind: causeKinds.find((each) => each === kind) ?? null,
    entity: typeof entity === 'string' ? entity : null,
    cause: causeKinds.find((each) => each === causeKind(cause)) ?? null,
  };
}

const causeKind = (cause: Json | undefined): Json | undefined =>
  cause !== null && typeof cause === 'object' && !Array.isArray(cause)
    ? (cause as { readonly [key: string]: Json })['kind']
    : undefined;

/** Brier 1950. */
function brierOf(graded: readonly Graded[]): number | null {
  const squares = graded.flatMap(({ grade, score }) =>
    score === null ? [] : [(score - Number(grade === 'right')) ** 2],
  );
  return squares.length === 0 ? null : squares.reduce((sum, each) => sum + each, 0) / squares.length;
}
