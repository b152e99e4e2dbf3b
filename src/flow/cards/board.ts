import { amount } from '../../core/amount.ts';
import { type Board, type BoardLine, type BoardMove, type PlannedRead, standing } from '../../core/board.ts';
import type { Card, Line, Span } from '../../core/card.ts';
import type { Evidence, EvidenceId } from '../../core/evidence.ts';
import { evidenceSpans, kindWords } from './words.ts';

const moveWords: { readonly [Move in BoardMove]: string } = {
  new: 'New',
  strengthened: 'Strengthened',
  weakened: 'Weakened',
  'ruled-out': 'Ruled out',
};

type Asked = readonly Pick<Evidence, 'id' | 'tool' | 'query'>[];

/** What the model weighs while it reads: where every hypothesis stands, what moved it, and what is read next. */
export function boardCard(board: Board, evidence: Asked): Card {
  const lines = standing(board);
  return {
    kind: 'hypotheses',
    fallback: `Working hypotheses: ${lines.length} weighed, no verdict yet`,
    title: ['Working hypotheses'],
    table: {
      caption: 'What the model weighs, each move checked against the evidence',
      columns: ['Hypothesis', 'Now', 'Because'],
      rows: lines.map((line) => [[{ strong: causeOf(line) }], [moveWords[line.move]], reasonOf(line)]),
    },
    ...(board.lines.some(({ because }) => because) ? { details: history(board, evidence) } : {}),
    foot: [...nextLine(board.next), 'No verdict yet: code sets it when the reading ends'],
  };
}

const causeOf = ({ kind, entity, change }: BoardLine): string =>
  `${kindWords[kind]} on ${entity}${change === null ? '' : `, ${change}`}`;

function reasonOf({ because }: BoardLine): Line {
  return because ? [because.text, ' ', ...evidenceSpans(citedBy(because))] : ['Not read yet'];
}

const citedBy = (because: NonNullable<BoardLine['because']>): readonly EvidenceId[] => [
  ...new Set(because.citations.map(({ evidence }) => evidence)),
];

/** Every move with the numbers behind it and the query they came from. */
function history({ lines }: Board, evidence: Asked): NonNullable<Card['details']> {
  const moved = lines.filter(({ because }) => because !== null);
  return {
    summary: 'What moved them',
    open: false,
    lines: moved.map(
      (line): Line => [
        `Turn ${line.turn}: ${causeOf(line)} `,
        { strong: moveWords[line.move].toLowerCase() },
        ': ',
        ...reasonOf(line),
        ...measured(line),
        ...queries(line, evidence),
      ],
    ),
    code: [],
  };
}

const measured = ({ measured: numbers }: BoardLine): readonly Span[] =>
  numbers.length === 0 ? [] : [` (${numbers.map(({ value }) => amount(value)).join(', ')})`];

function queries({ because }: BoardLine, evidence: Asked): readonly Span[] {
  const ids = because ? citedBy(because) : [];
  const asked = evidence.filter(({ id }) => ids.includes(id));
  return asked.flatMap(({ tool, query }): readonly Span[] => [` · ${tool} `, { code: query.slice(0, 160) }]);
}

function nextLine(next: readonly PlannedRead[]): Line {
  if (next.length === 0) return [];
  const reads = next.map(({ tool, service }) => (service === null ? tool : `${tool} for ${service}`));
  return [`Next: ${reads.join(', ')} · `];
}
