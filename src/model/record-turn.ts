/** What the audit log keeps of a request to a model and of its answer: enough to go through it again offline. */
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { z } from 'zod';
import { canonicalJson, sha256Hex } from '../core/digest.ts';
import type { Json } from '../core/json.ts';
import type { Answer } from './ask.ts';
import { dollarsOf, priceOf } from './prices.ts';
import type { ListedModel } from './relay.ts';
import type { Session } from './session.ts';

type Body = { readonly [key: string]: Json };

/** The digest pins what was sent, and names the sealed copy of its words. */
export function recordedRequest(
  { spent }: Session,
  { provider, model, price }: ListedModel,
  body: MessageCreateParamsNonStreaming,
): Body {
  return {
    turn: spent.modelTurns + 1,
    model,
    ...(provider === 'anthropic' ? {} : { provider }),
    ...(canonicalJson(json(price)) === canonicalJson(json(priceOf(model))) ? {} : { price: json(price) }),
    maxTokens: body.max_tokens,
    messages: body.messages.length,
    sha256: sha256Hex(canonicalJson(json(body))),
  };
}

export function recordedAnswer({ spent }: Session, { provider, model, price }: ListedModel, answer: Answer): Body {
  const shared = {
    turn: spent.modelTurns + 1,
    model,
    ...(provider === 'anthropic' ? {} : { provider }),
    tries: answer.tries,
  };
  if (answer.kind === 'failed') return { ...shared, dollars: 0, failure: answer.why };
  const { message, requestId } = answer;
  return {
    ...shared,
    dollars: dollarsOf(price, message.usage),
    requestId,
    stopReason: message.stop_reason,
    usage: json(message.usage),
    content: json(message.content),
  };
}

export const json = (value: unknown): Json => z.json().parse(JSON.parse(JSON.stringify(value)));
