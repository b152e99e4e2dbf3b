/** How right an answer is. The grades are those that people give to a verdict (`core/calibration.ts`), and one more. */
import type { Grade } from '../../src/core/calibration.ts';
import type { VerdictWord } from '../../src/core/hypothesis.ts';
import type { Truth } from '../recording/truth.ts';

export type Named = { readonly entity: string; readonly kind: string; readonly change: string | null };

/** What the product ended with, as people saw it. */
export type Said = {
  readonly word: VerdictWord;
  readonly score: number | null;
  /** Null where it named nothing. */
  readonly lead: Named | null;
  /** Who reasoned, in the product's own words. */
  readonly label: string;
};

export type Answerable = Pick<Truth, 'kind' | 'entity' | 'change' | 'alternates'>;
export type Score = {
  readonly grade: Grade | 'abstained';
  /** It said Likely or Confirmed. */
  readonly committed: boolean;
  /** It said Confirmed and is not right. */
  readonly confidentlyWrong: boolean;
  /** It said that nothing is wrong, and something was. */
  readonly missed: boolean;
};

type Neighbours = (one: string, other: string) => boolean;

const silent: readonly VerdictWord[] = ['Inconclusive', 'RuledOut'];

export function gradeCase(truth: Answerable, said: Said, neighbours: Neighbours): Score {
  const grade = gradeOf(truth, said, neighbours);
  const committed = said.word === 'Likely' || said.word === 'Confirmed';
  return {
    grade,
    committed,
    confidentlyWrong: said.word === 'Confirmed' && grade !== 'right',
    missed: said.word === 'NothingWrong' && grade !== 'right',
  };
}

function gradeOf(truth: Answerable, { word, lead }: Said, neighbours: Neighbours): Score['grade'] {
  const answers = [truth, ...truth.alternates];
  if (word === 'NothingWrong') return answers.some(({ kind }) => kind === 'nothing-wrong') ? 'right' : 'wrong';
  const abstains = lead === null || silent.includes(word);
  if (truth.kind === 'cannot-tell') return abstains ? 'right' : hedged(word);
  if (abstains) return 'abstained';
  const closeness = answers.map((answer) => closenessOf(answer, lead, neighbours));
  return (['right', 'one-hop-short', 'right-area'] as const).find((grade) => closeness.includes(grade)) ?? 'wrong';
}

/** Where nobody can tell, a cause named as merely possible is half the truth. */
const hedged = (word: VerdictWord): Grade => (word === 'Possible' ? 'right-area' : 'wrong');

/** One hop short: the right service with another kind or change. Right area: a service that calls it or that it calls. */
function closenessOf(
  { entity, kind, change }: Answerable | Truth['alternates'][number],
  lead: Named,
  near: Neighbours,
): Grade {
  if (entity === null) return 'wrong';
  if (lead.entity !== entity) return near(lead.entity, entity) ? 'right-area' : 'wrong';
  return lead.kind === kind && (change === null || lead.change === change) ? 'right' : 'one-hop-short';
}
