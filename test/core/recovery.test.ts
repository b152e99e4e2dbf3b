import { describe, expect, it } from 'vitest';
import { judgeRecovery, type RecoveryQuestion } from '../../src/core/recovery.ts';

const minute = 60_000;
const series = (...values: number[]) => values.map((value, index) => [index * minute, value] as const);
const question: RecoveryQuestion = {
  points: series(900, 900, 900, 300, 300, 300),
  comparator: '>',
  threshold: 800,
  actedAtMs: 2.5 * minute,
  nowMs: 5.5 * minute,
  calmMs: 2 * minute,
  patienceMs: 10 * minute,
};

describe('recovery', () => {
  it.each<[string, Partial<RecoveryQuestion>, string]>([
    ['calm since the action', {}, 'worked'],
    ['calm, below a lower bound that must be exceeded', { comparator: '<', threshold: 200 }, 'worked'],
    ['still violating', { points: series(900, 900, 900, 900, 900, 900) }, 'unclear'],
    [
      'still violating after patience',
      { points: series(900, 900, 900, 900, 900, 900), actedAtMs: -6 * minute },
      'did-not',
    ],
    ['calm only before the action', { actedAtMs: 5.4 * minute }, 'unclear'],
    ['one calm sample', { points: series(900, 900, 900, 900, 900, 300).slice(5) }, 'unclear'],
    ['a relapse in the calm window', { points: series(900, 900, 900, 300, 900, 300) }, 'unclear'],
    ['exactly on the threshold', { points: series(900, 900, 900, 800, 800, 800) }, 'worked'],
    ['no samples at all after patience', { points: [], actedAtMs: -60 * minute }, 'unclear'],
  ])('%s is told apart', (_, change, expected) => {
    expect(judgeRecovery({ ...question, ...change })).toBe(expected);
  });
});
