/** A card that uses every part a card can have, for the tests of every platform's renderer. */
import type { Card, CardAction, Line } from '../../src/core/card.ts';
import { taint } from '../../src/core/tainted.ts';

export type Saying = {
  /** What every field says that outside text can reach. */
  readonly said: string;
  /** What every field of our own says. */
  readonly own: string;
  readonly href?: string;
  /** What the buttons carry. */
  readonly value?: string;
  readonly kind?: Card['kind'];
};

export function cardSaying({ said, own, href = 'https://ours.test/', value = own, kind = 'proposal' }: Saying): Card {
  const line: Line = [
    own,
    taint(said),
    { strong: own },
    { code: taint(said) },
    { person: own, name: own, notify: true },
    { label: own, href },
  ];
  const button = (id: CardAction['id'], style: CardAction['style']): CardAction => ({
    id,
    label: own,
    value,
    style,
    confirm: { title: own, text: own, accept: own, dismiss: own },
  });
  return {
    kind,
    fallback: own,
    title: line,
    lead: line,
    facts: [{ label: own, value: line }],
    tasks: { title: own, items: [{ id: own, title: line, state: 'error', output: line }] },
    table: { caption: own, columns: [own, own], rows: [[line, line]] },
    chart: {
      title: said,
      unit: said,
      series: [
        {
          name: said,
          points: [
            [0, 1],
            [60_000, 2],
          ],
        },
      ],
      marks: [{ atMs: 0, label: said, kind: 'onset' }],
    },
    code: [
      { label: own, language: 'text', text: taint(said) },
      { label: own, language: 'text', text: own },
    ],
    details: { summary: own, open: true, lines: [line], code: [{ label: own, language: 'json', text: taint(said) }] },
    actions: [button('approve-plan', 'primary'), button('reject-plan', 'danger')],
    foot: line,
  };
}
