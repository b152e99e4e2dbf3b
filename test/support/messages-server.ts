/**
 * A scripted counterpart of the Messages API on 127.0.0.1: streams what the script says, over real HTTP and SSE, and
 * refuses (400) requests that the vendor would refuse, so that an invalid conversation fails a test.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const blockSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  tool_use_id: z.string().optional(),
  content: z.unknown().optional(),
  is_error: z.boolean().optional(),
  signature: z.string().optional(),
});
const requestSchema = z.looseObject({
  model: z.string(),
  max_tokens: z.int().positive(),
  stream: z.literal(true),
  system: z.array(blockSchema).default([]),
  tools: z
    .array(
      z.object({
        name: z.string(),
        description: z.string(),
        input_schema: z.looseObject({ type: z.literal('object') }),
      }),
    )
    .default([]),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: z.array(blockSchema).min(1) })).min(1),
});
export type ModelRequest = z.infer<typeof requestSchema>;

/** `json` is what is streamed instead of the input, however broken. */
export type Use = { readonly name: string; readonly input: unknown; readonly json?: string };
/** Token counts of a request, as the vendor reports them. */
export type Counted = {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
};

export type Scripted =
  | {
      readonly uses: readonly Use[];
      readonly stop?: string;
      readonly text?: string;
      readonly outputTokens?: number;
      /** How long the model thinks before it says anything. */
      readonly afterMs?: number;
      /** A thinking block that only the model of the request can read again. */
      readonly thinks?: string;
      /** Input tokens, read from and written to the cache or not; an example unless told otherwise. */
      readonly usage?: Counted;
    }
  | Refusal
  /** An answer of 200 that is no event stream. */
  | { readonly page: string; readonly contentType: string }
  /** Ends the stream in the middle: cleanly, by breaking the connection, or with an error event. */
  | {
      readonly cut: 'end' | 'reset' | 'error-event';
      readonly uses: readonly Use[];
      /** Where; in the middle of the last tool call unless told otherwise. */
      readonly at?: 'start' | 'stop-reason';
    }
  | { readonly hangMs: number };

/** The answer to the n-th request, from 0. */
export type Script = (turn: number, request: ModelRequest) => Scripted;

export type MessagesServer = {
  readonly url: string;
  readonly requests: readonly ModelRequest[];
  /** Of the same requests. */
  readonly headers: readonly IncomingHttpHeaders[];
  /** What made a request invalid; a test asserts that there is nothing. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
};

export async function startMessagesServer(script: Script): Promise<MessagesServer> {
  const requests: ModelRequest[] = [];
  const headers: IncomingHttpHeaders[] = [];
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
    headers.push(incoming.headers);
    const scripted = script(requests.length - 1, parsed.data);
    await answer(outgoing, scripted, { turn: requests.length, request: parsed.data });
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    headers,
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

type Refusal = {
  readonly status: number;
  readonly type: string;
  readonly retryAfter?: string;
  /** `error.details.error_code`. */
  readonly code?: string;
};

function refuse(outgoing: ServerResponse, { status, type, retryAfter, code }: Refusal): void {
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    'request-id': 'req_refused',
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  });
  outgoing.end(
    JSON.stringify({
      type: 'error',
      error: {
        type,
        message: 'refused by the script',
        ...(code === undefined ? {} : { details: { error_code: code } }),
      },
    }),
  );
}

/** The vendor's own rules: first turn the user's, roles alternate, every tool_use answered at once and at the front. */
function complaintsAbout(request: ModelRequest): string[] {
  const { messages } = request;
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
  return [...found, ...complaintsAboutBlocks(request)];
}

const complaintsAboutBlocks = ({ model, messages }: ModelRequest): readonly string[] =>
  messages
    .flatMap(({ content }) => content)
    .flatMap(({ type, text, id, signature }) => {
      if (type === 'thinking' && signature !== signedBy(model)) return [`a thinking block is not signed by ${model}`];
      if (type === 'text' && text === '') return ['a text is empty'];
      return type === 'tool_use' && !/^[\w-]+$/u.test(id ?? '') ? [`${id} is no tool use id`] : [];
    });

const signedBy = (model: string): string => `signed-by-${model}`;

type Asked = { readonly turn: number; readonly request: ModelRequest };
export type Speech = Extract<Scripted, { readonly uses: readonly Use[] }>;

async function answer(outgoing: ServerResponse, scripted: Scripted, asked: Asked): Promise<void> {
  if ('status' in scripted) return refuse(outgoing, scripted);
  if ('page' in scripted) {
    outgoing.writeHead(200, { 'content-type': scripted.contentType });
    return void outgoing.end(scripted.page);
  }
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': `req_${asked.turn}` });
  if ('hangMs' in scripted) {
    await sleep(scripted.hangMs, undefined, { ref: false });
    return void outgoing.end();
  }
  if ('afterMs' in scripted && scripted.afterMs !== undefined) await sleep(scripted.afterMs);
  for (const event of eventsOf(scripted, asked)) {
    outgoing.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }
  if ('cut' in scripted) {
    await sleep(5);
    if (scripted.cut === 'reset') return void outgoing.destroy();
  }
  outgoing.end();
}

type Event = { readonly type: string; readonly [member: string]: unknown };

/** All events of a turn, or those before it is cut. */
export function eventsOf(scripted: Speech, asked: Asked): readonly Event[] {
  const cut = 'cut' in scripted ? scripted : null;
  const told = 'cut' in scripted ? null : scripted;
  const end = cut === null ? [{ type: 'message_stop' }] : cutEnd(cut.cut);
  if (cut?.at === 'start') return end;
  const start = startOf(asked, told?.usage ?? example);
  const blocks = blocksOf(scripted, asked.request).flatMap((events, index) =>
    events.map((event) => ({ index, ...event })),
  );
  // Without the stop of the last block the call is half.
  if (cut !== null && cut.at === undefined) return [start, ...blocks.slice(0, -1), ...end];
  const stop = told?.stop ?? (scripted.uses.length > 0 ? 'tool_use' : 'end_turn');
  const usage = { output_tokens: told?.outputTokens ?? 200 };
  return [
    start,
    ...blocks,
    { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null }, usage },
    ...end,
  ];
}

const cutEnd = (cut: 'end' | 'reset' | 'error-event'): readonly Event[] =>
  cut === 'error-event' ? [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }] : [];

const example: Counted = {
  input_tokens: 1_000,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 10_000,
};

const startOf = ({ turn, request: { model } }: Asked, counted: Counted): Event => ({
  type: 'message_start',
  message: {
    id: `msg_${turn}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...counted, output_tokens: 1 },
  },
});

const block = (content_block: object, ...deltas: readonly object[]): readonly Event[] => [
  { type: 'content_block_start', content_block },
  ...deltas.map((delta) => ({ type: 'content_block_delta', delta })),
  { type: 'content_block_stop' },
];

function blocksOf(scripted: Speech, { model, messages }: ModelRequest): readonly (readonly Event[])[] {
  const { thinks: thinking, text } = 'cut' in scripted ? { thinks: undefined, text: undefined } : scripted;
  return [
    ...(thinking === undefined
      ? []
      : [
          block(
            { type: 'thinking', thinking: '', signature: '' },
            { type: 'thinking_delta', thinking },
            { type: 'signature_delta', signature: signedBy(model) },
          ),
        ]),
    ...(text === undefined ? [] : [block({ type: 'text', text: '' }, { type: 'text_delta', text })]),
    ...scripted.uses.map(({ name, input, json = JSON.stringify(input) }, index) =>
      block(
        { type: 'tool_use', id: `toolu_${messages.length}_${index}`, name, input: {} },
        { type: 'input_json_delta', partial_json: json.slice(0, 5) },
        { type: 'input_json_delta', partial_json: json.slice(5) },
      ),
    ),
  ];
}
