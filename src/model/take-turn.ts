/** One turn with the model: within the budget, recorded before and after. */
import type { Message, MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import { exhausted } from '../core/budget.ts';
import { canonicalJson, sha256Hex } from '../core/digest.ts';
import type { Json } from '../core/json.ts';
import type { Answer } from './ask.ts';
import { dollarsOf, priceOf } from './prices.ts';
import { requestBody, type Session, spentBy } from './session.ts';

export type Turn =
  | { readonly kind: 'answered'; readonly message: Message }
  | { readonly kind: 'failed'; readonly why: string };

const answerTokensMax = 16_000;
/** Less room than this cannot hold an answer. */
const answerTokensMin = 500;

export async function takeTurn(session: Session): Promise<Turn> {
  const { request, means } = session;
  if (request.signal.aborted) return { kind: 'failed', why: 'the investigation was stopped' };
  const limit = usedUp(session);
  if (limit !== null) return { kind: 'failed', why: `the budget of ${limit} was used up` };
  const body = requestBody(session, room(session));
  await recordRequest(session, body);
  const answer = await means.ask(body, request.signal);
  await recordAnswer(session, answer);
  if (answer.kind === 'failed') return answer;
  const { usage } = answer.message;
  session.spent = {
    ...session.spent,
    modelTurns: session.spent.modelTurns + 1,
    outputTokens: session.spent.outputTokens + usage.output_tokens,
    dollars: session.spent.dollars + dollarsOf(means.model, usage),
  };
  return answer;
}

/** Tool calls have their own bound: a turn without reads may still submit. */
function usedUp(session: Session): string | null {
  const { budget } = session.request;
  const limit = exhausted({ ...budget, toolCallsMax: Number.POSITIVE_INFINITY }, spentBy(session));
  if (limit !== null) return limit;
  if (room(session) >= answerTokensMin) return null;
  const tokensLeft = budget.outputTokensMax - session.spent.outputTokens;
  return tokensLeft < answerTokensMin ? `${budget.outputTokensMax} output tokens` : `${budget.dollarsMax} dollars`;
}

/** Output tokens the next answer may have: never more than is left in tokens or in dollars. */
function room({ request, means, spent }: Session): number {
  const { outputTokensMax, dollarsMax } = request.budget;
  const affordable = ((dollarsMax - spent.dollars) / priceOf(means.model).output) * 1_000_000;
  return Math.floor(Math.min(answerTokensMax, outputTokensMax - spent.outputTokens, affordable));
}

const json = (value: unknown): Json => z.json().parse(JSON.parse(JSON.stringify(value)));

/** The digest pins what was sent; the words themselves are in the evidence. */
function recordRequest({ request, spent }: Session, body: MessageCreateParamsNonStreaming): Promise<void> {
  return request.record('model.request', {
    turn: spent.modelTurns + 1,
    model: body.model,
    maxTokens: body.max_tokens,
    messages: body.messages.length,
    sha256: sha256Hex(canonicalJson(json(body))),
  });
}

function recordAnswer({ request, means, spent }: Session, answer: Answer): Promise<void> {
  const shared = { turn: spent.modelTurns + 1, model: means.model, tries: answer.tries };
  if (answer.kind === 'failed') {
    return request.record('model.response', { ...shared, dollars: 0, failure: answer.why });
  }
  const { message, requestId } = answer;
  return request.record('model.response', {
    ...shared,
    dollars: dollarsOf(means.model, message.usage),
    requestId,
    stopReason: message.stop_reason,
    usage: json(message.usage),
    content: json(message.content),
  });
}
