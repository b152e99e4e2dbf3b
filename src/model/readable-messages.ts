/**
 * Thinking blocks are signed for the model that wrote them and for everything before them. Another model cannot read them,
 * and a changed beginning makes the vendor refuse them: then they are left out, as it asks for when models are switched
 * (platform.claude.com/docs/en/build-with-claude/preserved-thinking). Text and tool calls stay.
 */
import { createHash, type Hash } from 'node:crypto';
import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages';
import type { ListedModel } from './relay.ts';

/** By the array of a turn: whose it is, and what came before it. */
export type Authorship = WeakMap<object, string>;

type Writer = Pick<ListedModel, 'provider' | 'model'>;

/** The conversation as `model` may read it. Roles still alternate. */
export function readableMessages(
  messages: readonly MessageParam[],
  model: Writer,
  authorship: Authorship,
): MessageParam[] {
  return walk(messages, model, authorship).readable;
}

/** Remembers that `model` answered `messages` with `content`, which must join them as it is. */
export function rememberAuthor(
  content: readonly ContentBlockParam[],
  { messages, model, authorship }: { messages: readonly MessageParam[]; model: Writer; authorship: Authorship },
): void {
  authorship.set(content, walk(messages, model, authorship).before.digest('hex'));
}

function walk(messages: readonly MessageParam[], { provider, model }: Writer, authorship: Authorship) {
  const before: Hash = createHash('sha256').update(`${provider}:${model}`);
  const readable: MessageParam[] = [];
  for (const message of messages) {
    const { role, content } = message;
    const own = typeof content !== 'string' && authorship.get(content) === before.copy().digest('hex');
    // A server that only speaks the protocol signs nothing and may not take its own thinking back.
    const asIs = role !== 'assistant' || (own && provider !== 'compatible');
    join(readable, asIs ? message : { role, content: withoutThinking(content) });
    before.update(JSON.stringify(message));
  }
  return { readable, before };
}

function join(readable: MessageParam[], message: MessageParam): void {
  if (message.content.length === 0) return;
  const last = readable.at(-1);
  if (
    last?.role === 'user' &&
    message.role === 'user' &&
    Array.isArray(last.content) &&
    Array.isArray(message.content)
  ) {
    readable[readable.length - 1] = { role: 'user', content: [...last.content, ...message.content] };
  } else readable.push(message);
}

const withoutThinking = (content: MessageParam['content']): ContentBlockParam[] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : content.filter(({ type }) => type !== 'thinking' && type !== 'redacted_thinking');
