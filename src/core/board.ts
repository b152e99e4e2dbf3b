/**
 * The hypothesis board of a running investigation: what the model weighs and what moved it, as far as the ledger bears
 * it out. Nothing here decides a verdict.
 */
import { checkClaims } from './citation.ts';
import type { Evidence, EvidenceId } from './evidence.ts';
import type { Claim } from './findings.ts';
import type { CauseKind } from './hypothesis.ts';

export const boardMoves = ['new', 'strengthened', 'weakened', 'ruled-out'] as const;
export type BoardMove = (typeof boardMoves)[number];

/** One move as submitted. Only `new` may come without a claim. */
export type SubmittedMove = {
  readonly kind: CauseKind;
  readonly entity: string;
  /** `ChangeEvent.id`, or null. */
  readonly change: string | null;
  readonly move: BoardMove;
  readonly because: Claim | null;
};

/** What is read next, in names that code knows: no prose. */
export type PlannedRead = { readonly tool: string; readonly service: string | null };

export type BoardUpdate = { readonly moves: readonly SubmittedMove[]; readonly next: readonly PlannedRead[] };

/** A number behind a move, with the query it came from. */
export type Measured = { readonly evidence: EvidenceId; readonly pointer: string; readonly value: number };

export type BoardLine = SubmittedMove & {
  /** The model's turn, from 1. */
  readonly turn: number;
  readonly measured: readonly Measured[];
};

/** Every move in its order, and what is read next. */
export type Board = { readonly lines: readonly BoardLine[]; readonly next: readonly PlannedRead[] };

export const emptyBoard: Board = { lines: [], next: [] };

export type BoardFacts = {
  readonly evidence: readonly Pick<Evidence, 'id' | 'result'>[];
  readonly entities: ReadonlySet<string>;
  readonly changes: ReadonlySet<string>;
  readonly tools: ReadonlySet<string>;
  readonly turn: number;
};

/** The board after an update, and why parts of it were not taken. More lines than this tell nobody anything. */
export const linesMax = 60;

export function updateBoard(
  board: Board,
  { moves, next }: BoardUpdate,
  facts: BoardFacts,
): { readonly board: Board; readonly refused: readonly string[] } {
  const refused: string[] = [];
  const lines = [...board.lines];
  for (const submitted of moves) {
    const why = unknownName(submitted, facts) ?? unsupported(submitted, facts);
    if (why !== null) refused.push(`${submitted.move} ${submitted.entity.slice(0, 60)}: ${why}`);
    else if (lines.length >= linesMax) refused.push('the board is full');
    else if (submitted.move !== 'new' || !lines.some((line) => isSame(line, submitted))) {
      lines.push({ ...submitted, turn: facts.turn, measured: measuredBy(submitted.because) });
    }
  }
  const known = next.filter(
    ({ tool, service }) => facts.tools.has(tool) && (service === null || facts.entities.has(service)),
  );
  return { board: { lines, next: known.slice(0, 8) }, refused };
}

type Weighed = Pick<SubmittedMove, 'kind' | 'entity' | 'change'>;

export const isSame = (a: Weighed, b: Weighed): boolean =>
  a.kind === b.kind && a.entity === b.entity && a.change === b.change;

/** The newest line of every hypothesis, in the order they came up. */
export function standing({ lines }: Board): readonly BoardLine[] {
  const first = lines.filter((line, index) => lines.findIndex((other) => isSame(other, line)) === index);
  return first.map((line) => lines.findLast((other) => isSame(other, line)) ?? line);
}

function unknownName({ entity, change }: SubmittedMove, { entities, changes }: BoardFacts): string | null {
  if (!entities.has(entity)) return 'it is not in the catalogue';
  return change === null || changes.has(change) ? null : `the change ${change.slice(0, 60)} is not in the ledger`;
}

function unsupported({ move, because }: SubmittedMove, { evidence }: BoardFacts): string | null {
  if (because === null) return move === 'new' ? null : 'a move needs a claim that cites what moved it';
  return checkClaims([because], evidence).dropped[0]?.why ?? null;
}

const measuredBy = (because: Claim | null): readonly Measured[] =>
  (because?.citations ?? []).flatMap(({ evidence, number }) => (number ? [{ evidence, ...number }] : []));
