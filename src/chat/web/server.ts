/** The pages, the forms and the event stream as one request handler. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Asset, assetReply, loadAssets } from './assets.ts';
import { channelNames } from './channels.ts';
import { streamEvents } from './events.ts';
import { refuse, securityHeaders } from './guard.ts';
import { answerProbe } from './health.ts';
import type { WebOptions } from './options.ts';
import { renderProblem } from './pages/frame.ts';
import { readForm } from './read-form.ts';
import { htmlReply, jsonReply, type Problem, type Reply } from './reply.ts';
import { type Found, findRoute } from './routes.ts';
import { openSession, type Session, webPeople } from './session.ts';
import { answerSignIn, notHere, signedInSession, toSignIn } from './sign-in.ts';
import { type Answer, notFound, problem, type Visit } from './visit.ts';

export type WebRouter = {
  /** For `node:http` and for Express; calls `next` for a path that is not one of ours. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;
  /** Ends the open event streams, so that a server can stop. Browsers come back by themselves. */
  readonly close: () => void;
};

const secretMin = 32;
const streamsMax = 200;

/** Throws when the secret is shorter than 32 characters: cookies would be forgeable. */
export function createWebRouter(options: WebOptions): WebRouter {
  if (options.secret.length < secretMin) throw new Error(`the web secret needs at least ${secretMin} characters`);
  const site: Site = { options, assets: loadAssets(), streams: new Set() };
  return {
    handle: (request, response, next) => {
      serve(site, { request, response, next: next ?? null }).catch((error: unknown) => {
        options.log.error({ error, path: request.url }, 'a page failed');
        if (response.headersSent) response.end();
        else write(response, problemReply(failure, wantsJson(request)));
      });
    },
    close: () => {
      for (const stream of site.streams) stream.end();
    },
  };
}

type Site = {
  readonly options: WebOptions;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly streams: Set<ServerResponse>;
};

type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly next: (() => void) | null;
};

const failure = problem(
  500,
  'This page failed',
  'Reload it. If it fails again, look at the log of this process for "a page failed".',
);

async function serve(site: Site, exchange: Exchange): Promise<void> {
  const { request, response, next } = exchange;
  const address = `http://page.invalid${request.url ?? '/'}`;
  const url = new URL(URL.canParse(address) ? address : 'http://page.invalid/unreadable');
  const probe = await answerProbe(site.options, url.pathname);
  if (probe) return write(response, probe);
  const target = targetOf(site, request, url.pathname);
  const signsIn = site.options.signIn !== undefined && /^\/sign-in(?:\/|$)/u.test(url.pathname);
  if (!target && !signsIn && next) return next();
  const refusal = refuse(request, site.options.allowedHosts ?? []);
  if (refusal) return write(response, problemReply(refusal, wantsJson(request)));
  if (signsIn) return serveDoor(site, { request, response, url });
  if (target !== null && target !== 'events' && 'etag' in target)
    return write(response, assetReply(target, request.headers['if-none-match']));
  return serveSession(site, { request, response, url, target });
}

async function serveDoor({ options }: Site, { request, response, url }: Omit<Serving, 'target'>): Promise<void> {
  const answer = await answerSignIn(options, { method: request.method ?? 'GET', url, cookie: request.headers.cookie });
  write(response, toReply(answer ?? notFound('such page'), wantsJson(request)));
}

type Target = Asset | Found | 'events' | null;

function targetOf({ assets }: Site, { method }: IncomingMessage, path: string): Target {
  if (path === '/events') return 'events';
  return assets.get(/^\/static\/([\w.]+)$/u.exec(path)?.[1] ?? '') ?? findRoute(method ?? 'GET', path);
}

type Serving = Pick<Exchange, 'request' | 'response'> & { readonly url: URL; readonly target: Exclude<Target, Asset> };

/** Pages, forms and streams are for a person. */
async function serveSession(site: Site, { request, response, url, target }: Serving): Promise<void> {
  const session = sessionOf(site.options, request.headers.cookie);
  if (!session) return write(response, unknownPerson(site.options, request, url));
  if (site.options.signIn && isLocalOnly(target)) return write(response, problemReply(notHere, wantsJson(request)));
  if (target === 'events') return openStream(site, { request, response, url, session });
  const answer =
    target && 'route' in target ? await visitRoute(site, { request, url, session, found: target }) : unrouted(target);
  write(response, withCookie(toReply(answer, wantsJson(request)), session));
}

function sessionOf(options: WebOptions, cookie: string | undefined): Session | null {
  const { secret, localPeople, signIn } = options;
  return signIn ? signedInSession(options, cookie) : openSession({ secret, people: webPeople(localPeople) }, cookie);
}

function unknownPerson({ signIn }: WebOptions, request: IncomingMessage, url: URL): Reply {
  if (!signIn) return problemReply(nobody, wantsJson(request));
  return request.method === 'GET' && !wantsJson(request)
    ? toSignIn(url)
    : problemReply(signInFirst, wantsJson(request));
}

const isLocalOnly = (target: Serving['target']): boolean =>
  target === 'events' || (target !== null && 'route' in target && target.route.local === true);

const signInFirst = problem(401, 'You are not signed in', 'Reload the page and sign in. Nothing was done.');

const nobody = problem(
  503,
  'Nobody can use the local chat yet',
  'Give at least one person in causeway.yaml a `web` account.',
);

function unrouted(found: Exclude<Found, { route: unknown }> | null): Problem {
  return found
    ? problem(405, 'That is not how this page is used', `It answers ${found.allowed.join(' and ')}.`)
    : notFound('such page');
}

type Visiting = {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly session: Session;
  readonly found: Extract<Found, { route: unknown }>;
};

async function visitRoute({ options }: Site, { request, url, session, found }: Visiting): Promise<Answer> {
  const form = found.route.method === 'POST' ? await readForm(request) : null;
  if (form && !form.ok) return form.failure;
  const visit: Visit = {
    options,
    session,
    url,
    people: webPeople(options.localPeople),
    headers: request.headers,
    form: form?.value ?? {},
    wantsJson: wantsJson(request),
  };
  return found.route.handle(visit, found.parts);
}

type Opening = Pick<Exchange, 'request' | 'response'> & { readonly url: URL; readonly session: Session };

/** `/events?channel=&after=`; a reconnecting browser says where it was in `Last-Event-ID`. */
async function openStream(site: Site, { request, response, url, session }: Opening): Promise<void> {
  const channel = url.searchParams.get('channel') ?? '';
  const lastSeen = request.headers['last-event-id'] ?? url.searchParams.get('after') ?? '0';
  const afterChanged = Number(lastSeen);
  if (!(await channelNames(site.options)).includes(channel))
    return write(response, problemReply(notFound(`channel ${channel}`), true));
  if (!Number.isSafeInteger(afterChanged) || afterChanged < 0)
    return write(
      response,
      problemReply(problem(400, 'after is not a number', 'Send the number of the last event.'), true),
    );
  if (site.streams.size >= streamsMax)
    return write(
      response,
      problemReply(problem(503, 'Too many open pages', 'Close some tabs; this one keeps trying.'), true),
    );
  site.streams.add(response);
  try {
    await streamEvents(response, { options: site.options, session, channel, afterChanged });
  } finally {
    site.streams.delete(response);
  }
}

const toReply = (answer: Answer, json: boolean): Reply => ('title' in answer ? problemReply(answer, json) : answer);

const problemReply = ({ status, title, fix }: Problem, json: boolean): Reply =>
  json ? jsonReply({ ok: false, title, fix }, status) : htmlReply(renderProblem({ title, fix }), status);

const withCookie = (reply: Reply, { setCookie }: Session): Reply =>
  setCookie === null || reply.headers?.['set-cookie'] !== undefined
    ? reply
    : { ...reply, headers: { ...reply.headers, 'set-cookie': setCookie } };

const wantsJson = ({ headers }: IncomingMessage): boolean =>
  (headers.accept ?? '').includes('application/json') || (headers['content-type'] ?? '').startsWith('application/json');

const headerValue = (value: string | readonly string[]): string | string[] =>
  typeof value === 'string' ? value : [...value];

function write(response: ServerResponse, { status, type, body, headers }: Reply): void {
  response.writeHead(status, {
    ...securityHeaders,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, headerValue(value)])),
  });
  response.end(response.req.method === 'HEAD' ? '' : body);
}
