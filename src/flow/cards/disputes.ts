import type { Card, Line } from '../../core/card.ts';
import { type Contradiction, contradictionWords } from '../../core/contradiction.ts';
import type { Evidence } from '../../core/evidence.ts';

const disputesMax = 8;

/** The causes card with the words that the record of graded verdicts took back, and why. */
export function withRecord(card: Card, lowered: readonly string[]): Card {
  if (lowered.length === 0) return card;
  const { details } = card;
  const lines = [...(details?.lines ?? []), ...lowered.map((each): Line => [each])];
  return { ...card, details: { summary: details?.summary ?? 'Lowered by my record', open: true, lines, code: [] } };
}

/** The causes card with what sources disagree about: both items, both numbers, the time they are of. */
export function withDisputes(card: Card, contradictions: readonly Contradiction[]): Card {
  if (contradictions.length === 0) return card;
  const hidden = contradictions.length - disputesMax;
  const lines = contradictions.slice(0, disputesMax).map(disputeLine);
  return {
    ...card,
    details: {
      summary: `Sources disagree: ${contradictions.length}`,
      open: true,
      lines: [...lines, ...(hidden > 0 ? [[`${hidden} more on the incident page`]] : []), [disputeEffect]],
      code: [],
    },
  };
}

export const disputeEffect = 'A cause that rests on one side is not called Confirmed until this is settled.';

const disputeLine = (dispute: Contradiction): Line => {
  const { fromMs, toMs } = dispute.window;
  return [contradictionWords(dispute), ', ', { atMs: fromMs }, ' to ', { atMs: toMs }];
};

/** Once per look, when something read like an instruction: where, and that it was not obeyed. Null when nothing did. */
export function quarantineCard(evidence: readonly Pick<Evidence, 'id' | 'suspect'>[]): Card | null {
  const suspects = evidence.filter(({ suspect = 0 }) => suspect > 0);
  const count = suspects.reduce((sum, { suspect = 0 }) => sum + suspect, 0);
  if (count === 0) return null;
  const what = `${count} ${count === 1 ? 'text' : 'texts'} looked like instructions; treated as data`;
  const items = suspects.flatMap(({ id, suspect = 0 }): Line => [{ evidence: id }, ` (${suspect}) `]);
  return {
    kind: 'notice',
    fallback: what,
    lead: [{ strong: what }, ': ', ...items],
    foot: ['Such text alone supports no cause and no action. Nothing was done because of it'],
  };
}
