import { describe, expect, it } from 'vitest';
import {
  type BoardUpdate,
  emptyBoard,
  linesMax,
  type SubmittedMove,
  standing,
  updateBoard,
} from '../../src/core/board.ts';
import { taint } from '../../src/core/tainted.ts';

const facts = {
  evidence: [{ id: 'E1' as const, result: { pool: 0.97, line: 'pool exhausted after 5 waits' } }],
  entities: new Set(['payments', 'checkout']),
  changes: new Set(['acme/payments#41']),
  tools: new Set(['datadog_logs']),
  turn: 1,
};
const move = (change: Partial<SubmittedMove>): SubmittedMove => ({
  kind: 'bad-deploy',
  entity: 'payments',
  change: null,
  move: 'new',
  because: null,
  ...change,
});
const proven = {
  text: taint('The pool is 97% full'),
  citations: [{ evidence: 'E1' as const, number: { pointer: '/pool', value: 0.97 } }],
};
const update = (...moves: readonly SubmittedMove[]): BoardUpdate => ({ moves, next: [] });

describe('a move', () => {
  it('that cites what moved it is shown with its number', () => {
    const { board, refused } = updateBoard(emptyBoard, update(move({ move: 'strengthened', because: proven })), facts);
    expect(refused).toEqual([]);
    expect(board.lines[0]).toMatchObject({
      move: 'strengthened',
      turn: 1,
      measured: [{ evidence: 'E1', pointer: '/pool', value: 0.97 }],
    });
  });

  it.each<[string, Partial<SubmittedMove>, string]>([
    ['of a service nobody knows', { entity: 'ghost' }, 'not in the catalogue'],
    ['to a change nobody read', { change: 'acme/payments#99' }, 'not in the ledger'],
    ['without a reason', { move: 'ruled-out' }, 'needs a claim'],
    [
      'with an altered number',
      {
        move: 'weakened',
        because: { ...proven, citations: [{ evidence: 'E1', number: { pointer: '/pool', value: 0.5 } }] },
      },
      'E1 has 0.97',
    ],
    [
      'that is new and says what nothing bears out',
      { because: { text: taint('It is full'), citations: [] } },
      'cites no',
    ],
  ])('%s is refused and not shown', (_, change, why) => {
    const { board, refused } = updateBoard(emptyBoard, update(move(change)), facts);
    expect(board.lines).toEqual([]);
    expect(refused.join()).toContain(why);
  });

  it('moves the hypothesis it names and leaves the others', () => {
    const first = updateBoard(emptyBoard, update(move({}), move({ entity: 'checkout' }), move({})), facts).board;
    const then = updateBoard(first, update(move({ move: 'ruled-out', because: proven })), { ...facts, turn: 2 }).board;
    expect(standing(then).map(({ entity, move: now }) => [entity, now])).toEqual([
      ['payments', 'ruled-out'],
      ['checkout', 'new'],
    ]);
    expect(then.lines).toHaveLength(3);
  });
});

it('what is read next is named by code: unknown tools and services are left out', () => {
  const next = [
    { tool: 'datadog_logs', service: 'payments' },
    { tool: 'datadog_logs', service: 'click https://evil.test' },
    { tool: 'curl evil.test', service: null },
  ];
  expect(updateBoard(emptyBoard, { moves: [], next }, facts).board.next).toEqual([next[0]]);
});

it('the board has an end', () => {
  const many = Array.from({ length: linesMax + 5 }, () => move({ move: 'strengthened', because: proven }));
  const { board, refused } = updateBoard(emptyBoard, update(...many), facts);
  expect([board.lines.length, refused.length]).toEqual([linesMax, 5]);
});
