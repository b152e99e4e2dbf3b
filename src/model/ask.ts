/** One question to the Messages API, streamed, with our own bounded retries. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import type { Logger } from 'pino';
import { cut, type Failure, failureOf, noCredentials, noMessage, type Settings } from './failure.ts';
import type { Connect, ModelClient } from './model-client.ts';

/** What the loop reads of a message. */
export type ModelMessage = Pick<Message, 'content' | 'stop_reason' | 'usage'>;

export type Answer =
  | {
      readonly kind: 'answered';
      readonly message: ModelMessage;
      readonly requestId: string | null;
      readonly tries: number;
    }
  | { readonly kind: 'failed'; readonly why: string; readonly tries: number };

export type Limits = {
  readonly signal: AbortSignal;
  /** What the time budget leaves: who would have to wait longer is not waited for. */
  readonly leftMs: number;
};

export type Ask = (body: MessageCreateParamsNonStreaming, limits: Limits) => Promise<Answer>;

/** Of a request that an investigation gave up; every other reason is about "the model". */
export const stoppedWhy = 'the investigation was stopped';

/** A vendor that asks for more patience than this is as good as absent during an incident. */
const waitMaxMs = 20_000;
/** One answer may not stream for longer. */
const answerMaxMs = 180_000;

export type AskOptions = {
  readonly connect: Connect;
  readonly settings: Settings;
  readonly log: Logger;
  /** First wait; doubles each time. */
  readonly retryBaseMs: number;
  readonly triesMax: number;
  /** From 0 to 1, to spread waits, so that callers that failed together do not come back together. */
  readonly random: () => number;
  readonly nowMs: () => number;
  /** Makes the answer of a merely compatible server what the loop expects. */
  readonly adapt?: (message: ModelMessage) => ModelMessage;
};

export function createAsk(options: AskOptions): Ask {
  const { log, triesMax, nowMs } = options;
  return async (body, { signal, leftMs }) => {
    const untilMs = nowMs() + leftMs;
    for (let tries = 1; ; tries += 1) {
      const answer = await attempt(options, body, signal);
      if ('message' in answer) return { kind: 'answered', ...answer, tries };
      const waitMs = waitOf(answer, tries, options);
      log.warn({ model: body.model, tries, waitMs, retry: answer.retry, what: answer.what }, 'model request failed');
      const patient = tries < triesMax && waitMs <= waitMaxMs && nowMs() + waitMs < untilMs;
      if (!answer.retry || !patient || !(await waited(waitMs, signal)))
        return { kind: 'failed', why: reason(answer, signal), tries };
    }
  };
}

const reason = ({ what }: Failure, signal: AbortSignal): string => (signal.aborted ? stoppedWhy : `the model ${what}`);

/** Doubling, half of it drawn by chance; what the vendor asks for is the least. */
function waitOf({ afterMs }: Failure, tries: number, { retryBaseMs, random }: AskOptions): number {
  if (afterMs !== null) return afterMs + retryBaseMs * random();
  return retryBaseMs * 2 ** (tries - 1) * (0.5 + random() / 2);
}

type Heard = { readonly message: ModelMessage; readonly requestId: string | null };

async function attempt(
  options: AskOptions,
  body: MessageCreateParamsNonStreaming,
  signal: AbortSignal,
): Promise<Heard | Failure> {
  const { connect, settings, nowMs } = options;
  const client = await connect();
  if (client === null) return noCredentials(settings);
  const stream = client.messages.stream(body, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMaxMs)]) });
  try {
    const message = await stream.finalMessage();
    if (message.stop_reason === null) return cut;
    return { message: options.adapt?.(message) ?? message, requestId: stream.request_id ?? null };
  } catch (error) {
    const failure = failureOf(error, settings, nowMs());
    return failure === cut && !isEventStream(stream) ? noMessage : failure;
  }
}

/** Without an answer nothing is known of its form: then it is not the form that is wrong. */
function isEventStream({ response }: ReturnType<ModelClient['messages']['stream']>): boolean {
  return response?.headers.get('content-type')?.includes('text/event-stream') ?? true;
}

const waited = (waitMs: number, signal: AbortSignal): Promise<boolean> =>
  sleep(waitMs, true, { signal }).catch(() => false);
