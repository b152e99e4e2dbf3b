/** A vendor on 127.0.0.1 that answers what the test says, over real HTTP, and remembers what it was asked. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};
export type Answer = {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  /** An object is sent as JSON, text as it is; `hang` never answers. */
  readonly body?: unknown;
  readonly hang?: boolean;
};
export type Vendor = { readonly url: string; readonly asked: readonly Asked[] };

/** Closed when the test ends. */
export async function startVendor(answer: (asked: Asked, count: number) => Answer): Promise<Vendor> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void readRequest(request).then((one) => {
      asked.push(one);
      send(response, answer(one, asked.length));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return { url: `http://127.0.0.1:${port}`, asked };
}

async function readRequest(request: IncomingMessage): Promise<Asked> {
  const parts: string[] = [];
  for await (const part of request) parts.push(String(part));
  const url = new URL(request.url ?? '/', 'http://vendor.test');
  const body = parts.join('');
  return { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = {}, hang = false }: Answer): void {
  if (hang) return;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(text);
}

/** A loopback address nobody listens on. */
export async function unreachableUrl(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}
