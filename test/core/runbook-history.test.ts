/** Goal: a runbook says when it last worked here, and an old one counts for more risk, never for less. */
import { expect, it } from 'vitest';
import { type RunbookEnd, riskWithAge, runbookAge } from '../../src/core/runbook-history.ts';

const dayMs = 86_400_000;
const nowMs = 1_795_000_000_000;
const end = (state: RunbookEnd['state'], daysAgo: number, runbook = 'scale-out'): RunbookEnd => ({
  runbook,
  state,
  atMs: nowMs - daysAgo * dayMs,
});

it.each<[readonly RunbookEnd[], string, boolean]>([
  [[], 'never run here', false],
  [[end('done', 0.5)], 'last worked today', false],
  [[end('done', 1)], 'last worked 1 day ago', false],
  [[end('done', 12)], 'last worked 12 days ago', false],
  [[end('done', 90)], 'last worked 90 days ago', false],
  [[end('done', 91)], 'last worked 91 days ago, stale after 90 days', true],
  [[end('failed', 40), end('done', 12)], 'last worked 12 days ago', false],
  [[end('done', 12), end('failed', 2)], 'last run failed 2 days ago, last worked 12 days ago', false],
  [
    [end('done', 200), end('failed', 2)],
    'last run failed 2 days ago, last worked 200 days ago, stale after 90 days',
    true,
  ],
  [[end('failed', 300)], 'last run failed 300 days ago, never worked here', false],
  [[end('done', 3, 'scale-service')], 'never run here', false],
])('after %j it says so', (ends, says, stale) => {
  expect(runbookAge({ name: 'scale-out' }, ends, nowMs)).toEqual({ says, stale });
});

it('says itself after how many days it is stale', () => {
  const runbook = { name: 'scale-out', staleAfterDays: 10 };
  expect(runbookAge(runbook, [end('done', 12)], nowMs).stale).toBe(true);
});

it.each([1, 2, 3] as const)('risk %i is raised by one when stale, and kept otherwise', (risk) => {
  expect(riskWithAge(risk, { says: '', stale: true })).toBe(Math.min(3, risk + 1));
  expect(riskWithAge(risk, { says: '', stale: false })).toBe(risk);
});
