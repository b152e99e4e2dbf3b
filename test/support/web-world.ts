import { pino } from 'pino';
import type { WebOptions } from '../../src/chat/web/options.ts';
import { createWebPlatform } from '../../src/chat/web/show.ts';
import { type RunningWeb, startWeb } from '../../src/chat/web/start.ts';
import type { ChatLog } from '../../src/chat-log-port.ts';
import type { Catalogue } from '../../src/core/catalogue.ts';
import type { ChatPlatform, Clock, Inbound, Store } from '../../src/ports.ts';
import { createMemoryChatLog } from './memory-chat-log.ts';
import { createMemoryStore, emptyRows, type MemoryRows } from './memory-store.ts';
import { noForms } from './no-forms.ts';
import { buttonOf } from './plan-button.ts';
import { paymentsService } from './sample-service.ts';

export const startedAtMs = Date.UTC(2026, 10, 20, 14, 7, 0);

export const webCatalogue: Catalogue = {
  version: 'c1',
  environment: 'prod',
  services: [paymentsService({ owners: ['payments-oncall'] })],
  groups: [{ id: 'payments-oncall', title: 'Payments on call', members: ['lee', 'dana'] }],
  mcpServers: [],
  people: [
    { id: 'dana', name: 'Dana Whitfield', onCall: true, accounts: { web: 'w-dana' } },
    { id: 'lee', name: 'Lee Tanaka', onCall: false, accounts: { web: 'w-lee' } },
    { id: 'sam', name: 'Sam Ortiz', onCall: false, accounts: { web: 'w-sam' } },
    { id: 'robin', name: 'Robin Park', onCall: false, accounts: { slack: 'U1' } },
  ],
};

export type WebWorld = {
  readonly web: RunningWeb;
  readonly chatLog: ChatLog;
  readonly store: Store;
  readonly rows: MemoryRows;
  readonly platform: ChatPlatform;
  /** Deliveries the flow took, each once per key, as the real intake does. */
  readonly taken: Inbound[];
  readonly clock: Clock & { advance(ms: number): void };
  /** Called for each new delivery; a test answers as the flow would. */
  onInbound: (inbound: Inbound) => Promise<void>;
};

/**
 * The pages over memory, with an intake that takes every key once: on a free port, or again on the port and with the
 * rows of a world that was stopped.
 */
export async function startWebWorld(change: Partial<WebOptions> = {}, stopped?: WebWorld): Promise<WebWorld> {
  const rows = stopped?.rows ?? emptyRows();
  const store = stopped?.store ?? createMemoryStore(rows);
  const chatLog = stopped?.chatLog ?? createMemoryChatLog();
  const clock = stopped?.clock ?? createHandClock();
  const taken: Inbound[] = [];
  const world = {
    chatLog,
    store,
    rows,
    taken,
    clock,
    onInbound: async (_inbound: Inbound): Promise<void> => undefined,
  };
  const options: WebOptions = {
    store,
    chatLog,
    forms: noForms,
    clock,
    catalogue: webCatalogue,
    log: pino({ level: 'silent' }),
    localPeople: webCatalogue.people,
    secret: 'a secret of at least thirty-two characters',
    channels: ['incidents'],
    intake: async (inbound) => {
      if (taken.some(({ key }) => key === inbound.key)) return false;
      taken.push(inbound);
      await world.onInbound(inbound);
      return true;
    },
    postmortem: (incident) =>
      Promise.resolve({
        markdown: `# Postmortem of ${incident.id}\n\n- **Cause**: pool of 5 \`E1\`\n`,
        json: { id: incident.id },
      }),
    verifyAudit: () => Promise.resolve({ ok: true, rows: rows.audit.length, head: rows.audit.at(-1)?.hash ?? '' }),
    approversNeeded: (risk) => (risk === 1 ? 1 : 2),
    needsSignIn: (risk) => risk === 3,
    buttonValue: buttonOf,
    heartbeatMs: 50,
    ...change,
  };
  const web = await startWeb(options, { port: stopped?.web.port ?? 0 });
  return Object.assign(world, { web, platform: createWebPlatform({ chatLog, clock, people: webCatalogue.people }) });
}

function createHandClock(): WebWorld['clock'] {
  let nowMs = startedAtMs;
  return {
    nowMs: () => nowMs,
    waitUntil: () => Promise.resolve(),
    realMs: (durationMs) => durationMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

/** A browser without script: keeps the cookie, reads hidden fields from the page it has open. */
export type Visitor = {
  readonly get: (
    path: string,
  ) => Promise<{ readonly status: number; readonly html: string; readonly headers: Headers }>;
  readonly post: (
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  readonly cookie: () => string;
  readonly csrf: () => string;
  /** The fields every form of ours carries, with a new nonce. */
  readonly envelope: () => { readonly csrf: string; readonly as: string; readonly nonce: string };
};

export async function visit(url: string, path = '/c/incidents'): Promise<Visitor> {
  let cookie = '';
  let csrf = '';
  let as = '';
  let forms = 0;
  const keep = (response: Response): void => {
    const given = response.headers.getSetCookie()[0]?.split(';')[0];
    if (given !== undefined) cookie = given;
  };
  const get: Visitor['get'] = async (target) => {
    const response = await fetch(`${url}${target}`, { headers: { cookie }, redirect: 'manual' });
    keep(response);
    const html = await response.text();
    csrf = /name="csrf" value="([^"]+)"/u.exec(html)?.[1] ?? csrf;
    as = /name="as" value="([^"]+)"/u.exec(html)?.[1] ?? as;
    return { status: response.status, html, headers: response.headers };
  };
  const post: Visitor['post'] = async (target, fields, headers = {}) => {
    const body = new URLSearchParams(fields);
    const response = await fetch(`${url}${target}`, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { cookie, ...headers },
    });
    keep(response);
    return response;
  };
  await get(path);
  return {
    get,
    post,
    cookie: () => cookie,
    csrf: () => csrf,
    envelope: () => {
      forms += 1;
      return { csrf, as, nonce: `nonce-${process.pid}-${forms}` };
    },
  };
}

/** The same browser as another person. */
export async function become(visitor: Visitor, account: string): Promise<void> {
  await visitor.post('/me', { csrf: visitor.csrf(), account, back: '/c/incidents' });
  await visitor.get('/c/incidents');
}
