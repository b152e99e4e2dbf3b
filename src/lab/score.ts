import type { Ranking } from '../rootcause/ranking.ts';
import type { Truth } from './world.ts';

/** What an investigation ended with: causes best first. `change` as in `Truth`. */
export type Answer = {
  readonly outcome: Ranking['outcome'];
  readonly causes: readonly { readonly entity: string; readonly kind: string; readonly change: string | null }[];
};

export type Score = {
  readonly right: boolean;
  readonly entityRight: boolean;
  readonly kindRight: boolean;
  /** Also true where the truth has no change. */
  readonly changeRight: boolean;
  /** A cause was named and it is not the truth. Worse than saying nothing. */
  readonly wrongCause: boolean;
};

/** Right: the first cause has the entity, the kind and the exact change of the truth; or rightly "nothing is wrong". */
export const scoreAnswer = (truth: Truth, answer: Answer): Score => {
  if (truth.kind === 'nothing-wrong') {
    const right = answer.outcome === 'nothing-wrong';
    return {
      right,
      entityRight: right,
      kindRight: right,
      changeRight: right,
      wrongCause: answer.outcome === 'ranked',
    };
  }
  const first = answer.outcome === 'ranked' ? answer.causes[0] : undefined;
  const entityRight = first !== undefined && first.entity === truth.entity;
  const kindRight = first !== undefined && first.kind === truth.kind;
  const changeRight = first !== undefined && (truth.change === null || first.change === truth.change);
  const right = entityRight && kindRight && changeRight;
  return { right, entityRight, kindRight, changeRight, wrongCause: first !== undefined && !right };
};
