import type { Intervention } from '../world.ts';
import type { Call } from './call.ts';
import type { Hub } from './hub.ts';
import type { Journal } from './journal.ts';
import { noticePush } from './push.ts';
import { notFound, type Reply, refusal } from './reply.ts';
import { routes } from './routes.ts';

const repositoryPath = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/;

const decoded = (captured: readonly string[]): readonly string[] | null => {
  try {
    return captured.map(decodeURIComponent);
  } catch {
    return null;
  }
};

async function answer(hub: Hub, call: Call): Promise<Reply> {
  const [, name = '', rest = ''] = repositoryPath.exec(call.path) ?? [];
  const repository = hub.repositories.get(name);
  if (repository === undefined) return notFound();
  for (const { method, pattern, handle } of routes) {
    const match = method === call.method ? pattern.exec(rest) : null;
    if (match === null) continue;
    const parameters = decoded(match.slice(1));
    if (parameters === null) return refusal(400, 'Bad Request');
    const reply = await handle({ hub, repository, call, parameters });
    if (call.method !== 'GET' && reply.status < 300) await noticePush(hub, repository, call.nowMs);
    return reply;
  }
  return notFound();
}

export type Performer = {
  /** Reads answer at once; writes go one at a time and are on disk before they are answered. */
  perform(call: Call): Promise<Reply>;
  /** Repeats the journal's writes and tells the world again what people did. */
  replay(): Promise<void>;
};

export function performerOf(
  hub: Hub,
  journal: Journal,
  onIntervention: (intervention: Intervention) => void,
): Performer {
  let last: Promise<unknown> = Promise.resolve();
  const raise = (): void => {
    for (const intervention of hub.raised.splice(0)) onIntervention(intervention);
  };
  const write = async (call: Call): Promise<Reply> => {
    const reply = await answer(hub, call);
    if (reply.status >= 300) return reply;
    const { nowMs: atMs, method, path, body, actor, person } = call;
    await journal.append({ atMs, method, path, body, actor, person });
    raise();
    return reply;
  };
  return {
    perform: (call) => {
      if (call.method === 'GET') return answer(hub, call);
      const turn = last.then(() => write(call));
      last = turn.catch(() => null);
      return turn;
    },
    replay: async () => {
      for (const { atMs, ...entry } of journal.entries) {
        const reply = await answer(hub, { ...entry, nowMs: atMs, query: new URLSearchParams(), accept: '' });
        if (reply.status >= 300)
          throw new Error(`lab GitHub: ${entry.method} ${entry.path} could not be replayed: ${reply.body}`);
        raise();
      }
    },
  };
}
