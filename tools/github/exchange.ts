/** What every request to GitHub has in common: a bound on the answer's size, and its cost counted. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Octokit } from '@octokit/rest';
import { countCost } from '../../src/tool-cost.ts';
import { requestTimeoutMs } from '../reading/failure.ts';

/** A tree of 100,000 entries, GitHub's own limit, is about this large. */
const charactersMax = 30_000_000;

/** `fetch` that reads the whole answer within a bound and counts it. `content-length` then is in characters. */
export const boundedFetch: typeof fetch = async (resource, options) => {
  countCost({ requests: 1 });
  // What the sign-in asks for by itself brings no signal.
  const response = await fetch(resource, {
    ...options,
    signal: options?.signal ?? AbortSignal.timeout(requestTimeoutMs),
  });
  const text = await readText(response);
  countCost({ charactersRead: text.length });
  const headers = new Headers(response.headers);
  headers.delete('content-encoding');
  headers.set('content-length', String(text.length));
  const { status, statusText } = response;
  const isEmpty = status === 204 || status === 205 || status === 304;
  return new Response(isEmpty ? null : text, { status, statusText, headers });
};

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > charactersMax) {
      throw new SyntaxError(`the answer is larger than ${charactersMax} characters`);
    }
  }
  return text + decoder.decode();
}

/**
 * The throttling plugin starts a waiting request from whichever call ended before it: without this, its cost would be
 * counted there. And a call that is stopped ends at once, also while its request waits for its turn, for a token or to
 * be repeated. Register last, so that it runs in the caller.
 */
export function runInCaller(client: Pick<Octokit, 'hook'>): void {
  client.hook.wrap('request', (request, options) => {
    options.request.fetch = AsyncLocalStorage.bind(boundedFetch);
    const signal: unknown = options.request['signal'];
    return signal instanceof AbortSignal ? orAborted(request(options), signal) : request(options);
  });
}

function orAborted<Value>(work: Value | Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  Promise.resolve(work)
    .then(resolve, reject)
    .finally(() => signal.removeEventListener('abort', abort));
  return promise;
}
