import { createServer, type Server } from 'node:http';
import express, { type Router } from 'express';
import type { Logger } from 'pino';
import type { SignInDoor } from './chat/web/open-id.ts';
import { createWebRouter } from './chat/web/server.ts';
import type { System } from './compose.ts';
import { channelButton } from './flow/plan-buttons.ts';
import { compilePostmortem } from './flow/postmortem.ts';
import { createFormDesk } from './flow/runbook-form.ts';
import { walkAudit } from './flow/walk-audit.ts';

export type Serving = { readonly url: string; close(): Promise<void> };

export type ServeOptions = {
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  /** Slack events, Teams messages: mounted before the pages, each with its own body parsing. */
  readonly routers: readonly Router[];
  readonly channels: readonly string[];
  /** False serves health checks and platforms alone: pages need somebody who is known to look at them. */
  readonly pages: boolean;
  /** Where people sign in; null where the browser is trusted. */
  readonly signIn?: SignInDoor | null;
};

/** One port for everything that comes in over HTTP. Rejects when the port is taken, with what to do. */
export async function serve(system: System, options: ServeOptions): Promise<Serving> {
  const application = express();
  application.disable('x-powered-by');
  for (const router of options.routers) application.use(router);
  const pages = options.pages ? pagesOf(system, options) : null;
  if (pages) application.use(pages.handle);
  else application.get(['/healthz', '/readyz'], (_request, response) => void response.type('text').send('ok'));
  const server = createServer(application);
  await listen(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : options.port;
  return {
    url: `http://${options.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        pages?.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pagesOf({ world, intake, chatLog, secret }: System, { channels, log, signIn = null }: ServeOptions) {
  return createWebRouter({
    store: world.store,
    chatLog,
    intake,
    forms: createFormDesk(world),
    clock: world.clock,
    catalogue: world.catalogue,
    log,
    localPeople: world.catalogue.people,
    secret,
    channels,
    postmortem: ({ id }) => compilePostmortem(world, id),
    verifyAudit: () => walkAudit(world.store),
    auditHead: () => world.store.auditHead(),
    bounds: world.settings.bounds,
    approversNeeded: (risk) => world.policy.approversNeeded(risk),
    needsSignIn: (risk) => world.policy.needsSignIn(risk),
    buttonValue: (row, decision) => channelButton(world, row, decision),
    ...(signIn === null ? {} : { signIn, allowedHosts: [new URL(world.settings.webUrl).hostname] }),
  });
}

function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`Port ${port} is taken. Stop the other process or set PORT.`, { cause: error }) : error);
    });
    server.listen(port, host, () => resolve());
  });
}
