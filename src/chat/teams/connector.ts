/** A small Bot Connector client. Not the SDK's: its serializer drops what it does not know (see the decision record). */
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { TokenSource } from './access-token.ts';

/** A call the connector answered with an error; `status` is the HTTP status. */
export class ConnectorError extends Error {
  readonly status: number;
  constructor(status: number, what: string) {
    super(`Teams answered ${status} to ${what}`);
    this.name = 'ConnectorError';
    this.status = status;
  }
}

export type Member = {
  readonly name: string;
  readonly role: string | null;
  readonly principalName: string | null;
  readonly tenant: string | null;
};

export type Connector = {
  /** Posts into a conversation; the id of the new activity. Rejects with `ConnectorError`. */
  post(serviceUrl: string, conversation: string, activity: object): Promise<string>;
  replace(
    serviceUrl: string,
    at: { readonly conversation: string; readonly id: string },
    activity: object,
  ): Promise<void>;
  /** The one-to-one conversation with an account. */
  direct(serviceUrl: string, to: { readonly account: string; readonly tenant: string }): Promise<string>;
  /** Null when the account is not in the conversation. */
  member(serviceUrl: string, conversation: string, account: string): Promise<Member | null>;
};

export type ConnectorSettings = {
  readonly tokens: TokenSource;
  readonly appId: string;
  /** Origins allowed besides Microsoft's. */
  readonly serviceOrigins: readonly string[];
  readonly retryAfterMs: number;
};

/** Statuses that Microsoft asks bots to retry with a jittered backoff ("Rate limiting for bots"). */
const retried: ReadonlySet<number> = new Set([412, 429, 502, 504]);
const attemptsMax = 5;
const delayMaxMs = 15_000;
const publicHosts =
  /^(?:smba\.trafficmanager\.net|smba(?:\.[a-z0-9-]+)*\.teams\.microsoft\.(?:com|us)|[a-z0-9-]+\.botframework\.com)$/u;

/** True when our token may be sent there: a Bot Framework host over TLS, or an origin that was configured. */
export function isServiceUrl(url: string, serviceOrigins: readonly string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin, port, username } = new URL(url);
  if (username !== '') return false;
  if (serviceOrigins.includes(origin)) return true;
  return protocol === 'https:' && port === '' && publicHosts.test(hostname);
}

const Created = z.object({ id: z.string().min(1) });
const MemberFound = z.object({
  name: z.string().default(''),
  userRole: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  tenantId: z.string().nullish(),
});

export function createConnector(settings: ConnectorSettings): Connector {
  const call = createCall(settings);
  const path = (conversation: string): string => `v3/conversations/${encodeURIComponent(conversation)}`;
  return {
    post: async (serviceUrl, conversation, activity) => {
      const request = { method: 'POST', path: `${path(conversation)}/activities`, body: activity };
      return Created.parse(await call(serviceUrl, request)).id;
    },
    replace: async (serviceUrl, { conversation, id }, activity) => {
      const request = { method: 'PUT', path: `${path(conversation)}/activities/${encodeURIComponent(id)}` };
      await call(serviceUrl, { ...request, body: activity });
    },
    direct: async (serviceUrl, { account, tenant }) => {
      const body = {
        isGroup: false,
        bot: { id: `28:${settings.appId}` },
        members: [{ id: account }],
        tenantId: tenant,
        channelData: { tenant: { id: tenant } },
      };
      return Created.parse(await call(serviceUrl, { method: 'POST', path: 'v3/conversations', body })).id;
    },
    member: async (serviceUrl, conversation, account) => {
      const request = { method: 'GET', path: `${path(conversation)}/members/${encodeURIComponent(account)}` };
      const found = await call(serviceUrl, request).catch(notThere);
      if (found === null) return null;
      const { name, userRole, userPrincipalName, tenantId } = MemberFound.parse(found);
      return { name, role: userRole ?? null, principalName: userPrincipalName ?? null, tenant: tenantId ?? null };
    },
  };
}

function notThere(error: unknown): null {
  if (error instanceof ConnectorError && error.status === 404) return null;
  throw error;
}

type Request = { readonly method: string; readonly path: string; readonly body?: object };

function createCall({ tokens, serviceOrigins, retryAfterMs }: ConnectorSettings) {
  const send = async (serviceUrl: string, { method, path, body }: Request): Promise<Response> =>
    fetch(`${serviceUrl.replace(/\/+$/u, '')}/${path}`, {
      method,
      headers: { authorization: `Bearer ${await tokens.token()}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
  /** Prepares another attempt after a failed one; false when there is none to make. */
  const again = async (response: Response, attempt: number, renewed: boolean): Promise<boolean> => {
    if (response.status === 401 && !renewed) {
      tokens.forget();
      return true;
    }
    if (!retried.has(response.status) || attempt >= attemptsMax) return false;
    await setTimeout(delayMs(response, retryAfterMs * 2 ** (attempt - 1)));
    return true;
  };
  return async (serviceUrl: string, request: Request): Promise<unknown> => {
    if (!isServiceUrl(serviceUrl, serviceOrigins)) throw new Error(`not a Bot Framework address: ${serviceUrl}`);
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const response = await send(serviceUrl, request);
      if (response.ok) return answerOf(response);
      await response.body?.cancel();
      if (!(await again(response, attempt, renewed))) {
        throw new ConnectorError(response.status, `${request.method} ${request.path}`);
      }
      renewed ||= response.status === 401;
    }
  };
}

/** Edits answer with an empty body at times. */
async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === '' ? {} : JSON.parse(text);
}

/** What the connector asks for, else the backoff; between half and all of it more, so that bots do not march in step. */
function delayMs({ headers }: Response, backoffMs: number): number {
  const asked = Number(headers.get('retry-after') ?? Number.NaN) * 1_000;
  const base = Number.isFinite(asked) && asked > 0 ? asked : backoffMs;
  return Math.min(delayMaxMs, base * (1 + Math.random() / 2));
}
