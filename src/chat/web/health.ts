/** For machines: no person, no host rule, nothing secret. */
import type { WebOptions } from './options.ts';
import { jsonReply, type Reply, textReply } from './reply.ts';

/** The answer for `/healthz` and `/readyz`, or null for any other path. */
export async function answerProbe(options: WebOptions, path: string): Promise<Reply | null> {
  if (path === '/healthz') return textReply('ok\n');
  if (path !== '/readyz') return null;
  const problems = options.ready ? await options.ready() : await storeProblems(options);
  return jsonReply({ ready: problems.length === 0, problems: [...problems] }, problems.length === 0 ? 200 : 503);
}

async function storeProblems({ store, log }: WebOptions): Promise<readonly string[]> {
  try {
    await store.stopped();
    return [];
  } catch (error) {
    log.error({ error }, 'the store does not answer');
    return ['the store does not answer'];
  }
}
