/** Servers that speak the Messages API differ from the vendor's in small ways. Here their answers become what the loop expects. */
import type { Middleware } from '@anthropic-ai/sdk';
import { z } from 'zod';
import type { ModelMessage } from './ask.ts';

const wholeMessage = z.looseObject({
  type: z.literal('message'),
  content: z.array(z.looseObject({ type: z.string() })),
  stop_reason: z.string(),
  usage: z.looseObject({ output_tokens: z.number() }),
});

/** Some answer a streaming request with the whole message at once. It is handed on as the stream it stands for. */
export const answerAsStream: Middleware = async (request, next) => {
  const response = await next(request);
  if (!response.ok || !(response.headers.get('content-type') ?? '').includes('application/json')) return response;
  const text = await response.text();
  const message = wholeMessage.safeParse(parsedJson(text));
  if (!message.success) return new Response(text, response);
  const headers = new Headers(response.headers);
  headers.set('content-type', 'text/event-stream');
  headers.delete('content-length');
  return new Response(eventsOf(message.data), { status: response.status, headers });
};

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function eventsOf(message: z.infer<typeof wholeMessage>): string {
  const { content, stop_reason, usage } = message;
  const events = [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    ...content.flatMap((block, index) => [
      { type: 'content_block_start', index, content_block: block },
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

/**
 * Gateways call a turn with complete tool calls `end_turn` (github.com/BerriAI/litellm/issues/34692), put an empty text
 * before it and name calls "functions.read:0", which the vendor does not take back, and may count no input tokens.
 */
export function adaptMessage({ content, stop_reason: stop, usage }: ModelMessage): ModelMessage {
  const calls = content.some(({ type }) => type === 'tool_use');
  const asExpected = calls && (stop === 'end_turn' || stop === 'stop_sequence') ? 'tool_use' : stop;
  return {
    content: content
      .filter((block) => block.type !== 'text' || block.text !== '')
      .map((block) => (block.type === 'tool_use' ? { ...block, id: block.id.replace(/[^\w-]/gu, '_') } : block)),
    stop_reason: asExpected,
    // Its type says number; such a server may leave it out.
    usage: { ...usage, input_tokens: usage.input_tokens ?? 0 },
  };
}
