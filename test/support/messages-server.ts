/**
 * A scripted counterpart of the Messages API on 127.0.0.1: streams what the script says, over real HTTP and SSE, and
 * refuses (400) requests that the vendor would refuse, so that an invalid conversation fails a test.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
  is_error: z.boolean().optional(),
});
const requestSchema = z.looseObject({
  model: z.string(),
  max_tokens: z.int().positive(),
  stream: z.literal(true),
  system: z.array(block),
  tools: z.array(
    z.object({ name: z.string(), description: z.string(), input_schema: z.looseObject({ type: z.literal('object') }) }),
  ),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.array(block).min(1) })).min(1),
});
export type ModelRequest = z.infer<typeof requestSchema>;

export type Use = { readonly name: string; readonly input: unknown };
export type Scripted =
  | { readonly uses: readonly Use[]; readonly stop?: string; readonly text?: string; readonly outputTokens?: number }
  | { readonly status: number; readonly type: string; readonly retryAfter?: string }
  /** Ends the stream in the middle: cleanly, by breaking the connection, or with an error event. */
  | { readonly cut: 'end' | 'reset' | 'error-event'; readonly uses: readonly Use[] }
  | { readonly hangMs: number };

/** The answer to the n-th request, from 0. */
export type Script = (turn: number, request: ModelRequest) => Scripted;

export type MessagesServer = {
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** What made a request invalid; a test asserts that there is nothing. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
};

export async function startMessagesServer(script: Script): Promise<MessagesServer> {
  const requests: ModelRequest[] = [];
  const complaints: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing);
  });
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const parsed = requestSchema.safeParse(JSON.parse(await bodyOf(incoming)));
    const found = parsed.success ? complaintsAbout(parsed.data) : [z.prettifyError(parsed.error)];
    complaints.push(...found);
    if (!parsed.success || found.length > 0) return refuse(outgoing, { status: 400, type: 'invalid_request_error' });
    requests.push(parsed.data);
    await answer(outgoing, script(requests.length - 1, parsed.data), requests.length);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    complaints,
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

type Refusal = { readonly status: number; readonly type: string; readonly retryAfter?: string };

function refuse(outgoing: ServerResponse, { status, type, retryAfter }: Refusal): void {
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    'request-id': 'req_refused',
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  });
  outgoing.end(JSON.stringify({ type: 'error', error: { type, message: 'refused by the script' } }));
}

/** The vendor's own rules: first turn the user's, roles alternate, every tool_use answered at once and at the front. */
function complaintsAbout({ messages }: ModelRequest): string[] {
  const found = messages.flatMap(({ role }, index) =>
    role === (index % 2 === 0 ? 'user' : 'assistant') ? [] : [`message ${index} has the role ${role}`],
  );
  if (messages.at(-1)?.role !== 'user') found.push('the last message is not the user');
  messages.forEach(({ role, content }, index) => {
    const uses = role === 'assistant' ? content.flatMap(({ type, id }) => (type === 'tool_use' ? [id] : [])) : [];
    const next = messages[index + 1]?.content ?? [];
    const results = next.flatMap(({ type, tool_use_id: id }) => (type === 'tool_result' ? [id] : []));
    const before = next.slice(0, results.length).every(({ type }) => type === 'tool_result');
    if (role === 'assistant' && JSON.stringify(uses) !== JSON.stringify(results))
      found.push(`message ${index}: tool uses ${uses.join()} have the results ${results.join()}`);
    if (role === 'assistant' && !before) found.push(`message ${index + 1}: tool results are not first`);
  });
  const points = JSON.stringify(messages).match(/"cache_control"/gu)?.length ?? 0;
  if (points > 3) found.push(`${points + 1} cache points`);
  return found;
}

async function answer(outgoing: ServerResponse, scripted: Scripted, turn: number): Promise<void> {
  if ('status' in scripted) return refuse(outgoing, scripted);
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': `req_${turn}` });
  if ('hangMs' in scripted) {
    await sleep(scripted.hangMs, undefined, { ref: false });
    return void outgoing.end();
  }
  const send = (type: string, data: object): void =>
    void outgoing.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  send('message_start', {
    message: {
      id: `msg_${turn}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-5-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 1_000,
        output_tokens: 1,
        cache_creation_input_tokens: 100,
        cache_read_input_tokens: 10_000,
      },
    },
  });
  const words = 'text' in scripted && scripted.text !== undefined ? [scripted.text] : [];
  words.forEach((text, index) => {
    send('content_block_start', { index, content_block: { type: 'text', text: '' } });
    send('content_block_delta', { index, delta: { type: 'text_delta', text } });
    send('content_block_stop', { index });
  });
  scripted.uses.forEach(({ name, input }, offset) => {
    const index = words.length + offset;
    const json = JSON.stringify(input);
    send('content_block_start', {
      index,
      content_block: { type: 'tool_use', id: `toolu_${turn}_${offset}`, name, input: {} },
    });
    send('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: json.slice(0, 5) } });
    send('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: json.slice(5) } });
    if (!('cut' in scripted)) send('content_block_stop', { index });
  });
  if ('cut' in scripted) {
    await sleep(5);
    if (scripted.cut === 'reset') return void outgoing.destroy();
    if (scripted.cut === 'error-event') send('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
    return void outgoing.end();
  }
  const stop = scripted.stop ?? (scripted.uses.length > 0 ? 'tool_use' : 'end_turn');
  send('message_delta', {
    delta: { stop_reason: stop, stop_sequence: null },
    usage: { output_tokens: scripted.outputTokens ?? 200 },
  });
  send('message_stop', {});
  outgoing.end();
}
