/** The same death on a PostgreSQL server; every point twenty times over is `npm run bench -- kill --store postgres --times 20`. */
import { afterAll, describe, expect, it } from 'vitest';
import { postgresDatabases, postgresNeeded } from '../store/databases.ts';
import { killAndRestart } from '../support/story-kill.ts';

const databases = await postgresDatabases();
afterAll(() => databases.stop());

describe.skipIf(databases.absent)(`a story on PostgreSQL ${postgresNeeded}`, () => {
  it.each([
    { when: 'right after the approval', after: 'approved', delayMs: 0 },
    { when: 'while it watches the recovery', after: 'merged', delayMs: 300 },
  ])(
    'killed $when, it ends after a restart with one effect, one receipt and a whole audit log',
    async ({ after, delayMs }) => {
      const { killed, violations } = await killAndRestart({
        fault: 'pool-exhaustion',
        seed: 1,
        after,
        delayMs,
        databases,
      });
      expect(killed).toBe(true);
      expect(violations).toEqual([]);
    },
    180_000,
  );
});
