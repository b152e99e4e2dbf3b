import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { World } from './world.ts';

/** What every stand-in needs to start. Pass port 0 to let the system pick one. */
export type VendorOptions = { readonly world: World; readonly nowMs: () => number; readonly port: number };

/** A running stand-in; `environment` holds the variables that point the real tools at it. */
export type RunningVendor = {
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
};

export type VendorRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type VendorAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const maxBodyBytes = 1_048_576;

/** An answer in JSON, with the content type the vendor uses. */
export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): VendorAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

/** The text as JSON, or undefined when it is not JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Opaque page token that survives the round trip through a client. */
export function encodeToken(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** What `encodeToken` was given, or undefined for any other text. */
export function decodeToken(token: string): unknown {
  return readJson(Buffer.from(token, 'base64url').toString('utf8'));
}

async function readBody(message: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > maxBodyBytes) return null;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function answerMessage(
  message: IncomingMessage,
  answer: (request: VendorRequest) => VendorAnswer,
): Promise<VendorAnswer> {
  if (message.headers['content-encoding'] !== undefined)
    return jsonAnswer(415, { message: 'send the body uncompressed' });
  const body = await readBody(message);
  if (body === null) return jsonAnswer(413, { message: `send at most ${maxBodyBytes} bytes` });
  if (!URL.canParse(message.url ?? '', 'http://127.0.0.1')) return jsonAnswer(400, { message: 'send a valid path' });
  const url = new URL(message.url ?? '/', 'http://127.0.0.1');
  return answer({
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    body,
  });
}

function send(response: ServerResponse, answer: VendorAnswer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

/**
 * Serves `answer` on 127.0.0.1. A throw inside `answer` is a bug of the stand-in: it becomes a 500 that carries the
 * reason, so that the caller's test fails with it instead of hanging.
 */
export async function startVendorServer(
  port: number,
  answer: (request: VendorRequest) => VendorAnswer,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((message, response) => {
    answerMessage(message, answer).then(
      (value) => send(response, value),
      (error: unknown) => send(response, jsonAnswer(500, { message: `stand-in failed: ${String(error)}` })),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
