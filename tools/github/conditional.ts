/**
 * Conditional requests: an answer with an ETag is kept and asked for with If-None-Match; "304 Not Modified" does not
 * count against the rate limit. https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
import type { Octokit } from '@octokit/rest';
import { httpStatus } from './refusal.ts';

type Response = Awaited<ReturnType<Octokit['request']>>;
type Kept = { readonly tag: string; readonly response: Response; readonly characters: number };

const answersMax = 300;
const charactersMax = 20_000_000;

export function keepAnswers(client: Pick<Octokit, 'hook' | 'request'>): void {
  const kept = new Map<string, Kept>();
  client.hook.wrap('request', async (request, options) => {
    if (options.method !== 'GET') return request(options);
    const { url } = client.request.endpoint(options);
    const known = kept.get(url);
    // Every hook is handed the same options object, so a copy with another header would be ignored.
    if (known !== undefined) options.headers['if-none-match'] = known.tag;
    try {
      const response = await request(options);
      keep(kept, url, response);
      return response;
    } catch (error) {
      if (known !== undefined && httpStatus(error) === 304) return known.response;
      throw error;
    }
  });
}

/** Those asked longest ago go first: a Map remembers the order of insertion. */
function keep(kept: Map<string, Kept>, url: string, response: Response): void {
  const { etag: tag, 'content-length': length = 0 } = response.headers;
  if (tag === undefined) return;
  kept.delete(url);
  kept.set(url, { tag, response, characters: Number(length) });
  let characters = [...kept.values()].reduce((sum, one) => sum + one.characters, 0);
  for (const [oldest, { characters: freed }] of kept) {
    if (kept.size <= answersMax && characters <= charactersMax) return;
    kept.delete(oldest);
    characters -= freed;
  }
}
