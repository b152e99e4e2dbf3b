/**
 * Conditional requests: an answer with an ETag is kept and asked for with If-None-Match; "304 Not Modified" does not
 * count against the rate limit. https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
import type { Octokit } from '@octokit/rest';
import { httpStatus } from './refusal.ts';

type Response = Awaited<ReturnType<Octokit['request']>>;

const keptMax = 300;

export function keepAnswers(client: Pick<Octokit, 'hook' | 'request'>): void {
  const kept = new Map<string, { readonly tag: string; readonly response: Response }>();
  client.hook.wrap('request', async (request, options) => {
    if (options.method !== 'GET') return request(options);
    const { url } = client.request.endpoint(options);
    const known = kept.get(url);
    // Every hook is handed the same options object, so a copy with another header would be ignored.
    if (known !== undefined) options.headers['if-none-match'] = known.tag;
    try {
      const response = await request(options);
      const tag = response.headers.etag;
      if (tag !== undefined) keep(kept, url, { tag, response });
      return response;
    } catch (error) {
      if (known !== undefined && httpStatus(error) === 304) return known.response;
      throw error;
    }
  });
}

/** The oldest goes first: a Map remembers the order of insertion. */
function keep<Value>(kept: Map<string, Value>, url: string, value: Value): void {
  kept.delete(url);
  kept.set(url, value);
  const oldest = kept.keys().next();
  if (kept.size > keptMax && oldest.done === false) kept.delete(oldest.value);
}
