/**
 * The same death on a PostgreSQL server; while it acts and while it watches: `replicas.test.ts`; every point twenty times
 * over: `npm run bench -- kill --store postgres --times 20`.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { postgresDatabases, postgresNeeded } from '../store/databases.ts';
import { killAndRestart } from '../support/story-kill.ts';

const databases = await postgresDatabases();
afterAll(() => databases.stop());

describe.skipIf(databases.absent)(`a story on PostgreSQL ${postgresNeeded}`, () => {
  it('killed right after the approval, it ends after a restart with one effect, one receipt and a whole audit log', async () => {
    const moment = { fault: 'pool-exhaustion', seed: 1, after: 'approved', delayMs: 0, databases };
    const { killed, violations } = await killAndRestart(moment);
    expect(killed).toBe(true);
    expect(violations).toEqual([]);
  }, 180_000);
});
