/**
 * Requests with a deadline each, and Datadog's rate limits respected per bucket: a short reset is waited for, a long one
 * is not tried again until it is over. https://docs.datadoghq.com/api/latest/rate-limits/
 */
import { setTimeout as delay } from 'node:timers/promises';
import { requestSignal } from '../reading/failure.ts';

type Sent = { readonly url: URL; readonly body: string | null };
type Answered = { readonly status: number; readonly headers: Headers; readonly text: string };
type HeaderValues = { readonly [name: string]: string };
export type Send = (request: Sent, signal: AbortSignal) => Promise<Pick<Answered, 'status' | 'text'>>;

const waitMsMax = 4_000;
const charactersMax = 20_000_000;

export function createTransport(headers: HeaderValues): Send {
  // The moment a bucket opens again, on the process's own timer.
  const opensAtMs = new Map<string, number>();
  const waitMs = (bucket: string): number => (opensAtMs.get(bucket) ?? 0) - performance.now();
  const attempt = async (request: Sent, bucket: string, signal: AbortSignal): Promise<Answered> => {
    const answer = await exchange(request, headers, signal);
    const reset = resetMs(answer);
    if (reset === null) opensAtMs.delete(bucket);
    else opensAtMs.set(bucket, performance.now() + reset);
    return answer;
  };
  return async (request, signal) => {
    const bucket = bucketOf(request);
    if (waitMs(bucket) > waitMsMax) return { status: 429, text: '' };
    if (waitMs(bucket) > 0) await delay(waitMs(bucket), undefined, { signal });
    const answer = await attempt(request, bucket, signal);
    if (answer.status !== 429 || waitMs(bucket) > waitMsMax) return answer;
    await delay(Math.max(waitMs(bucket), 250), undefined, { signal });
    return attempt(request, bucket, signal);
  };
}

const bucketOf = ({ url, body }: Sent): string =>
  `${body === null ? 'GET' : 'POST'} ${url.pathname.replace(/\/\d+$/, '/id')}`;

async function exchange({ url, body }: Sent, headers: HeaderValues, signal: AbortSignal): Promise<Answered> {
  const response = await fetch(url, {
    headers: body === null ? headers : { ...headers, 'content-type': 'application/json' },
    signal: requestSignal(signal),
    redirect: 'error',
    ...(body === null ? {} : { method: 'POST', body }),
  });
  return { status: response.status, headers: response.headers, text: await readText(response) };
}

/** Answers are a few megabytes at most: more is refused before it fills the memory. */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > charactersMax) throw new SyntaxError(`the answer is larger than ${charactersMax} characters`);
  }
  return text;
}

/** Milliseconds until the bucket opens, when this answer exhausted it. */
function resetMs({ status, headers }: Answered): number | null {
  const exhausted = status === 429 || headers.get('x-ratelimit-remaining') === '0';
  const seconds = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  return exhausted && Number.isFinite(seconds) ? seconds * 1_000 : null;
}
