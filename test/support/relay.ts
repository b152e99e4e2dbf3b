/** A pass-through in front of an HTTP server on loopback, which can hold an answer back after its effect. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Relayed = { readonly method: string; readonly path: string; readonly status: number };

export type Relay = { readonly url: string; close(): Promise<void> };

/** `answered` runs when the target has answered and before the caller hears it. */
export async function startRelay(target: string, answered: (call: Relayed) => Promise<void>): Promise<Relay> {
  const { host } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const onward = request(`${target}${url}`, { method, headers: { ...headers, host } }, (answer) => {
      const status = answer.statusCode ?? 0;
      void answered({ method, path: new URL(url, target).pathname, status }).then(() => {
        outgoing.writeHead(status, answer.headers);
        answer.pipe(outgoing);
      });
    });
    onward.once('error', () => outgoing.destroy());
    outgoing.once('error', () => undefined);
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
