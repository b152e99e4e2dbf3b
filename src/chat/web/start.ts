import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WebOptions } from './options.ts';
import { createWebRouter } from './server.ts';

export type RunningWeb = {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  readonly port: number;
  /** Stops taking requests, ends event streams, resolves when the last answer is out. */
  stop(): Promise<void>;
};

/** Serves the pages alone on loopback; `main.ts` mounts `createWebRouter` on its own server instead when it has one. */
export async function startWeb(
  options: WebOptions,
  { port, host = '127.0.0.1' }: { port: number; host?: string },
): Promise<RunningWeb> {
  const router = createWebRouter(options);
  const server = createServer((request, response) => router.handle(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    stop: () =>
      new Promise((resolve, reject) => {
        router.close();
        const reap = setInterval(() => server.closeIdleConnections(), 20);
        server.close((error) => {
          clearInterval(reap);
          if (error) reject(error);
          else resolve();
        });
      }),
  };
}
