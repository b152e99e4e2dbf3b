import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Reply, refusal } from './reply.ts';

export type Incoming = { readonly message: IncomingMessage; readonly url: URL; readonly text: string };

const maxBodyBytes = 8 * 1024 * 1024;

async function readText(message: IncomingMessage): Promise<string | null> {
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

async function answerMessage(message: IncomingMessage, answer: (incoming: Incoming) => Promise<Reply>): Promise<Reply> {
  const target = message.url ?? '/';
  if (!URL.canParse(target, 'http://127.0.0.1')) return refusal(400, 'Bad Request');
  const text = await readText(message);
  if (text === null) return refusal(413, `Send at most ${maxBodyBytes} bytes`);
  return answer({ message, url: new URL(target, 'http://127.0.0.1'), text });
}

const send = (response: ServerResponse, reply: Reply): void => {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
};

export type RunningServer = { readonly origin: string; close(): Promise<void> };

/** Serves `answer` on 127.0.0.1. What it throws is a bug of the lab: the reason becomes a 500. */
export async function startServer(
  port: number,
  answer: (incoming: Incoming) => Promise<Reply>,
): Promise<RunningServer> {
  const server = createServer((message, response) => {
    answerMessage(message, answer).then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, refusal(500, `lab GitHub failed: ${String(error)}`)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
