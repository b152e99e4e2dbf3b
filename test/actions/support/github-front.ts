/**
 * A reverse proxy on loopback in front of the GitHub emulator or the lab's cluster. It lets a test lose an answer after the effect, refuse a
 * call, rewrite an answer or do something in between, while the real SDK crosses real HTTP.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Call = { readonly method: string; readonly path: string };
type Answer = { status: number; json: unknown };
type Rule = {
  readonly matches: (call: Call) => boolean;
  /** Before forwarding. Returning an answer means the emulator is never asked; `cut` drops the connection instead. */
  readonly before?: (call: Call) => Promise<Answer | 'cut' | undefined>;
  /** After forwarding: the effect has happened. */
  readonly after?: (call: Call, answer: Answer) => Promise<Answer | 'cut'>;
};

export type Front = {
  readonly url: string;
  readonly calls: Call[];
  /** Applies to the next matching call only, unless `always`. */
  readonly on: (rule: Rule, always?: 'always') => void;
  readonly clear: () => void;
  readonly close: () => Promise<void>;
};

export async function startFront(target: string): Promise<Front> {
  const rules: { rule: Rule; always: boolean }[] = [];
  const calls: Call[] = [];
  const take = (call: Call): Rule | undefined => {
    const index = rules.findIndex(({ rule }) => rule.matches(call));
    const found = rules[index];
    if (found && !found.always) rules.splice(index, 1);
    return found?.rule;
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = { method: request.method ?? 'GET', path: (request.url ?? '/').split('?')[0] ?? '/' };
    calls.push(call);
    const rule = take(call);
    const early = await rule?.before?.(call);
    if (early === 'cut') return void request.socket.destroy();
    if (early) return send(response, early);
    const answer = await forward(target, request);
    const late = (await rule?.after?.(call, answer)) ?? answer;
    if (late === 'cut') return void request.socket.destroy();
    send(response, late);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(599).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    on: (rule, always) => rules.push({ rule, always: always === 'always' }),
    clear: () => {
      rules.length = 0;
      calls.length = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function forward(target: string, request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = { 'content-type': request.headers['content-type'] ?? 'application/json' };
  if (request.headers.authorization) headers['authorization'] = request.headers.authorization;
  const method = request.method ?? 'GET';
  const hasBody = chunks.length > 0 && method !== 'GET';
  const answer = await fetch(`${target}${request.url}`, {
    method,
    headers,
    ...(hasBody ? { body: Buffer.concat(chunks) } : {}),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === '' ? null : JSON.parse(text) };
}

function send(response: ServerResponse, { status, json }: Answer): void {
  const body = json === null ? '' : JSON.stringify(json);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
}

export const isWrite =
  (method: string, end: string) =>
  (call: Call): boolean =>
    call.method === method && call.path.endsWith(end);
