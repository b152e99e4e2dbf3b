import { expect, test } from 'vitest';
import { killAndRestart } from '../support/story-kill.ts';

test.each([
  { when: 'during the first look', after: 'opened', delayMs: 1_000 },
  { when: 'right after the approval', after: 'approved', delayMs: 0 },
  { when: 'while it watches the recovery', after: 'merged', delayMs: 700 },
])(
  'killed $when, it ends after a restart with one pull request, one receipt and a whole audit log',
  async ({ after, delayMs }) => {
    const { killed, violations } = await killAndRestart({ fault: 'pool-exhaustion', seed: 1, after, delayMs });
    expect(killed).toBe(true);
    expect(violations).toEqual([]);
  },
  120_000,
);
