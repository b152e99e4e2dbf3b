/** A stand-in for Slack on loopback: Web API, upload address, signed deliveries and a Socket Mode server. */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { viewProblems } from './slack-view.ts';

export type ApiCall = {
  readonly method: string;
  readonly atMs: number;
  readonly body: Readonly<Record<string, string>>;
  /** What Slack was told to show. */
  readonly blocks: readonly Record<string, unknown>[];
};
/** Instead of the usual answer. `lose`: the message is stored, the connection dies before the answer. */
export type Mishap = { readonly retryAfterSeconds: number } | { readonly error: string } | 'lose';
export type StoredMessage = {
  ts: string;
  channel: string;
  thread_ts?: string;
  text: string;
  blocks: readonly Record<string, unknown>[];
};
type Answer = Readonly<Record<string, unknown>>;

export const signingSecret = 'a-signing-secret';
export const team = 'T1';
export const botUser = 'UBOT';

export type FakeSlack = Awaited<ReturnType<typeof startFakeSlack>>;

export async function startFakeSlack() {
  const calls: ApiCall[] = [];
  const messages: StoredMessage[] = [];
  const uploads: string[] = [];
  const users = new Map<string, Answer>();
  const channels: { id: string; name: string; is_member: boolean }[] = [];
  const mishaps = new Map<string, Mishap[]>();
  const sockets = new Set<WebSocket>();
  const acknowledged: string[] = [];
  /** What came back with an acknowledgement, by envelope. */
  const answered = new Map<string, unknown>();
  /** Modals that were opened, and the triggers that opened them: each opens one. */
  const views: Answer[] = [];
  const triggers = new Set<string>();
  /** What is known of a channel, and its members page by page. */
  const audiences = new Map<string, { readonly info: object; readonly pages: readonly (readonly string[])[] }>();
  let clock = 1_700_000_000;

  const store = (body: ApiCall['body'], blocks: ApiCall['blocks']): Answer => {
    clock += 1;
    const ts = `${clock}.000100`;
    const thread = body['thread_ts'] ? { thread_ts: body['thread_ts'] } : {};
    messages.push({ ts, channel: body['channel'] ?? '', text: body['text'] ?? '', blocks, ...thread });
    return { ts, channel: body['channel'] };
  };
  const listed = (body: ApiCall['body'], inside: (message: StoredMessage) => boolean): Answer => ({
    messages: messages.filter((message) => message.channel === body['channel'] && inside(message)).toReversed(),
  });

  const answers: Readonly<Record<string, (body: ApiCall['body'], blocks: ApiCall['blocks']) => Answer>> = {
    'auth.test': () => ({
      user_id: botUser,
      bot_id: 'BBOT',
      team_id: team,
      user: 'causeway',
      url: 'https://x.example/',
    }),
    'apps.connections.open': () => ({ url: `ws://127.0.0.1:${port()}/socket` }),
    'chat.postMessage': store,
    'chat.postEphemeral': () => ({ message_ts: '1.2' }),
    'chat.update': (body, blocks) => {
      const message = messages.find(({ ts }) => ts === body['ts']);
      if (!message) return { ok: false, error: 'message_not_found' };
      Object.assign(message, { text: body['text'], blocks });
      return { ts: message.ts };
    },
    'conversations.history': (body) => listed(body, ({ thread_ts }) => thread_ts === undefined),
    'conversations.replies': (body) => listed(body, (each) => each.thread_ts === body['ts'] || each.ts === body['ts']),
    'conversations.join': (body) => {
      for (const channel of channels) if (channel.id === body['channel']) channel.is_member = true;
      return { channel: { id: body['channel'] } };
    },
    'conversations.list': () => ({ channels }),
    'conversations.info': (body) => {
      const known = audiences.get(body['channel'] ?? '');
      return known ? { channel: { id: body['channel'], ...known.info } } : { ok: false, error: 'channel_not_found' };
    },
    'conversations.members': (body) => {
      const { pages = [] } = audiences.get(body['channel'] ?? '') ?? {};
      const page = Number(body['cursor'] ?? 0);
      const next = page + 1 < pages.length ? String(page + 1) : '';
      return { members: pages[page] ?? [], response_metadata: { next_cursor: next } };
    },
    'views.open': (body) => {
      const view = JSON.parse(body['view'] ?? '{}') as Answer;
      const wrong = viewProblems(view);
      if (wrong.length > 0) return { ok: false, error: 'invalid_arguments', response_metadata: { messages: wrong } };
      const trigger = body['trigger_id'] ?? '';
      if (triggers.has(trigger)) return { ok: false, error: 'exchanged_trigger_id' };
      triggers.add(trigger);
      views.push(view);
      return { view: { id: 'V1', ...view } };
    },
    'users.info': (body) => {
      const user = users.get(body['user'] ?? '');
      return user ? { user } : { ok: false, error: 'user_not_found' };
    },
    'files.getUploadURLExternal': () => ({ upload_url: `http://127.0.0.1:${port()}/upload`, file_id: 'F1' }),
    'files.completeUploadExternal': () => ({ files: [{ id: 'F1' }] }),
  };

  const api = (
    method: string,
    raw: string,
    lose: () => void,
  ): { status: number; body: string; retryAfter?: number } => {
    const body = Object.fromEntries(new URLSearchParams(raw));
    const blocks = JSON.parse(body['blocks'] ?? '[]') as ApiCall['blocks'];
    calls.push({ method, atMs: performance.now(), body, blocks });
    const mishap = mishaps.get(method)?.shift();
    if (mishap && mishap !== 'lose') return refusal(mishap);
    const answer = answers[method]?.(body, blocks) ?? { ok: false, error: 'unknown_method' };
    if (mishap === 'lose') lose();
    return { status: 200, body: JSON.stringify({ ok: true, ...answer }) };
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = await readBody(request);
    if (request.url === '/upload') {
      uploads.push(raw);
      response.end('OK');
      return;
    }
    const method = (request.url ?? '').replace('/api/', '');
    const { status, body, retryAfter } = api(method, raw, () => request.socket.destroy());
    if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  const server = createServer((request, response) => void serve(request, response));
  const socketServer = new WebSocketServer({ server, path: '/socket' });
  socketServer.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (data) => {
      const said = JSON.parse((data as Buffer).toString('utf8')) as { envelope_id?: string; payload?: unknown };
      if (said.envelope_id === undefined) return;
      acknowledged.push(said.envelope_id);
      answered.set(said.envelope_id, said.payload);
    });
    socket.send(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A1' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (): number => (server.address() as AddressInfo).port;

  return {
    apiUrl: `http://127.0.0.1:${port()}/api/`,
    calls,
    messages,
    uploads,
    users,
    channels,
    acknowledged,
    views,
    audiences,
    answered,
    sockets,
    callsOf: (method: string) => calls.filter((call) => call.method === method),
    fail(method: string, ...next: Mishap[]) {
      mishaps.set(method, [...(mishaps.get(method) ?? []), ...next]);
    },
    /** Delivers over Socket Mode, on every open connection's first one. */
    emit(envelope: string, type: 'events_api' | 'slash_commands' | 'interactive', payload: unknown) {
      const [socket] = sockets;
      const accepts = type !== 'events_api';
      socket?.send(JSON.stringify({ type, envelope_id: envelope, accepts_response_payload: accepts, payload }));
    },
    dropConnections() {
      for (const socket of sockets) socket.terminate();
      sockets.clear();
    },
    async stop() {
      for (const socket of sockets) socket.terminate();
      socketServer.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const refusal = (mishap: Exclude<Mishap, 'lose'>) =>
  'error' in mishap
    ? { status: 200, body: JSON.stringify({ ok: false, error: mishap.error }) }
    : { status: 429, body: '{"ok":false}', retryAfter: mishap.retryAfterSeconds };

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export type Delivery = { readonly body: string; readonly contentType?: string; readonly skewSeconds?: number };

/** A delivery as Slack signs it; `skewSeconds` moves its timestamp. */
export function signed({ body, contentType = 'application/json', skewSeconds = 0 }: Delivery): RequestInit {
  const timestamp = String(Math.floor(Date.now() / 1000) + skewSeconds);
  const signature = `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return {
    method: 'POST',
    body,
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
    },
  };
}

const nowTs = (): string => `${(Date.now() / 1000).toFixed(6)}`;

/** An Events API payload. */
export const eventOf = (eventId: string, event: Readonly<Record<string, unknown>>) => ({
  type: 'event_callback',
  team_id: team,
  api_app_id: 'A1',
  event_id: eventId,
  event_time: 1,
  authorizations: [{ team_id: team, user_id: botUser, is_bot: true, enterprise_id: null }],
  event: { channel: 'C1', user: 'U1', ts: nowTs(), event_ts: nowTs(), ...event },
});

export const mentionOf = (eventId: string, text = `<@${botUser}> investigate`) =>
  eventOf(eventId, { type: 'app_mention', text });

/** What Slack sends for a click on a button of a message it was shown. */
export const clickOf = (message: StoredMessage, button: { action_id: string; value: string }, user = 'U1') => ({
  type: 'block_actions',
  api_app_id: 'A1',
  team: { id: team, domain: 'x' },
  user: { id: user, team_id: team, username: 'x' },
  trigger_id: 'trigger',
  container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false },
  channel: { id: message.channel, name: 'inc-1' },
  message: { ts: message.ts },
  actions: [{ type: 'button', block_id: 'b', action_ts: nowTs(), ...button }],
});

/** The buttons of a message, as Slack would draw them. */
export const buttonsOf = ({ blocks }: Pick<StoredMessage, 'blocks'>): { action_id: string; value: string }[] =>
  blocks.flatMap((block) =>
    block['type'] === 'actions' ? (block['elements'] as { action_id: string; value: string }[]) : [],
  );
