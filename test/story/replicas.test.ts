/**
 * Goal: replicas on one database share the work and survive each other's death. Method: processes of the product, one
 * lab, people who use whichever answers; the one that acts is killed right after its effect, before it hears of it, and
 * the one that takes over is killed while it watches.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../../src/lab/browser.ts';
import { playResponders } from '../../src/lab/responders.ts';
import { createChatLog } from '../../src/store/chat-log.ts';
import { createStore } from '../../src/store/store.ts';
import { postgresDatabases, postgresNeeded } from '../store/databases.ts';
import type { Relayed } from '../support/relay.ts';
import { type Replicas, startReplicas } from '../support/replicas.ts';
import { readLedger, violationsOf } from '../support/story-ledger.ts';

const databases = await postgresDatabases();
afterAll(() => databases.stop());

const isPull = ({ method, path, status }: Relayed): boolean =>
  method === 'POST' && path.endsWith('/pulls') && status === 201;

/** The simulated people, at whichever replica answers now. */
function play(replicas: Replicas, progress: (line: string) => void) {
  const { database, lab } = replicas;
  const store = createStore(database, lab.clock);
  const system = {
    chatLog: createChatLog(database),
    world: { store },
    get url() {
      return replicas.alive()[0]?.url ?? 'http://127.0.0.1:9';
    },
  };
  return playResponders({ lab, system, progress });
}

describe.skipIf(databases.absent)(`processes on one PostgreSQL ${postgresNeeded}`, () => {
  it('share the work, and survive the death of the one that acts and of the one that takes over', async () => {
    const databaseUrl = (await databases.create?.()) ?? '';
    const story = { fault: 'pool-exhaustion', seed: 1 };
    const killed: string[] = [];
    const replicas = await startReplicas({
      databaseUrl,
      ...story,
      answered: async (call) => {
        if (!isPull(call) || killed.length > 0) return;
        killed.push(await replicas.killRunnerOf('remediation'));
      },
    });
    try {
      await Promise.all(['a', 'b', 'c'].map(replicas.start));
      for (const { url } of replicas.alive()) await chatAt(url, replicas);
      const deaths: Promise<unknown>[] = [];
      const incident = await play(replicas, (line) => {
        if (line !== 'merged') return;
        deaths.push(replicas.killRunnerOf('remediation').then((id) => killed.push(id)));
      });
      await Promise.all(deaths);

      expect(incident.phase).toBe('closed');
      expect(new Set(killed).size).toBe(2);
      const ran = 'select distinct executor_id from dbos.workflow_status';
      expect((await replicas.database.pool.query(ran)).rows.length).toBeGreaterThan(1);
      expect(violationsOf(await readLedger({ ...story, home: replicas.home, databaseUrl }), true)).toEqual([]);
    } finally {
      await replicas.close();
    }
  }, 180_000);
});

async function chatAt(url: string, { lab }: Replicas): Promise<void> {
  const browser = await openBrowser(url, lab.alert.channel, 'dana');
  for (const text of ['I look at the pool', 'the load balancer is fine', 'so is the queue']) await browser.say(text);
}
