import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import { address } from '../reading/address.ts';
import { authorization } from '../reading/authorization.ts';
import { HttpError } from '../reading/http-error.ts';
import { createTransport, type Received } from '../reading/transport.ts';

export const lokiEnvironment = z.object({
  LOKI_URL: address.describe('Address of Loki, or of the gateway before it'),
  LOKI_USER: z.string().min(1).optional().describe('User for basic authentication, with LOKI_TOKEN as the password'),
  LOKI_TOKEN: z.string().min(1).optional().describe('Bearer token, or the password of LOKI_USER; needs logs:read'),
  LOKI_TENANT: z
    .string()
    .regex(/^[\w!.*'()|-]{1,150}$/)
    .optional()
    .describe('Tenant, sent as X-Scope-OrgID'),
  LOKI_SERVICE_LABEL: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/)
    .default('service_name')
    .describe('Label that holds the catalogue id of the service'),
  LOKI_WEB_URL: address.optional().describe('Address of Grafana, for links'),
  LOKI_DATA_SOURCE: z
    .string()
    .regex(/^[\w-]{1,60}$/)
    .default('loki')
    .describe("Uid of Loki's data source in Grafana"),
});
export type LokiEnvironment = z.output<typeof lokiEnvironment>;

type LokiRequest = {
  /** After `/loki/api/v1/`. */
  readonly path: string;
  readonly parameters: { readonly [name: string]: string };
  readonly signal: AbortSignal;
};

export type LokiClient = {
  /** The label that names a service. */
  readonly serviceLabel: string;
  /** The answer's parts named by `schema`. Rejects as `httpRefusal` reads it. */
  ask<Schema extends z.ZodType>(request: LokiRequest, schema: Schema): Promise<z.output<Schema>>;
  /** Any answer, error statuses too; `body` makes it a POST. */
  send(request: LokiRequest & { readonly body?: string }): Promise<Received>;
  /** Grafana's page of this query, or the API's own answer where no Grafana is configured. */
  link(query: string, window: Window): string;
};

const clients = new Map<string, LokiClient>();

/** The same client for the same variables: its tools share the bound on requests at once. */
export function lokiClient(environment: LokiEnvironment): LokiClient {
  const key = JSON.stringify(environment);
  const known = clients.get(key);
  if (known !== undefined) return known;
  const client = createClient(environment);
  clients.set(key, client);
  return client;
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

function createClient(environment: LokiEnvironment): LokiClient {
  const base = `${withoutSlash(environment.LOKI_URL)}/loki/api/v1`;
  const transport = createTransport({
    headers: async () => headersOf(environment),
    concurrencyMax: 4,
    bucketOf: ({ url }) => url.host,
  });
  const send: LokiClient['send'] = ({ path, parameters, signal, body }) => {
    const url = new URL(`${base}/${path}?${new URLSearchParams(parameters).toString()}`);
    return transport.send({ url, ...(body === undefined ? {} : { body }) }, signal);
  };
  return {
    serviceLabel: environment.LOKI_SERVICE_LABEL,
    send,
    ask: async (request, schema) => {
      const { status, text } = await send(request);
      if (status < 200 || status > 299) throw new HttpError(status, text);
      return schema.parse(JSON.parse(text));
    },
    link: (query, window) => linkOf({ environment, base }, query, window),
  };
}

const headersOf = ({ LOKI_USER: user, LOKI_TOKEN: token, LOKI_TENANT: tenant }: LokiEnvironment) => ({
  accept: 'application/json',
  ...authorization({ user, token }),
  ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
});

type Addresses = { readonly environment: LokiEnvironment; readonly base: string };

function linkOf({ environment, base }: Addresses, query: string, { fromMs, toMs }: Window): string {
  const { LOKI_WEB_URL: web, LOKI_DATA_SOURCE: datasource } = environment;
  if (web === undefined) {
    return `${base}/query_range?${new URLSearchParams({ query, ...nanoWindow({ fromMs, toMs }) }).toString()}`;
  }
  const pane = {
    datasource,
    queries: [{ refId: 'A', expr: query, datasource: { type: 'loki', uid: datasource } }],
    range: { from: String(fromMs), to: String(toMs) },
  };
  const parameters = new URLSearchParams({ schemaVersion: '1', panes: JSON.stringify({ a: pane }), orgId: '1' });
  return `${withoutSlash(web)}/explore?${parameters.toString()}`;
}

/** Loki counts in nanoseconds, which numbers cannot hold: they travel as text. Start inclusive, end exclusive. */
export const nanoWindow = ({ fromMs, toMs }: Window) => ({ start: `${fromMs}000000`, end: `${toMs}000000` });
