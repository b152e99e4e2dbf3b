/** One question to the Messages API, streamed, with our own bounded retries. Failures are classified by class, status and type. */
import { setTimeout as sleep } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import type { Message, MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { Logger } from 'pino';

export type Answer =
  | { readonly kind: 'answered'; readonly message: Message; readonly requestId: string | null; readonly tries: number }
  | { readonly kind: 'failed'; readonly why: string; readonly tries: number };

export type Ask = (body: MessageCreateParamsNonStreaming, signal: AbortSignal) => Promise<Answer>;

type Failure = { readonly retry: boolean; readonly why: string; readonly afterMs: number | null };

const triesMax = 4;
/** A vendor that asks for more patience than this is as good as absent during an incident. */
const waitMaxMs = 20_000;
/** One answer may not stream for longer. */
const answerMaxMs = 180_000;

export type AskOptions = {
  readonly client: Anthropic;
  readonly log: Logger;
  /** First wait; doubles each time. */
  readonly retryBaseMs: number;
};

export function createAsk({ client, log, retryBaseMs }: AskOptions): Ask {
  return async (body, signal) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await attempt(client, body, signal);
      if ('message' in answer) return { kind: 'answered', ...answer, tries };
      const waitMs = answer.afterMs ?? retryBaseMs * 2 ** (tries - 1);
      log.warn({ tries, waitMs, retry: answer.retry, why: answer.why }, 'model request failed');
      const patient = answer.retry && tries < triesMax && waitMs <= waitMaxMs;
      if (!patient || !(await waited(waitMs, signal))) return { kind: 'failed', why: reason(answer, signal), tries };
    }
  };
}

const reason = ({ why }: Failure, signal: AbortSignal): string =>
  signal.aborted ? 'the investigation was stopped' : why;

async function attempt(
  client: Anthropic,
  body: MessageCreateParamsNonStreaming,
  signal: AbortSignal,
): Promise<{ readonly message: Message; readonly requestId: string | null } | Failure> {
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerMaxMs)]);
    const stream = client.messages.stream(body, { signal: bounded });
    const message = await stream.finalMessage();
    if (message.stop_reason === null) return cut;
    return { message, requestId: stream.request_id ?? null };
  } catch (error) {
    return failureOf(error, body.model);
  }
}

const cut: Failure = { retry: true, why: 'the model connection broke off', afterMs: null };

function failureOf(error: unknown, model: string): Failure {
  if (error instanceof APIUserAbortError) return again('the model did not answer in time');
  // A stream that ends early, and a connection that breaks, have neither status nor type.
  if (!(error instanceof APIError) || (error.status === undefined && error.type === null)) return cut;
  // The SDK's class is generic over these; unbound, they are any.
  const status: unknown = error.status;
  const afterMs = retryAfterMs(error.headers);
  if (status === 429 || error.type === 'rate_limit_error') return again('the model rate limit is reached', afterMs);
  if (status === 529 || error.type === 'overloaded_error') return again('the model is overloaded', afterMs);
  if (isServerFault(status)) return again('the model service has an error', afterMs);
  return { retry: false, why: refusalOf(status, model), afterMs: null };
}

const again = (why: string, afterMs: number | null = null): Failure => ({ retry: true, why, afterMs });

/** No status: the error came inside a stream that had begun well. */
const isServerFault = (status: unknown): boolean =>
  status === undefined || status === 408 || (typeof status === 'number' && status >= 500);

function refusalOf(status: unknown, model: string): string {
  if (status === 401 || status === 403) return 'the model service does not accept ANTHROPIC_API_KEY';
  if (status === 402) return 'the model account has no credit';
  if (status === 404) return `the model service does not know ${model}; set CAUSEWAY_MODEL`;
  return `the model service refused the request (${String(status)})`;
}

/** `retry-after` in seconds (RFC 9110); its date form is not used by this vendor. */
function retryAfterMs(headers: Headers | undefined): number | null {
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}

const waited = (waitMs: number, signal: AbortSignal): Promise<boolean> =>
  sleep(waitMs, true, { signal }).catch(() => false);
