/** A Messages API on 127.0.0.1 that streams what somebody else decides, so that the product's own client and loop run. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { ModelAnswer } from './answer.ts';

const requestSchema = z.looseObject({
  model: z.string(),
  messages: z
    .array(
      z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]) }),
    )
    .min(1),
});
export type ModelRequest = z.output<typeof requestSchema>;

/** `turn` counts from 1. Null: there is no answer to this turn. */
export type Answerer = (request: ModelRequest, turn: number) => Promise<ModelAnswer | null>;

export type RunningModel = { readonly url: string; close(): Promise<void> };

/** A request that is sent again, because nobody had answered in time, is the same turn. */
export async function startMessages(answer: Answerer): Promise<RunningModel> {
  const turns = new Map<string, number>();
  const turnOf = (request: ModelRequest): number => {
    const digest = createHash('sha256').update(JSON.stringify(request.messages)).digest('hex');
    const known = turns.get(digest) ?? turns.size + 1;
    turns.set(digest, known);
    return known;
  };
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const parsed = requestSchema.safeParse(JSON.parse(await bodyOf(incoming)));
    if (!parsed.success) return refuse(outgoing, z.prettifyError(parsed.error));
    const turn = turnOf(parsed.data);
    const answered = await answer(parsed.data, turn);
    if (answered === null) return refuse(outgoing, `There is no answer to turn ${turn}.`);
    stream(outgoing, parsed.data, { answered, turn });
  };
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.headersSent) refuse(outgoing, String(error));
      else outgoing.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function refuse(outgoing: ServerResponse, message: string): void {
  outgoing.writeHead(400, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } }));
}

/** Nobody was paid: no token is counted. */
const usage = { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

function stream(
  outgoing: ServerResponse,
  { model }: ModelRequest,
  { answered, turn }: { answered: ModelAnswer; turn: number },
): void {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': `req_${turn}` });
  const send = (type: string, data: object): void =>
    void outgoing.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  const message = { id: `msg_${turn}`, type: 'message', role: 'assistant', model, content: [] };
  send('message_start', { message: { ...message, stop_reason: null, stop_sequence: null, usage } });
  answered.content.forEach((block, index) => {
    if (block.type === 'text') {
      send('content_block_start', { index, content_block: { type: 'text', text: '' } });
      send('content_block_delta', { index, delta: { type: 'text_delta', text: block.text } });
    } else {
      const opened = { type: 'tool_use', id: `toolu_${turn}_${index}`, name: block.name, input: {} };
      send('content_block_start', { index, content_block: opened });
      send('content_block_delta', {
        index,
        delta: { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
      });
    }
    send('content_block_stop', { index });
  });
  send('message_delta', {
    delta: { stop_reason: answered.stop_reason, stop_sequence: null },
    usage: { output_tokens: 0 },
  });
  send('message_stop', {});
  outgoing.end();
}
