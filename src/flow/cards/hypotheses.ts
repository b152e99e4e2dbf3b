import type { Card } from '../../core/card.ts';
import type { Hypothesis } from '../../core/hypothesis.ts';
import { causeWords, evidenceSpans, verdictLabels } from './words.ts';

/** The ranked causes, in the thread. What fails the bar is said, not hidden. */
export function hypothesesCard(hypotheses: readonly Hypothesis[], missed: string | null, dropped: number): Card {
  const first = hypotheses[0];
  const lead = first && first.word !== 'Inconclusive' && first.word !== 'RuledOut';
  return {
    kind: 'hypotheses',
    fallback: lead ? `Ranked causes: ${causeWords(first)} leads` : 'Ranked causes: none clears the bar',
    title: lead ? ['Ranked causes'] : ['No cause clears the bar yet'],
    ...(first ? { lead: [first.mechanism] } : {}),
    table: {
      caption: 'Hypotheses by score',
      columns: ['Hypothesis', 'Verdict', 'For', 'Against'],
      rows: hypotheses.map((each) => [
        [{ strong: each.id }, ` ${causeWords(each)}`],
        [verdictLabels[each.word]],
        each.supports.length > 0 ? evidenceSpans(each.supports.slice(0, 5).map(({ evidence }) => evidence)) : ['none'],
        each.refutes.length > 0 ? evidenceSpans(each.refutes.slice(0, 5).map(({ evidence }) => evidence)) : ['none'],
      ]),
    },
    foot: [
      ...(first ? ['Wrong if: ', first.wrongIf] : []),
      ...(missed ? [` · Not higher because ${missed}`] : []),
      ...(dropped > 0 ? [` · ${dropped} unsupported statements dropped`] : []),
    ],
  };
}
