/**
 * HTTP as every vendor without a client of its own is asked: a deadline for each request, a bound on requests at once, a
 * bound on the size of an answer, and the vendor's rate limits respected for each bucket: a short reset is waited for, a
 * long one is not asked again until it is over. What broke on the way is tried once more.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { countCost } from '../../src/tool-cost.ts';
import { connectionRefusal, requestSignal, requestTimeoutMs } from './failure.ts';
import { HttpError } from './http-error.ts';
import { createLimiter } from './limiter.ts';
import { pinnedFetch } from './pinned-fetch.ts';
import { resetMsOf } from './rate-limit.ts';

export type Sent = {
  readonly url: URL;
  /** Sent as a POST. */
  readonly body?: string;
  /** Only to find out that it is refused. */
  readonly method?: 'DELETE' | 'PUT';
};
export type Received = { readonly status: number; readonly headers: Headers; readonly text: string };
type HeaderValues = { readonly [name: string]: string };

export type TransportOptions = {
  /** Read before every request: a token may change. */
  readonly headers: () => Promise<HeaderValues>;
  readonly concurrencyMax: number;
  /** Requests that share one rate limit. */
  readonly bucketOf: (sent: Sent) => string;
  /** The share of each rate limit, 0 to 1, that is left for people; where the vendor says how much remains. */
  readonly leftForPeople?: number;
  /** PEM, read before every request: an HTTPS address is then trusted by this authority alone. */
  readonly certificateAuthority?: () => Promise<string>;
};

export type Transport = {
  /** The parts of a JSON answer named by `schema`. Rejects as `httpRefusal` reads it. */
  ask<Schema extends z.ZodType>(sent: Sent, schema: Schema, signal: AbortSignal): Promise<z.output<Schema>>;
  /** Any answer, error statuses too, after the retries. */
  send(sent: Sent, signal: AbortSignal): Promise<Received>;
};

const waitMsMax = 4_000;
const charactersMax = 20_000_000;
const brokenOnTheWay = new Set([502, 503, 504]);

export function createTransport(options: TransportOptions): Transport {
  const { concurrencyMax, bucketOf } = options;
  const limit = createLimiter(concurrencyMax);
  // The moment a bucket opens again, on the process's own timer.
  const opensAtMs = new Map<string, number>();
  const waitMs = (bucket: string): number => (opensAtMs.get(bucket) ?? 0) - performance.now();
  const attempt = async (sent: Sent, signal: AbortSignal): Promise<Received> => {
    const bucket = bucketOf(sent);
    if (waitMs(bucket) > waitMsMax) return { status: 429, headers: new Headers(), text: '' };
    if (waitMs(bucket) > 0) await delay(waitMs(bucket), undefined, { signal });
    const answer = await limit(async () => exchange(sent, options, signal));
    const reset = resetMsOf(answer, options.leftForPeople);
    if (reset === null) opensAtMs.delete(bucket);
    else opensAtMs.set(bucket, performance.now() + reset);
    return answer;
  };
  const send = async (sent: Sent, signal: AbortSignal): Promise<Received> => {
    const first = await attempt(sent, signal).catch((error: unknown) => broken(error, signal));
    if (first !== null && first.status !== 429 && !brokenOnTheWay.has(first.status)) return first;
    if (first?.status === 429 && waitMs(bucketOf(sent)) > waitMsMax) return first;
    await delay(250, undefined, { signal });
    return attempt(sent, signal);
  };
  return {
    send,
    ask: async (sent, schema, signal) => {
      const answer = await send(sent, signal);
      if (answer.status < 200 || answer.status > 299) throw new HttpError(answer.status, answer.text);
      return schema.parse(JSON.parse(answer.text));
    },
  };
}

/** Null for a connection that may come back; anything else, a deadline among it, is thrown on. */
function broken(error: unknown, signal: AbortSignal): null {
  if (connectionRefusal(error, signal)?.kind !== 'unreachable') throw error;
  return null;
}

async function exchange(sent: Sent, options: TransportOptions, signal: AbortSignal): Promise<Received> {
  const headers = await options.headers();
  const trusted = (await options.certificateAuthority?.()) ?? null;
  countCost({ requests: 1 });
  const response = await dispatch(sent, { headers, trusted, signal: requestSignal(signal, requestTimeoutMs) });
  const text = await readText(response);
  countCost({ charactersRead: text.length });
  return { status: response.status, headers: response.headers, text };
}

type Dispatch = { readonly headers: HeaderValues; readonly trusted: string | null; readonly signal: AbortSignal };

function dispatch({ url, body, ...sent }: Sent, { headers: given, trusted, signal }: Dispatch): Promise<Response> {
  const method = sent.method ?? (body === undefined ? 'GET' : 'POST');
  const headers = body === undefined ? given : { ...given, 'content-type': 'application/json' };
  if (trusted !== null && url.protocol === 'https:') {
    return pinnedFetch(url, { method, headers, body: body ?? null, certificateAuthority: trusted, signal });
  }
  return fetch(url, { method, headers, signal, redirect: 'error', ...(body === undefined ? {} : { body }) });
}

/** Answers are a few megabytes at most: more is refused before it fills the memory. */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > charactersMax) throw new SyntaxError(`the answer is larger than ${charactersMax} characters`);
  }
  return text + decoder.decode();
}
